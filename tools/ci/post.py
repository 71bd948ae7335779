"""Keeps one comment on a pull request up to date.

    GITHUB_TOKEN=… PULL_REQUEST=7 python tools/ci/post.py --out ci

A pull request from a fork may not be commented on; that is told, and is no failure.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

MARK = "<!-- proofbook -->"
PAGE = 100


def ask(method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """The answer of GitHub's interface for this repository."""
    address = os.environ.get("GITHUB_API_URL", "https://api.github.com")
    request = urllib.request.Request(
        f"{address}/repos/{os.environ['GITHUB_REPOSITORY']}/{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}",
            "Accept": "application/vnd.github+json",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


def earlier(number: str) -> int | None:
    """The id of our comment, if there is one."""
    page = 1
    while True:
        found = ask("GET", f"issues/{number}/comments?per_page={PAGE}&page={page}")
        for comment in found:
            if comment["body"].startswith(MARK):
                return int(comment["id"])
        if len(found) < PAGE:
            return None
        page += 1


def main() -> int:
    """Changes our comment, or makes it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    text = (parser.parse_args().out / "comment.md").read_text(encoding="utf-8")
    number = os.environ["PULL_REQUEST"]
    try:
        known = earlier(number)
        if known is None:
            ask("POST", f"issues/{number}/comments", {"body": text})
        else:
            ask("PATCH", f"issues/comments/{known}", {"body": text})
    except urllib.error.URLError as error:
        print(f"::warning::no comment was written: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
