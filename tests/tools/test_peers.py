"""The contest of peers: scorer, measuring, runner and table, with toy peers."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from peers import contest as contests
from peers import quality, table
from peers.contestants import Inputs, enricher, peer
from peers.prepare import clean_names, left_open, prepare
from peers.process import Cost, measured

from proofbook.sources.synthetic import write_world

ROOT = Path(__file__).parents[2]
PYTHON = Path(sys.executable)
TRUTH = pl.DataFrame(
    {
        "award_row": [0, 0, 1, 2, 3, 5, 6],
        "recipient_hash": ["a", "b", "c", None, "d", None, None],
    },
)
ASKED = pl.DataFrame({"award_row": [0, 1, 2, 3, 5, 6], "question": [10, 11, 12, 13, 15, 16]})


def first(*answers: tuple[int, float, bool]) -> pl.DataFrame:
    frame = pl.DataFrame(answers, ["award_row", "score", "right"], orient="row")
    return frame.with_columns(rank=pl.lit(0, pl.Int64))


@pytest.mark.parametrize(
    ("answers", "threshold", "precision", "recall"),
    [
        ([(0, 0.9, True), (1, 0.8, True), (2, 0.7, False)], 0.8, 1.0, 2 / 3),
        # One wrong answer in between costs less than what is right below it.
        ([(0, 0.9, True), (2, 0.8, False), (1, 0.7, True), (3, 0.6, True)], 0.6, 0.75, 1.0),
        # Equal scores cannot be told apart.
        ([(0, 0.9, True), (2, 0.9, False), (1, 0.1, False)], 0.9, 0.5, 1 / 3),
        (
            [(0, 0.9, True), (1, 0.8, True), *((row, 0.8, False) for row in (2, 3, 5, 6))],
            *(0.9, 1.0, 1 / 3),
        ),
        ([], 0.0, 0.0, 0.0),
    ],
)
def test_best_threshold_has_the_highest_f1(answers, threshold, precision, recall):
    ranked = first(*answers) if answers else first((0, 0.0, True)).clear()
    found = quality.at_best(ranked, ASKED, TRUTH)
    assert (found.threshold, found.awards, found.known) == (threshold, 6, 3)
    assert (found.precision, found.recall) == pytest.approx((precision, recall))
    total = precision + recall
    assert found.f1 == pytest.approx(2 * precision * recall / total if total else 0)


def test_awards_that_truth_does_not_list_are_left_out():
    truth = TRUTH.filter(pl.col("award_row") != 2)
    ranked = first((2, 0.95, False), (0, 0.9, True), (1, 0.8, True), (3, 0.7, True))
    found = quality.at_best(ranked, ASKED, truth)
    assert (found.awards, found.precision, found.recall) == (5, 1.0, 1.0)


def test_pairs_are_ranked_by_score_and_right_where_a_shared_row_is():
    pairs = pl.DataFrame(
        {
            "question": [10, 10, 11, *[13] * 6],
            "recipient": [2, 1, 3, 1, 2, 3, 4, 5, 9],
            "score": [0.9, 0.9, 0.8, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4],
        }
    )
    held = pl.DataFrame({"recipient": [1, 1, 2, 3, 9], "recipient_hash": ["x", "b", "y", "c", "d"]})
    ranked = quality.of_pairs(pairs, ASKED, held, TRUTH)
    assert ranked.filter("right").select("award_row", "rank").rows() == [(0, 0), (1, 0)]
    assert ranked["rank"].max() == 4  # the sixth of award 3, which is right, is too late
    assert quality.at_best(ranked, ASKED, TRUTH).top5 == pytest.approx(2 / 3)


def test_enriched_is_judged_as_decided_and_by_probability():
    kind = pl.List(pl.Struct({"recipient_hash": pl.String, "probability": pl.Float64}))
    enriched = pl.DataFrame(
        {
            "award_row": [0, 1, 2, 3, 4],
            "match_method": [
                "name-exact",
                "name-fuzzy-candidate",
                "unmatched",
                "unmatched",
                "uei-exact",
            ],
            "match_probability": [0.99, 0.6, 0.0, 0.0, 1.0],
            "recipient_hash": ["a", None, None, None, "z"],
            "candidates": pl.Series(
                [
                    [{"recipient_hash": "a", "probability": 0.99}],
                    [{"recipient_hash": "c", "probability": 0.6}],
                    [],
                    [
                        {"recipient_hash": "x", "probability": 0.2},
                        {"recipient_hash": "d", "probability": 0.1},
                    ],
                    [],
                ],
                dtype=kind,
            ),
        }
    )
    ranked = quality.of_enriched(enriched, ASKED, TRUTH)
    assert ranked.select("award_row", "rank", "right", "decided").rows() == [
        (0, 0, True, True),
        (1, 0, True, False),
        (3, 0, False, False),
        (3, 1, True, False),
    ]
    own, best = quality.decided(ranked, ASKED, TRUTH), quality.at_best(ranked, ASKED, TRUTH)
    assert (own.threshold, own.precision, own.recall) == (None, 1.0, pytest.approx(1 / 3))
    assert (best.threshold, best.recall, best.top5) == (0.6, pytest.approx(2 / 3), 1.0)


def test_names_are_cleaned_alike_on_both_sides():
    raw = ["Acme &amp; Söhne, L.L.C.", "PC Photonics", "The Foo Company, Inc.", "N/A", "", None]
    wanted = ["ACME AND SOHNE", "PC PHOTONICS", "THE FOO", None, None, None]
    assert clean_names(pl.Series(raw)).to_list() == wanted


def test_an_award_is_open_unless_a_recipient_bears_its_identifier():
    awards = pl.DataFrame(
        {
            "UEI": ["ZQGGGHJH74DW", "ABCDEFGHJKLM", "", None],
            "Duns": ["", "12-345-6789", "000000000", "987654321"],
        }
    )
    recipients = pl.DataFrame(
        {"uei": ["ZQGGGHJH74DW", None], "duns": ["000000000", "123456789"]},
    )
    found = left_open(awards, recipients)
    assert found.rows() == [(0, False), (1, False), (2, True), (3, True)]


def python(code: str, budget: float = 60.0) -> Cost:
    return measured([sys.executable, "-c", code], {}, budget)


def test_memory_and_cores_of_children_are_counted():
    held = "import time; x = bytearray(80_000_000); y = sum(range(6_000_000)); time.sleep(0.5)"
    alone = python(held)
    both = python(
        f"import subprocess, sys; x = bytearray(80_000_000); "
        f"subprocess.run([sys.executable, '-c', {held!r}])"
    )
    assert alone.ended
    assert 80 < alone.peak_mb < 160
    assert both.peak_mb > alone.peak_mb + 70
    assert alone.cpu_seconds > 0.02
    assert both.cpu_seconds > alone.cpu_seconds / 3
    assert alone.seconds > 0.5


def test_a_process_ends_with_the_budget_and_its_children_too(tmp_path):
    sign = tmp_path / "sign"
    late = f"import time, pathlib; time.sleep(1.5); pathlib.Path({str(sign)!r}).touch()"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {late!r}])"
    cost = python(code, budget=0.3)
    assert not cost.ended
    assert cost.seconds < 1.5
    time.sleep(1.6)
    assert not sign.exists()


def test_a_process_that_fails_says_why():
    with pytest.raises(RuntimeError, match=r"ended with 1: .*no such thing"):
        python("raise SystemExit('no such thing')")


def test_a_share_is_extrapolated_along_a_line():
    small, large = Cost(3.0, 4.0, 300, True), Cost(4.0, 6.0, 200, True)
    assert contests.extrapolated(small, large, 0.25, 0.5, 1.0) == Cost(6.0, 10.0, 300, False)
    assert contests.extrapolated(large, small, 0.25, 0.5, 1.0) == Cost(3.0, 4.0, 300, False)


EXACT = """
import polars as pl
def run(awards, recipients):
    pairs = pl.read_parquet(awards).join(pl.read_parquet(recipients), "name")
    return pairs.select("question", "recipient", score=pl.lit(1.0)).to_arrow()
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    write_world(folder, 400, 1200, seed=3)
    return folder


