"""The workflow: its structure, its scripts, and its steps carried out here."""

from __future__ import annotations

import http.server
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / ".github" / "workflows" / "proofbook.yml"

#: The keys that GitHub knows at each level (docs.github.com, workflow syntax).
TOP = {"name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs"}
JOB = {
    "name", "permissions", "needs", "if", "runs-on", "environment", "concurrency", "outputs",
    "env", "defaults", "steps", "timeout-minutes", "strategy", "continue-on-error", "container",
    "services", "uses", "with", "secrets",
}  # fmt: skip
STEP = {
    "id", "if", "name", "uses", "run", "working-directory", "shell", "with", "env",
    "continue-on-error", "timeout-minutes",
}  # fmt: skip
PERMISSIONS = {"contents": {"read"}, "pull-requests": {"write"}}


def faults(text: str) -> list[str]:
    """What is wrong with the structure of a workflow."""
    found: list[str] = []
    workflow = YAML(typ="safe", pure=True).load(text)
    if not isinstance(workflow, dict):
        return ["is no mapping"]
    found += [f"unknown key {key}" for key in workflow.keys() - TOP]
    found += [f"{key} is missing" for key in {"on", "jobs", "permissions"} - workflow.keys()]
    for scope, right in (workflow.get("permissions") or {}).items():
        if right not in PERMISSIONS.get(scope, ()):
            found.append(f"permission {scope}: {right}")
    for name, job in (workflow.get("jobs") or {}).items():
        found += [f"{name}: unknown key {key}" for key in job.keys() - JOB]
        found += [f"{name}: no {key}" for key in {"runs-on", "timeout-minutes"} - job.keys()]
        for at, step in enumerate(job.get("steps") or []):
            place = f"{name}, step {at}"
            found += [f"{place}: unknown key {key}" for key in step.keys() - STEP]
            if ("uses" in step) == ("run" in step):
                found.append(f"{place}: needs uses or run")
            if not re.fullmatch(r"[\w.-]+/[\w.-]+@v\d+", step.get("uses", "a/b@v1")):
                found.append(f"{place}: uses {step['uses']} without a version")
            for script in re.findall(r"tools/\S+\.py", step.get("run", "")):
                if not (ROOT / script).is_file():
                    found.append(f"{place}: {script} is missing")
            if "${{" in step.get("run", ""):
                found.append(f"{place}: an expression in a script may be code of a stranger")
    return found


def test_the_workflow_is_sound() -> None:
    assert faults(WORKFLOW.read_text()) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("", "", 0),
        ("timeout-minutes: 45", "timeout-minutes: soon", 1),
        ("branches: [main]", "branch: [main]", 1),
        ("contents: read", "contents: all", 1),
    ],
)
def test_the_workflow_keeps_to_githubs_schema(
    tmp_path: Path, old: str, new: str, code: int
) -> None:
    text = WORKFLOW.read_text()
    assert old in text
    (tmp_path / "w.yml").write_text(text.replace(old, new) if old else text)
    schema = ["check-jsonschema", "--builtin-schema", "vendor.github-workflows"]
    command = [str(Path(sys.executable).with_name(schema[0])), *schema[1:], str(tmp_path / "w.yml")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == code, ended.stdout


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("permissions:", "permision:", "unknown key permision"),
        ("runs-on: ubuntu-latest", "run-on: x", "validate: unknown key run-on"),
        ("tools/ci/suite.py", "tools/ci/sweet.py", "tools/ci/sweet.py is missing"),
        ("actions/checkout@v4", "actions/checkout", "without a version"),
        ("contents: read", "contents: write", "permission contents: write"),
        ('"$BASE_SHA"', '"${{ github.head_ref }}"', "may be code of a stranger"),
        ("    timeout-minutes: 45\n", "", "validate: no timeout-minutes"),
    ],
)
def test_each_fault_of_structure_is_seen(old: str, new: str, fault: str) -> None:
    assert any(fault in line for line in faults(WORKFLOW.read_text().replace(old, new, 1)))


def step(script: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Carries out a step of the workflow."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")}
    return subprocess.run(
        [sys.executable, str(ROOT / "tools" / "ci" / script), *words],
        capture_output=True,
        text=True,
        env=kept | environment,
        check=False,
    )


