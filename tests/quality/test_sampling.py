"""The sample is drawn by content, and its precision weighs every stratum by all of its links."""

from __future__ import annotations

import polars as pl
import pytest

from proofbook.measure.statistics import wilson
from proofbook.quality.sampling import LEAST, draw, precision, shares, strata


@pytest.mark.parametrize(
    ("method", "probability", "stratum"),
    [
        ("name-exact", 0.2, "name-exact, 0 to 0.95"),
        ("name-exact", 0.95, "name-exact, 0.95 to 0.98"),
        ("name-fuzzy-auto", 0.9949, "name-fuzzy-auto, 0.99 to 0.995"),
        ("name-fuzzy-auto", 1.0, "name-fuzzy-auto, from 0.995"),
        (None, None, None),
    ],
)
def test_strata(method, probability, stratum):
    schema = {"method": pl.String, "probability": pl.Float64}
    frame = pl.DataFrame({"method": [method], "probability": [probability]}, schema=schema)
    assert strata(frame).to_list() == [stratum]


@pytest.mark.parametrize(
    ("sizes", "total", "given"),
    [
        ([100, 100], 20, [10, 10]),
        ([900, 100], 100, [90, 10]),
        ([990, 10, 3], 100, [92, 5, 3]),
        ([3, 4], 100, [3, 4]),
        ([50, 50, 50], 4, [2, 1, 1]),
        ([5, 5], 0, [0, 0]),
        ([], 10, []),
    ],
)
def test_shares(sizes, total, given):
    assert shares(sizes, total) == given
    assert LEAST == 5


def _frame(*strata: str | None) -> pl.DataFrame:
    return pl.DataFrame(
        {"question": [f"q{n}" for n in range(len(strata))], "stratum": list(strata)},
        schema={"question": pl.String, "stratum": pl.String},
    )


def test_more_of_a_seed_are_drawn_in_addition_and_another_seed_draws_others():
    frame = _frame(*["a"] * 300, *["b"] * 300, None)
    few, more, other = (
        draw(frame, total, seed)["drawn"] for total, seed in ((40, 1), (80, 1), (40, 2))
    )
    assert (few.sum(), more.sum(), other.sum()) == (40, 80, 40)
    assert (few & more).sum() == 40
    assert (few & other).sum() < 20
    assert not more[-1]


def test_what_is_drawn_is_no_matter_of_place():
    frame = _frame(*["a"] * 100)
    drawn = frame.filter(draw(frame, 9, 0)["drawn"])["question"]
    backwards = frame.reverse()
    assert set(backwards.filter(draw(backwards, 9, 0)["drawn"])["question"]) == set(drawn)
    assert set(drawn) != {f"q{n}" for n in range(9)}


def _judged(*groups: tuple[str, int, int, list[bool | None]]) -> pl.DataFrame:
    """Strata by name, links and awards of each, and what is said of those that were drawn."""
    rows = [
        {"stratum": name, "by_name": awards, "drawn": n < len(said),
         "right": said[n] if n < len(said) else None}
        for name, links, awards, said in groups
        for n in range(links)
    ]  # fmt: skip
    schema = {"stratum": pl.String, "by_name": pl.Int64, "drawn": pl.Boolean, "right": pl.Boolean}
    return pl.DataFrame(rows, schema=schema)


def test_one_stratum_is_a_plain_rate():
    found = precision(_judged(("a", 100, 1, [True] * 19 + [False])))
    assert found.links == found.awards == wilson(19, 20)


def test_a_stratum_weighs_by_all_of_its_links():
    found = precision(
        _judged(
            ("a", 900, 1, [True] * 10), ("b", 100, 9, [True] * 5 + [False] * 5), ("c", 50, 1, [])
        )
    )
    assert found.links.value == pytest.approx(0.95)
    assert found.awards.value == pytest.approx(0.75)
    assert found.links.n == round(1000**2 / (10 * 90**2 + 10 * 10**2))
    columns = ["stratum", "links", "drawn", "judged", "right"]
    assert found.strata[columns].to_numpy().tolist() == [
        ["a", 900, 10, 10, 10], ["b", 100, 10, 10, 5], ["c", 50, 0, 0, 0],
    ]  # fmt: skip


def test_who_is_unsure_or_was_not_drawn_does_not_count():
    frame = _judged(("a", 10, 1, [True, False, None]))
    frame = pl.concat([frame, frame.tail(1).with_columns(right=pl.lit(False))])
    assert precision(frame).links.value == 0.5


def test_without_an_answer_there_is_no_estimate():
    assert precision(_judged(("a", 10, 1, [None]))).links.value is None
    assert precision(_judged()).awards.value is None