def test_contest_measures_judges_and_shows_everyone(world, tmp_path, monkeypatch):
    for name, code in (("exact", EXACT), ("broken", "def run(a, b): 1 / 0")):
        (tmp_path / f"{name}.py").write_text(code)
    monkeypatch.chdir(tmp_path)  # where a fresh process looks for modules
    contestants = [enricher("ours"), *(peer(name, name, PYTHON) for name in ("exact", "broken"))]
    found = contests.hold(Inputs(world, tmp_path / "out"), contestants, 300.0, 2, lambda _: None)

    ours, exact, broken = found.outcomes
    assert found.open_awards > found.known > 0
    decided = ours.qualities["as decided"]
    assert (decided.awards, decided.known) == (found.open_awards, found.known)
    assert 0.5 < exact.qualities["best threshold"].precision <= 1
    assert 0.2 < exact.qualities["best threshold"].recall < decided.recall
    assert (exact.repeats, exact.share) == (2, 1)
    assert broken.cost is None
    assert "ZeroDivisionError" in broken.failed

    shown = table.text(found, 300.0)
    assert re.search(r"^ours\*  .* as decided$", shown, re.M)
    assert "ZeroDivisionError" in shown
    lines = table.markdown(found, 300.0).splitlines()
    columns = {line.replace(r"\|", "").count("|") for line in lines if line.startswith("|")}
    assert columns == {len(table.HEAD) + 1}
    assert table.values(found)["outcomes"][1]["name"] == "exact"


