"""Memory limits of containers, as the two versions of control groups tell them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from proofbook.enrichment.limits import container_limit, tree_memory
from proofbook.measure.memory import give_back

V1, V2 = "memory.limit_in_bytes", "memory.max"
NONE_V1 = "9223372036854771712"

CASES: dict[str, tuple[str, dict[str, str], int | None]] = {
    "v2": ("0::/app", {f"app/{V2}": "1000"}, 1000),
    "v2, none": ("0::/app", {f"app/{V2}": "max"}, None),
    "v2, above": ("0::/a/b", {f"a/{V2}": "700", f"a/b/{V2}": "900"}, 700),
    "v2, of a container": ("0::/", {V2: "512"}, 512),
    "v2, path outside": ("0::/../other", {V2: "512"}, 512),
    "v1": ("4:memory:/app", {f"memory/app/{V1}": "1000"}, 1000),
    "v1, none": ("4:memory:/app", {f"memory/app/{V1}": NONE_V1, f"memory/{V1}": NONE_V1}, None),
    "v1, joined": ("4:cpu,memory:/app", {f"memory/app/{V1}": "1000"}, 1000),
    "v1, only the mount": ("4:memory:/docker/x", {f"memory/{V1}": "800"}, 800),
    "both": ("4:memory:/app\n0::/app", {f"memory/app/{V1}": "9", f"app/{V2}": "8"}, 8),
    "other controllers": ("4:cpu:/app", {f"memory/app/{V1}": "1000"}, None),
}


@pytest.mark.parametrize("case", CASES)
def test_the_limit_of_the_container(case: str, tmp_path: Path) -> None:
    lines, files, expected = CASES[case]
    (tmp_path / "self").write_text(lines + "\n")
    for name, text in files.items():
        path = tmp_path / "fs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    assert container_limit(tmp_path / "self", tmp_path / "fs") == expected


def test_no_control_groups_no_limit(tmp_path: Path) -> None:
    assert container_limit(tmp_path / "absent", tmp_path) is None


def test_memory_is_noticed_and_given_back() -> None:
    before = tree_memory()
    held = np.ones(10**8, dtype=np.uint8)
    assert tree_memory() - before > 0.9 * len(held)
    del held
    give_back()
    assert tree_memory() - before < 5 * 10**7


def test_mapped_files_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(10**8))
    before = tree_memory()
    mapped = np.memmap(tmp_path / "large", mode="r")
    assert int(mapped.max()) == 0  # every page has been looked at
    assert tree_memory() - before < 5 * 10**7


def test_children_count_too(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = "held = bytearray(b'x' * 10**8); print('ready', flush=True); input()"
    before = tree_memory()
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert tree_memory() - before > 9 * 10**7
        child.communicate(b"\n")
