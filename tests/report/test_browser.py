"""The report in a real browser: no request is made, the console stays silent."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

#: What the browser itself asks for when it starts; none of it can be resolved here.
OWN = re.compile(r"https?://([\w-]+\.)*(google|googleapis|gvt1|gstatic)\.com/")


@pytest.fixture
def chromium() -> str:
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is needed in continuous integration: apt-get install chromium")
        pytest.skip("chromium is not installed")
    return found


def _open(browser: str, page: Path, work: Path) -> tuple[str, list[str], list[str]]:
    """The page as the browser built it, the addresses it asked for, and its console."""
    log = work / "network.json"
    done = subprocess.run(
        [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr",
            f"--log-net-log={log}", f"--user-data-dir={work / 'profile'}", "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    asked = set(re.findall(r'"url":"(\w+://[^"]*)"', log.read_text(encoding="utf-8")))
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return done.stdout, sorted(a for a in asked if not OWN.match(a)), console


def test_nothing_is_asked_for_and_nothing_complained_about(
    chromium: str, rendered: Callable[[str], Path], tmp_path: Path
) -> None:
    page = rendered("hostile") / "index.html"
    built, asked, console = _open(chromium, page, tmp_path)
    assert asked == []
    assert console == []
    assert "<script" not in built
    assert built.count("<h1") == 1


def test_this_check_would_notice(chromium: str, tmp_path: Path) -> None:
    page = tmp_path / "bad.html"
    page.write_text(
        '<img src="http://picture.proofbook.test/x.png"><script>console.error("loud")</script>'
    )
    _, asked, console = _open(chromium, page, tmp_path)
    assert asked == ["http://picture.proofbook.test/x.png"]
    assert "loud" in console[0]
