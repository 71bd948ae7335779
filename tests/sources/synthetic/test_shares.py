"""What a world is made of: shares as in the mixture, truth that holds, gates that pass."""

from __future__ import annotations

import polars as pl
import pytest

from proofbook.quality.completeness import completeness
from proofbook.quality.validation import validate_awards
from proofbook.sources.synthetic import World, default_mixture, make_world
from proofbook.sources.synthetic.truth import KINDS

from .reading import name_key, valid_duns, valid_uei


def links(made: World) -> pl.DataFrame:
    """Per award: its identifiers as a careful reader takes them; whether they hit a right row."""
    awards = pl.from_arrow(made.awards).select(
        award_row=pl.int_range(pl.len(), dtype=pl.Int64),
        uei=pl.col("UEI").map_elements(valid_uei, return_dtype=pl.String),
        duns=pl.col("Duns").map_elements(valid_duns, return_dtype=pl.String),
    )
    rows = pl.from_arrow(made.recipients).select("recipient_hash", ruei="uei", rduns="duns")
    truth = pl.from_arrow(made.truth).join(rows, on="recipient_hash", how="left")
    right = (
        truth.join(awards, on="award_row")
        .group_by("award_row")
        .agg(
            by_uei=(pl.col("uei") == pl.col("ruei")).any(),
            by_duns=(pl.col("duns") == pl.col("rduns")).any(),
            there=pl.col("recipient_hash").is_not_null().any(),
            identifier=pl.col("identifier").first(),
        )
    )
    return awards.join(right, on="award_row").sort("award_row")


@pytest.mark.parametrize(
    ("size", "tolerance"), [((5_000, 60_000), 0.004), ((1_000, 5_000), 0.01), ((800, 600), 0.012)]
)
def test_links_come_out_as_in_the_mixture(size: tuple[int, int], tolerance: float) -> None:
    made = make_world(*size, 21)
    found, shares = links(made), default_mixture().links
    uei = found["by_uei"].fill_null(False)
    duns = found["by_duns"].fill_null(False) & ~uei
    neither = found["uei"].is_null() & found["duns"].is_null()
    measured = {
        "uei": uei.mean(),
        "duns": duns.mean(),
        "neither": neither.mean(),
        "absent": 1.0 - found["there"].mean(),
    }
    expected = {
        "uei": shares.uei_match.value - shares.wrong_identifier.value,
        "duns": shares.duns_match.value,
        # employer numbers stand where an award has no valid identifier either
        "neither": shares.no_identifier.value,
        "absent": shares.no_true_match.value,
    }
    assert measured == pytest.approx(expected, abs=tolerance + 0.008)


def test_firms_have_many_awards_and_few(middle: World) -> None:
    sizes = pl.from_arrow(middle.truth).unique("award_row")["firm"].value_counts()["count"]
    assert sizes.sum() / len(sizes) == pytest.approx(
        default_mixture().firms.awards_per_firm.value, rel=0.02
    )
    assert sizes.max() == 35  # 0.7 %
    assert sizes.median() <= 5
    assert sizes.min() == 1


def test_truth_is_consistent(middle: World) -> None:
    truth = pl.from_arrow(middle.truth)
    recipients = pl.from_arrow(middle.recipients)
    assert recipients["recipient_hash"].n_unique() == len(recipients)
    assert truth["award_row"].is_sorted()
    assert truth.select("award_row", "recipient_hash").is_duplicated().sum() == 0
    assert set(truth["recipient_hash"].drop_nulls()) <= set(recipients["recipient_hash"])
    none = truth.filter(pl.col("recipient_hash").is_null())
    assert set(none["kind"]) == {"absent", "absent_with_twin"}
    assert none["award_row"].n_unique() == len(none)
    # awards of one firm have the same right rows, but for those that name its parent
    plain = truth.filter(pl.col("kind") != "parent").drop_nulls("recipient_hash")
    rows = plain.group_by("firm").agg(pl.col("recipient_hash").n_unique())
    each = plain.group_by("firm", "award_row").len()
    assert (
        each.join(rows, on="firm").select((pl.col("len") == pl.col("recipient_hash")).all()).item()
    )
    # a recipient belongs to one firm only
    assert (plain.group_by("recipient_hash").agg(pl.col("firm").n_unique())["firm"] == 1).all()