def finding(state: str, message: str = "time 1 to 2 s") -> dict[str, Any]:
    return {"state": state, "size": "1x1", "message": message}


def bench_document(state: str, findings: list[dict[str, Any]]) -> dict[str, Any]:
    derived = {"seconds": 0.5, "awards_per_second": 2000.0, "peak_mb": 300.0}
    point = {"size": "1x1", "derived": derived, "quality": {"match_rate": {"value": 0.8}}}
    verdict = {"state": state, "sentence": "A sentence.", "findings": findings}
    return {"points": [point], "verdict": verdict}


def write(out: Path, suite: int, bench: int, document: dict[str, Any] | None = None) -> None:
    (out / "suite.json").write_text(json.dumps({"exit_code": suite, "verdict": "Passed."}))
    (out / "suite.md").write_text("## Passed\n")
    found = {"exit_code": bench, "document": document or bench_document("pass", [])}
    (out / "bench.json").write_text(json.dumps(found))


@pytest.mark.parametrize(
    ("suite", "bench", "code"), [(0, 0, 0), (1, 0, 1), (3, 0, 1), (2, 0, 1), (0, 1, 1), (0, 2, 1)]
)
def test_only_a_failure_fails(tmp_path: Path, suite: int, bench: int, code: int) -> None:
    write(tmp_path, suite, bench)
    assert step("verdict.py", "--out", str(tmp_path)).returncode == code


def test_no_result_is_a_failure(tmp_path: Path) -> None:
    ended = step("verdict.py", "--out", str(tmp_path))
    assert (ended.returncode, "suite: no result" in ended.stdout) == (1, True)


def test_the_comment_holds_verdict_table_and_links(tmp_path: Path) -> None:
    found = [finding("fail", "a | b <script> @someone"), finding("pass"), finding("warn")]
    write(tmp_path, 0, 1, bench_document("fail", found))
    job = tmp_path / "job.md"
    place = {"GITHUB_SERVER_URL": "https://h", "GITHUB_REPOSITORY": "o/r", "GITHUB_RUN_ID": "9"}
    step("comment.py", "--out", str(tmp_path), GITHUB_STEP_SUMMARY=str(job), **place)
    text = (tmp_path / "comment.md").read_text()
    assert text == job.read_text()
    assert text.startswith("<!-- proofbook -->\n")
    assert "❌ A sentence" in text
    assert "| 1x1 | 0.500 | 2,000 | 300 | 80.0% |" in text
    assert "<script>" not in text
    assert "@someone" not in text
    assert text.count("| 1x1 | ") == 3
    assert "https://h/o/r/actions/runs/9" in text
    assert "## Passed" in text


def test_the_comment_stays_below_64_kb(tmp_path: Path) -> None:
    write(tmp_path, 0, 1, bench_document("fail", [finding("fail", "ü" * 300)] * 400))
    (tmp_path / "suite.md").write_text("ä" * 200 + "\n" * 2 + ("ö" * 300 + "\n") * 400)
    step("comment.py", "--out", str(tmp_path))
    text = (tmp_path / "comment.md").read_text()
    assert len(text.encode()) <= 64_000
    assert "more are in bench.json" in text
    assert "more lines are in the report" in text


def test_steps_that_did_not_run_are_told(tmp_path: Path) -> None:
    assert step("comment.py", "--out", str(tmp_path)).returncode == 0
    text = (tmp_path / "comment.md").read_text()
    assert "The benchmark did not run" in text
    assert "The suite did not run" in text


def test_without_a_base_nothing_is_made(tmp_path: Path) -> None:
    for commit in ("", "0" * 40, "not-a-commit"):
        ended = step("base.py", "--commit", commit, "--into", str(tmp_path / "base"))
        assert ended.returncode == 0
        assert not (tmp_path / "base").exists()


def test_suite_and_benchmark_that_cannot_run_are_kept(tmp_path: Path) -> None:
    step("suite.py", "--out", str(tmp_path), "--profile", "no-such")
    assert json.loads((tmp_path / "suite.json").read_text())["exit_code"] == 2
    step("bench.py", "--out", str(tmp_path), "--base", str(tmp_path), "--sizes", "none")
    found = json.loads((tmp_path / "bench.json").read_text())
    assert found == {"exit_code": 2, "document": None}