@pytest.mark.parametrize(
    ("budget", "part"),
    [(2.6, 16), (5.0, 4), (2.05, None)],
)
def test_who_does_not_end_is_measured_on_a_share(world, tmp_path, monkeypatch, budget, part):
    """Two seconds, and a tenth for every question; nothing is waited for."""

    stopped = []

    def pretended(command, environment, budget):
        if "peers.prepare" in command:
            prepare(Path(command[-2]), Path(command[-1]))
            return Cost(1.0, 1.0, 1.0, True)
        questions, recipients = (pl.read_parquet(name) for name in command[-3:-1])
        pairs = questions.join(recipients, "name").with_columns(score=1.0)
        pairs.select("question", "recipient", "score").write_parquet(command[-1])
        seconds = 2.0 + questions.height / 10
        if seconds > budget:
            stopped.append(questions.height)
        return Cost(min(seconds, budget), seconds / 2, 7.0, seconds <= budget)

    monkeypatch.setattr(contests, "measured", pretended)
    inputs = Inputs(world, tmp_path)
    found = contests.hold(inputs, [peer("slow", "slow", PYTHON)], budget, 3, lambda _: None)
    (slow,) = found.outcomes
    if part is None:
        assert slow.cost is None
        assert slow.failed == f"did not end within {budget:.0f} s, nor did two shares"
        return
    assert slow.share == 1 / part
    assert stopped == [found.questions]  # no share was begun that could not end
    assert slow.cost is not None
    asked = inputs.asked().filter(pl.col("question") % part == 0)
    assert slow.qualities["best threshold"].awards == asked.height
    # Shares hold whole numbers of questions, so that the line is a little off.
    assert slow.cost.seconds == pytest.approx(2 + found.questions / 10, rel=0.3)
    assert not slow.cost.ended
    shown = table.text(found, budget)
    assert re.search(rf"^slow +~.* >=7 .* one question in {part}$", shown, re.M)


def test_lock_of_the_peers_pins_versions_and_holds_no_addresses():
    lines = (ROOT / "requirements-peers.lock").read_text().splitlines()
    pinned = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.]+", line) for line in pinned)
    names = {line.split("==")[0].lower().replace("_", "-") for line in pinned}
    assert {"splink", "duckdb", "sparse-dot-topn", "rapidfuzz", "scikit-learn"} <= names
