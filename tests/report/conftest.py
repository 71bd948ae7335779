"""Records of runs, made by hand: passed, failed, crashed, empty, and one full of hostile text."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.quality.conftest import enriched_table

from proofbook.quality.clerical import questions
from proofbook.report.index import render_run
from proofbook.suite.alerts import alerts
from proofbook.suite.diff import AwardChange, Match, RunDiff
from proofbook.suite.result import (
    CellError,
    GateOutcome,
    InputFile,
    Metric,
    NotebookOutcome,
    Parameter,
    Provenance,
    RunResult,
    Table,
)
from proofbook.suite.review import Design, Review

SIZE = "1000x5000"
HOSTILE = (
    "<script>alert(1)</script>\"><img src=x onerror=alert(2)> =cmd|'/c calc'!A1 "
    "\x1b[31mred\x00\x07 \u202eRTL\u200f @everyone https://evil.example/x `tick` | "
)
LONG = HOSTILE + "y" * 10_000

METHODS = [
    ("uei-exact", 402), ("duns-exact", 81), ("name-exact", 120), ("name-fuzzy-auto", 157),
    ("name-fuzzy-candidate", 60), ("unmatched", 180),
]  # fmt: skip


def _rates(*labels: str) -> list[list[Any]]:
    rows = []
    for i, label in enumerate(labels):
        n, rate = 200 - 9 * i, 0.84 - 0.035 * (i % 7)
        rows.append([label, n, round(n * rate), rate, rate - 0.05, min(rate + 0.05, 1.0)])
    return rows


def _tables() -> list[Table]:
    rates = ["label", "n", "accepted", "rate", "low", "high"]
    bins = ["low", "high", "n", "method"]
    curve = [[t / 20, 0.6 + 0.4 * (t / 20) ** 0.5, 1 - 0.7 * (t / 20) ** 3] for t in range(21)]
    histogram = [
        [i / 20, (i + 1) / 20, 3 + (i * 7) % 11,
         "name-fuzzy-auto" if i >= 17 else "name-fuzzy-candidate" if i >= 6 else "unmatched"]
        for i in range(20)
    ]  # fmt: skip
    return [
        Table("completeness", ["column", "present", "rate"],
              [["Company", 1000, 1.0], ["Award Amount", 962, 0.962], ["UEI", 500, 0.5]]),
        Table("validation", ["rule", "severity", "column", "count", "rate"],
              [["award_amount_invalid", "error", "Award Amount", 12, 0.012]],
              caption="Rules that award rows break"),
        Table("identifier_health", ["side", "identifier", "state", "n", "share"],
              [["awards", "UEI", s, n, n / 1000]
               for s, n in (("valid", 500), ("absent", 430), ("invalid", 70))]),
        Table("methods", ["method", "n", "share"], [[m, n, n / 1000] for m, n in METHODS],
              notebook=f"02_enrichment@{SIZE}", size=SIZE),
        Table("stages", ["stage", "seconds", "peak_mb", "rows"],
              [["read", 0.31, 201.0, 1000], ["candidates", 4.2, 812.5, 90_000],
               ["decision", 0.6, 640.0, 1000]], size=SIZE),
        Table("rates_by_phase", rates, _rates("Phase I", "Phase II", "Phase III")),
        Table("rates_by_agency", rates, _rates("Department of Defense", "NASA", "HHS", "DOE")),
        Table("rates_by_year", rates, _rates(*(str(y) for y in range(1983, 2027)))),
        Table("rates_by_company_size", rates, _rates("1-9", "10-49", "50-249", "250+")),
        Table("rates_by_identifier", rates, _rates("UEI", "DUNS only", "neither")),
        Table("probability_histogram", bins, histogram),
        Table("score_histogram", bins, [[lo * 100, hi * 100, n, m] for lo, hi, n, m in histogram]),
        Table("precision_recall", ["threshold", "precision", "recall"], curve),
        Table("reliability", ["predicted", "observed", "low", "high", "n"],
              [[i / 10, i / 10 - 0.03, max(i / 10 - 0.1, 0), i / 10 + 0.05, 40]
               for i in range(1, 10)]),
        Table("accuracy_by_tier",
              ["tier", "n", "precision", "precision_low", "precision_high", "recall"],
              [["uei-exact", 402, 0.998, 0.99, 1.0, 0.97], ["fuzzy", 157, 0.96, 0.92, 0.98, 0.8]]),
        Table("scaling", ["size", "awards", "recipients", "seconds", "peak_mb"],
              [["100x500", 100, 500, 0.4, 180.0], [SIZE, 1000, 5000, 5.1, 812.5]]),
        Table("comparison", ["metric", "baseline", "now", "change", "unit", "state"],
              [["match_rate", 0.74, 0.76, 2.0, "rate", "pass"],
               ["seconds", 4.6, 5.1, 10.9, "s", "warn"]]),
        Table("examples_conflicts", ["award_row", "Company", "UEI", "match_probability"],
              [[12_345, "Advanced Systems & Sons", "ABCDEF123456", 0.83]],
              caption="Awards whose UEI and DUNS belong to different recipients"),
        Table("checklist", ["item", "state", "value", "need", "why"],
              [["Match rate", "pass", "76.0 %", ">= 70.0 %", "the default of production"]]),
        Table("past_runs", ["metric", "run_id", "started", "value", "low", "high"],
              [["match_rate", f"2026112{i}T080512Z-00000{i}", f"2026-11-2{i}T08:05:12+00:00",
                0.74 + i / 200, 0.71 + i / 200, 0.77 + i / 200] for i in range(3)]
              + [["seconds", "20261122T080512Z-000002", "2026-11-22T08:05:12+00:00", 4.6,
                  None, None]]),
        Table("name_lengths", ["length", "count"], [[10, 3], [20, 9]], caption="Name lengths"),
    ]  # fmt: skip


def _metrics() -> list[Metric]:
    key = f"02_enrichment@{SIZE}"
    return [
        Metric("award_rows", 1000, "rows", "none", "01_profiling"),
        Metric("match_rate", 0.76, "rate", "higher", key, SIZE, 0.732, 0.786, 1000, baseline=0.74),
        Metric("seconds", 5.1, "s", "lower", key, SIZE),
        Metric("peak_memory_mb", 812.5, "MB", "lower", key, SIZE),
        Metric("fuzzy_threshold", 0.86, "", "none", key, SIZE),
        Metric("precision_rate", 0.991, "rate", "higher", "03_quality", None, 0.98, 0.996, 760),
        Metric("scaling_exponent", 1.1, "", "lower", "04_regression"),
    ]


def _gates() -> list[GateOutcome]:
    after = ["03_quality", "04_regression", "05_readiness"]
    return [
        GateOutcome("award_valid_rate", "pass", "error", 0.988, None, 0.95, "higher",
                    "01_profiling", unit="rate", title="Award rows that validate"),
        GateOutcome("completeness_amount_rate", "pass", "error", 0.962, None, 0.9, "higher",
                    "01_profiling", unit="rate", title="Completeness: amount"),
        GateOutcome("match_rate", "pass", "error", 0.76, None, 0.7, "higher",
                    f"02_enrichment@{SIZE}", SIZE, 0.732, 0.786, "rate", "Match rate",
                    "Match rate is 76.0 %.", after, baseline=0.74),
        GateOutcome("time_change_pct", "warn", "error", 10.9, 10.0, 25.0, "lower",
                    "04_regression", None, 8.0, 13.5, "pct", "Time against the baseline",
                    "Time against the baseline is 10.9 %; needed at most 10.0 %.",
                    rerun="proofbook run --profile smoke --from 04_regression"),
        GateOutcome("match_rate_none_drop_pp", "no_baseline", "error", None, None, 5.0, "lower",
                    "04_regression", unit="pp", title="Drop, awards with neither identifier",
                    message="No baseline holds this metric."),
    ]  # fmt: skip


def _notebooks() -> list[NotebookOutcome]:
    keys = ["01_profiling", f"02_enrichment@{SIZE}", "03_quality", "04_regression", "05_readiness"]
    titles = ["What came in", "Enrichment", "Quality", "Regression", "Readiness"]
    return [
        NotebookOutcome(
            key, key.partition("@")[0], "completed", title, SIZE if "@" in key else None,
            4.2 + i, notebook=f"notebooks/{key}.ipynb", html=f"html/{key}.html",
            log=f"logs/{key}.log",
        )
        for i, (key, title) in enumerate(zip(keys, titles, strict=True))
    ]  # fmt: skip


def make_passed() -> RunResult:
    """A run in which everything passes but for one warning."""
    return RunResult(
        run_id="20261123T080512Z-ab12cd",
        status="warned",
        exit_code=0,
        verdict="Passed with warnings: Time against the baseline warns.",
        parameters=[
            Parameter("data.awards", "", "default"),
            Parameter("data.seed", 7, "profile smoke"),
            Parameter("match.review_probability", 0.3, "default"),
            Parameter("match.target_precision", 0.98, "default"),
            Parameter("report.token", "hush-hush", "environment PROOFBOOK__REPORT__TOKEN"),
            Parameter("sizes", ["100x500", SIZE], "profile smoke"),
        ],
        provenance=Provenance(
            command="proofbook run --profile smoke",
            commit="3c1fe24a",
            dirty=False,
            versions={"python": "3.11.2", "proofbook": "0.1.0", "pandas": "3.1.1"},
            machine={"cpu": "Xeon", "cores": 2, "memory_gb": 8.0},
            machine_class="linux-x86_64-2",
            started="2026-11-23T08:05:12+00:00",
            finished="2026-11-23T08:05:44.500000+00:00",
            inputs=[InputFile("awards", "cache/awards.csv.gz", 1000, 90_211, "ab" * 32)],
        ),
        notebooks=_notebooks(),
        metrics=_metrics(),
        gates=_gates(),
        tables=_tables(),
        alerts=alerts(_notebooks(), _gates()),
    )


def make_failed() -> RunResult:
    """A run whose match rate fails, so that three notebooks are held back."""
    run = make_passed()
    reason = (
        "blocked by gate match_rate, value 69.996 %, bound 70 %, "
        "run again with proofbook run --from 02_enrichment"
    )
    examples = [
        {"award_row": i, "Company": f"Company {i}", "State": "CA", "UEI": None} for i in range(5)
    ]
    failed = replace(
        run.gates[2], state="fail", value=0.69996, low=0.67, high=0.73, count=300, rate=0.30004,
        examples=examples, message="Match rate is 69.996 %; needed at least 70 %.",
        rerun="proofbook run --profile smoke --from 02_enrichment",
    )  # fmt: skip
    missing = replace(
        run.gates[2], metric="recall_rate", title="Recall", state="missing", value=None, low=None,
        high=None, notebook="03_quality", size=None, message="recall_rate was not recorded.",
    )  # fmt: skip
    books = [
        n if n.key < "03" else replace(n, status="blocked", seconds=0.0, reason=reason, html=None)
        for n in run.notebooks
    ]
    return replace(
        run, status="failed", exit_code=1, notebooks=books,
        gates=[*run.gates[:2], failed, missing],
        alerts=alerts(books, [*run.gates[:2], failed, missing]),
        verdict="Failed. Match rate is 69.996 %; needed at least 70 %.",
        tables=[t for t in run.tables if t.name in ("methods", "completeness", "stages")],
    )  # fmt: skip


def make_crashed() -> RunResult:
    """A run in which a cell of 02_enrichment raises."""
    run = make_passed()
    error = CellError(
        6, "ValueError", "award 17: bad year '20x6'",
        "\x1b[0;31mValueError\x1b[0m Traceback (most recent call last)\nCell In[4], line 1",
        "enriched = enrich(awards, recipients)",
    )  # fmt: skip
    books = [
        run.notebooks[0],
        replace(run.notebooks[1], status="failed", error=error, reason="a cell raised"),
        *(replace(n, status="skipped", reason="02_enrichment failed", html=None, seconds=0.0)
          for n in run.notebooks[2:]),
    ]  # fmt: skip
    return replace(
        run, status="crashed", exit_code=3, notebooks=books, gates=run.gates[:2], metrics=[],
        alerts=alerts(books, run.gates[:2]),
        tables=run.tables[:3], verdict="Crashed. 02_enrichment@1000x5000 failed: a cell raised.",
    )  # fmt: skip


def make_empty() -> RunResult:
    """A run that was stopped before anything happened."""
    return RunResult(
        "20261123T080512Z-000000", "interrupted", 130, "", [],
        Provenance("", None, None, {}, {}, "", "2026-11-23T08:05:12+00:00", "", []),
        [], [], [],
    )  # fmt: skip


def make_hostile() -> RunResult:
    """The failed run with hostile text, 10,000 characters long, wherever text can stand."""
    run = make_failed()
    gates = [
        replace(g, title=LONG, message=LONG, rerun=LONG, notebook=LONG,
                examples=[{HOSTILE: LONG, "Company": LONG, "award_row": 3}])
        for g in run.gates
    ]  # fmt: skip
    books = [
        replace(n, key=HOSTILE, title=LONG, reason=LONG, status="failed", html=None,
                error=CellError(1, HOSTILE, LONG, LONG, LONG))
        for n in run.notebooks
    ]  # fmt: skip
    tables = [
        replace(t, caption=LONG, rows=[[LONG if isinstance(v, str) else v for v in r]
                                       for r in t.rows])
        for t in make_passed().tables
    ]  # fmt: skip
    return replace(
        run, run_id=HOSTILE, verdict=LONG, gates=gates, notebooks=books, tables=tables,
        alerts=[replace(a, what=LONG, message=LONG, size=HOSTILE) for a in alerts(books, gates)],
        parameters=[Parameter(HOSTILE, LONG, LONG), Parameter("list", [HOSTILE], "default")],
        provenance=replace(
            run.provenance, command=LONG, commit=LONG, versions={HOSTILE: LONG},
            machine={HOSTILE: HOSTILE}, machine_class=LONG, finished=HOSTILE,
            inputs=[InputFile(HOSTILE, LONG, None, 1, HOSTILE)],
        ),
        metrics=[replace(m, name=m.name, size=HOSTILE) for m in run.metrics],
    )  # fmt: skip


def make_diff(now: RunResult | None = None, *, text: str = "Advanced Systems") -> RunDiff:
    """Two lost, one changed, three gained of 1,000 awards, between the passed run and another."""
    was = make_passed()
    kinds = ("lost", "gained", "changed", "gained", "lost", "gained")
    about = {"Company": text, "City": "Boulder", "State": "CO", "Agency": "NASA",
             "Phase": "Phase II", "Award Year": "2019"}  # fmt: skip
    joined, nobody = Match("uei-exact", text, 1.0), Match("unmatched", None, 0.02)
    other = Match("name-fuzzy-auto", f"{text} II", 0.9)
    sides = {"lost": (joined, nobody), "gained": (nobody, joined), "changed": (joined, other)}
    changes = [
        AwardChange(kind, 10 * row, about | {"State": "CO" if row else "Maine"}, *sides[kind])  # type: ignore[arg-type]
        for row, kind in enumerate(kinds)
    ]
    return RunDiff(
        was, now or make_failed(), SIZE, 1000, changes=changes, other_method=4, drop_pp=-0.1,
        low=-0.5, high=0.4, p_value=0.8,
    )  # fmt: skip


def make_review(run: RunResult | None = None, *, text: str = "Acme", doubts: int = 4) -> Review:
    """That many questions in doubt, about three awards each, and two links by name."""
    about = {"City": "Boston", "State": "MA", "Zip": "02139", "Contact Name": "Jane Roe",
             "Award Amount": "100,000"}  # fmt: skip
    offers = {"candidates": [(f"{text} one", 0.6), (f"{text} two", 0.3)]}
    rows = [
        ("name-fuzzy-candidate", {"Company": f"{text} {n}", **about, **offers})
        for n in range(doubts)
        for _ in range(3)
    ]  # fmt: skip
    rows += [("name-exact", f"{text} {n}", {"Company": f"Drawn {n}", **about}) for n in "ab"]
    table = enriched_table(*rows)
    names = {f"{text} one": [f"{text} Labs", f"{text} Tec"]}
    return Review(run or make_passed(), Design(SIZE), questions(table), names, table.num_rows, 2)


MADE = {
    "passed": make_passed,
    "failed": make_failed,
    "crashed": make_crashed,
    "empty": make_empty,
    "hostile": make_hostile,
}


@pytest.fixture(params=list(MADE))
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind of run in turn."""
    return str(request.param)


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a run of that kind with its report, rendered once for all tests."""

    @functools.cache
    def render(kind: str) -> Path:
        return render_run(MADE[kind](), tmp_path_factory.mktemp(kind)).parent

    return render


@pytest.fixture
def passed() -> RunResult:
    return make_passed()


@pytest.fixture
def failed() -> RunResult:
    return make_failed()


@pytest.fixture
def crashed() -> RunResult:
    return make_crashed()


@pytest.fixture
def empty() -> RunResult:
    return make_empty()


@pytest.fixture
def hostile() -> RunResult:
    return make_hostile()