@pytest.mark.slow
def test_a_base_that_cannot_be_run_is_no_failure(tmp_path: Path) -> None:
    package = tmp_path / "base" / "src" / "proofbook"
    (package / "bench").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('an old one')")
    step(
        "bench.py",
        "--out",
        str(tmp_path),
        "--base",
        str(tmp_path / "base"),
        "--sizes",
        "60x300",
        "--repeats",
        "1",
    )
    found = json.loads((tmp_path / "bench.json").read_text())
    assert found["exit_code"] == 0
    assert found["document"]["verdict"] is None


class Answers(http.server.BaseHTTPRequestHandler):
    """A server that keeps comments as GitHub does."""

    comments: list[dict[str, Any]] = []  # noqa: RUF012 - set by the fixture
    asked: list[str] = []  # noqa: RUF012
    refuse = False

    def answer(self, body: Any) -> None:
        self.asked.append(f"{self.command} {self.path}")
        self.send_response(403 if self.refuse else 200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def body(self) -> str:
        text = self.rfile.read(int(self.headers["Content-Length"]))
        return str(json.loads(text)["body"])

    def do_GET(self) -> None:
        page = int(self.path.rpartition("=")[2])
        self.answer(self.comments[100 * (page - 1) : 100 * page])

    def do_POST(self) -> None:
        self.comments.append({"id": len(self.comments), "body": self.body()})
        self.answer(self.comments[-1])

    def do_PATCH(self) -> None:
        self.comments[int(self.path.rpartition("/")[2])]["body"] = self.body()
        self.answer({})

    def log_message(self, *words: object) -> None:
        """Says nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    monkeypatch.setattr(Answers, "comments", [{"id": i, "body": "hello"} for i in range(120)])
    monkeypatch.setattr(Answers, "asked", [])
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield {
            "GITHUB_API_URL": f"http://127.0.0.1:{listening.server_port}",
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_TOKEN": "t",
            "PULL_REQUEST": "7",
        }
        listening.shutdown()
        thread.join()


def test_there_is_one_comment_however_often_it_is_written(
    server: dict[str, str], tmp_path: Path
) -> None:
    for text in ("first", "second"):
        (tmp_path / "comment.md").write_text(f"<!-- proofbook -->\n{text}\n")
        assert step("post.py", "--out", str(tmp_path), **server).returncode == 0
    assert [c["body"] for c in Answers.comments[120:]] == ["<!-- proofbook -->\nsecond\n"]
    assert Answers.asked[2] == "POST /repos/o/r/issues/7/comments"
    assert Answers.asked[-1] == "PATCH /repos/o/r/issues/comments/120"


def test_a_comment_that_is_refused_is_no_failure(
    server: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Answers, "refuse", True)
    (tmp_path / "comment.md").write_text("x")
    ended = step("post.py", "--out", str(tmp_path), **server)
    assert (ended.returncode, "403" in ended.stdout) == (0, True)


@pytest.mark.slow
def test_the_steps_in_their_order(tmp_path: Path) -> None:
    """As on a runner: base beside the head, suite, benchmark, comment, verdict."""
    out, base = str(tmp_path / "ci"), str(tmp_path / "ci" / "base")
    try:
        step("base.py", "--commit", "HEAD", "--into", base)
        assert (tmp_path / "ci" / "base" / "src" / "proofbook").is_dir()
        outputs = f"run.outputs={tmp_path / 'outputs'}"
        step("suite.py", "--out", out, "--profile", "smoke", "--set", outputs)
        step("bench.py", "--out", out, "--base", base, "--sizes", "60x300", "--repeats", "5")
    finally:
        remove = ["git", "-C", str(ROOT), "worktree", "remove", "--force", base]
        subprocess.run(remove, check=False, capture_output=True)
    assert step("comment.py", "--out", out).returncode == 0
    text = (tmp_path / "ci" / "comment.md").read_text()
    assert "60x300" in text
    assert "01" in text
    codes = [json.loads((tmp_path / "ci" / f"{s}.json").read_text())["exit_code"]
             for s in ("suite", "bench")]  # fmt: skip
    assert step("verdict.py", "--out", out).returncode == int(any(codes))
    assert codes[1] in (0, 1)