def test_a_parent_is_right_for_an_award_that_names_it(large: World) -> None:
    truth = pl.from_arrow(large.truth).filter(pl.col("kind") == "parent")
    rows = pl.from_arrow(large.recipients).select("recipient_hash", "uei", "parent_uei")
    joined = truth.join(rows, on="recipient_hash")
    heads = joined.select("award_row", parent_uei="uei").drop_nulls()
    child = pl.col("parent_uei").ne_missing(pl.col("uei"))
    children = joined.filter(child).select("award_row", "parent_uei")
    both = children.join(heads, on=["award_row", "parent_uei"], how="semi")
    assert both["award_row"].n_unique() == truth["award_row"].n_unique() > 100


def test_wrong_identifiers_do_not_alter_the_truth(large: World) -> None:
    found = links(large).filter(pl.col("identifier") == "wrong")
    assert len(found) == 60
    assert not found["by_uei"].any()
    assert found["there"].all()
    known = set(large.recipients["uei"].to_pylist())
    assert set(found["uei"]) <= known


def test_names_alone_find_about_six_in_ten(large: World) -> None:
    awards = pl.from_arrow(large.awards).select(
        award_row=pl.int_range(pl.len(), dtype=pl.Int64), key=name_key("Company")
    )
    rows = pl.from_arrow(large.recipients).select(
        "recipient_hash", key=name_key("legal_business_name")
    )
    truth = pl.from_arrow(large.truth).filter(pl.col("identifier") == "none")
    truth = truth.drop_nulls("recipient_hash")
    hit = truth.join(awards, on="award_row").join(rows, on=["recipient_hash", "key"], how="semi")
    assert 0.52 <= hit["award_row"].n_unique() / truth["award_row"].n_unique() <= 0.68


def test_every_kind_of_difficulty_is_there(large: World) -> None:
    counted = pl.from_arrow(large.truth).unique("award_row")["kind"].value_counts()
    assert set(counted["kind"]) == set(KINDS)


def test_distractors_do_not_look_different(middle: World) -> None:
    """Rows of award firms have identifiers, parents and other names about as often as others."""
    recipients = pl.from_arrow(middle.recipients)
    own = pl.col("recipient_hash").is_in(middle.truth["recipient_hash"].to_pylist())
    shares = recipients.group_by(own.alias("own")).agg(
        pl.col("uei").is_not_null().mean(),
        pl.col("parent_uei").is_not_null().mean(),
        (pl.col("alternate_names").list.len() > 0).mean(),
        pl.col("address_line_1").is_null().mean(),
        pl.col("legal_business_name").str.contains(" DBA ").mean().alias("dba"),
    )
    differences = shares.drop("own").max() - shares.drop("own").min()
    assert differences.select("address_line_1", "dba", "alternate_names").row(0) < (0.05,) * 3
    assert differences.select("uei", "parent_uei").row(0) < (0.35, 0.35)


def test_the_default_gates_pass_with_margin(large: World) -> None:
    judged = validate_awards(large.awards)
    assert 0.97 <= judged.valid_rate <= 0.99
    assert 0.03 <= judged.warning_rate <= 0.09
    rates = completeness(large.awards).set_index("column")["rate"]
    least = {"Company": 0.99, "Award Amount": 0.95, "Proposal Award Date": 0.97, "Program": 0.99}
    assert {c: rates[c] for c, bound in least.items() if rates[c] < bound} == {}
    awards = pl.from_arrow(large.awards)
    assert awards.filter(
        (pl.col("Agency Tracking Number") == "") & (pl.col("Contract") == "")
    ).is_empty()
    lost = links(large).with_columns(State=awards["State"], Company=awards["Company"])
    bare = lost.filter(pl.col("identifier") == "none")
    assert (bare["State"] != "").all()
    assert (bare["Company"] != "").all()
