"""Every defect that reality has is in a world of 20,000 awards."""

from __future__ import annotations

import polars as pl
import pytest

from proofbook.sources.columns import PERSONAL_COLUMNS
from proofbook.sources.synthetic import World
from proofbook.sources.synthetic.numbers import NULL_WORDS

VALID_UEI = r"^[1-9A-HJ-NP-Z][0-9A-HJ-NP-Z]{11}$"

AWARD_DEFECTS = {
    "UEI": {
        "lower case": r"^[a-hj-np-z][0-9a-hj-np-z]{11}$",
        "blank before": r"^ \w{12}$",
        "blank after": r"^\w{12} $",
        "blanks inside": r"^\w{4} \w{4} \w{4}$",
        "eleven signs": r"^\w{11}$",
        "thirteen signs": r"^\w{13}$",
        "letters O and I": r"^\w{5}O\w{5}I$",
        "placeholder": r"^0{12}$",
        "empty": r"^$",
    },
    "Duns": {
        "dashes": r"^\d{3}-\d{3}-\d{3}$",
        "lost zero": r"^\d{8}$",
        "float": r"^\d{7,9}\.0$",
        "quoted": r"^'\d{9}'$",
        "plus 4": r"^\d{13}$",
        "zeros": r"^0{9}$",
        "employer number": r"^\d{2}-\d{7}$",
        "short": r"^\d{4,6}$",
        "empty": r"^$",
    },
    "Zip": {
        "five": r"^\d{5}$",
        "plus 4": r"^\d{5}-\d{4}$",
        "dash at the end": r"^\d{5}-$",
        "array": r"^\d{5}-Array$",
        "dash": r"^-$",
        "lost zero": r"^\d{4}$",
        "nine": r"^\d{9}$",
        "empty": r"^$",
    },
    "Proposal Award Date": {
        "dashes": r"^\d\d-\d\d-\d{4}$",
        "slashes": r"^\d\d/\d\d/\d{4}$",
        "words": r"^[A-Z][a-z]+ \d\d, \d{4}$",
        "empty": r"^$",
    },
    "Award Amount": {
        "plain": r"^\d{5,}$",
        "decimals": r"^\d+\.00$",
        "commas": r"^\d{1,3}(,\d{3})+$",
        "empty": r"^$",
        "zero": r"^0$",
        "words": r"^TBD$",
    },
    "State": {"code": r"^[A-Z]{2}$", "name": r"^[A-Z][a-z]+( [A-Za-z]+)*$", "empty": r"^$"},
    "Company": {
        "entity": r"&amp;",
        "blank at the end": r" $",
        "two blanks": r"\S  \S",
        "trade name": r"(?i) d/?b/?a ",
        "former name": r" \(formerly ",
        "surname first": r"^[A-Za-z]+, [A-Za-z]+( [A-Z])? ?$",
        "accent": r"[éöáüñçíÉÖÁÜÑÇÍ]",
        "hyphen": r"\w-\w",
        "digit": r"\d",
        "capitals": r"^[^a-z]+$",
        "lower case": r"^[^A-Z]+$",
        "empty": r"^$",
    },
    "Abstract": {"line break": r"\n", "quotes": r'"', "empty": r"^$"},
    "Number Employees": {"float": r"^\d+\.0$", "empty": r"^$", "zero": r"^0$"},
    "Phase": {"two": r"^Phase II$", "wrong": r"^Phase 0$"},
    "Program": {"STTR": r"^STTR$", "wrong": r"^SBIR/STTR$"},
}  # fmt: skip

RECIPIENT_DEFECTS = {
    "legal_business_name": {
        "trade name": r" DBA ",
        "former name": r" FKA ",
        "entity": r"&(?i:amp);",
        "spelled out": r"(?i)\bincorporated$",
        "dots": r"(?i)L\.L\.C\.$",
        "two": r" II(,|\.| |$)",
        "spaced initials": r"^[A-Z] [A-Z] ",
        "cut at 30": r"^.{30}$",
        "surname first": r"^[A-Za-z]+, [A-Za-z]+$",
    },
    "zip5": {"lost zero": r"^\d{4}$"},
    "city": {"short": r"(?i)^(st|ft) |cty$|spgs$|sta$"},
}


def cases(defects: dict[str, dict[str, str]]) -> list[tuple[str, str, str]]:
    """Column, name and pattern of every defect."""
    return [(column, name, p) for column, row in defects.items() for name, p in row.items()]


@pytest.mark.parametrize(("column", "name", "pattern"), cases(AWARD_DEFECTS))
def test_awards_have_the_defect(
    per_award: pl.DataFrame, column: str, name: str, pattern: str
) -> None:
    count = per_award[column].str.count_matches(pattern).gt(0).sum()
    assert count > 0, name


@pytest.mark.parametrize(("column", "name", "pattern"), cases(RECIPIENT_DEFECTS))
def test_recipients_have_the_defect(large: World, column: str, name: str, pattern: str) -> None:
    values = pl.from_arrow(large.recipients)[column]
    assert values.str.contains(pattern).sum() > 0, name


@pytest.mark.parametrize("word", NULL_WORDS)
@pytest.mark.parametrize("column", ["UEI", "Duns"])
def test_null_words_stand_for_identifiers(per_award: pl.DataFrame, column: str, word: str) -> None:
    assert (per_award[column] == word).sum() > 0


def test_shares_of_recipients_without_this_or_that(middle: World) -> None:
    recipients = pl.from_arrow(middle.recipients)
    missing = {c: recipients[c].is_null().mean() for c in recipients.columns}
    assert 0.12 < missing["address_line_1"] < 0.16
    assert 0.09 < missing["zip5"] < 0.14
    bare = recipients.filter(pl.col("uei").is_null() & pl.col("duns").is_null())
    assert 0.04 < len(bare) / len(recipients) < 0.09
    assert recipients["country_code"].n_unique() > 5
    assert missing["recipient_hash"] == missing["legal_business_name"] == 0


def test_a_duns_shifted_by_a_zero_leads_nowhere(large: World, per_award: pl.DataFrame) -> None:
    lost = per_award.filter(pl.col("identifier") == "elsewhere")
    shifted = lost.filter(pl.col("Duns").str.contains(r"^[1-9]\d{7}0$"))
    right = lost.select("firm", zero="Duns").filter(pl.col("zero").str.starts_with("0"))
    pairs = shifted.join(right.unique(), on="firm").filter(
        pl.col("zero").str.slice(1) + "0" == pl.col("Duns")
    )
    assert len(pairs) > 0
    assert not set(pairs["Duns"]) & set(large.recipients["duns"].to_pylist())


def test_identifiers_in_conflict_name_two_firms(large: World, per_award: pl.DataFrame) -> None:
    rows = pl.from_arrow(large.recipients)
    torn = per_award.filter(
        (pl.col("identifier") == "conflict")
        & pl.col("UEI").str.contains(VALID_UEI)
        & pl.col("Duns").str.contains(r"^\d{9}$")
    )
    assert len(torn) > 50
    named = torn.join(rows.select(UEI="uei", a="recipient_hash"), on="UEI").join(
        rows.select(Duns="duns", b="recipient_hash"), on="Duns"
    )
    assert named["award_row"].n_unique() == len(torn)
    assert (named["a"] != named["b"]).all()


def test_recipients_share_a_duns(large: World) -> None:
    rows = pl.from_arrow(large.recipients).drop_nulls("duns")
    shared = rows.filter(pl.col("duns").is_duplicated())
    owner = pl.from_arrow(large.truth).filter(pl.col("kind") != "parent")
    owner = owner.drop_nulls("recipient_hash").select("recipient_hash", "firm").unique()
    known = shared.join(owner, on="recipient_hash", how="left")
    groups = known.group_by("duns").agg(
        firms=pl.col("firm").drop_nulls().n_unique(),
        strangers=pl.col("firm").is_null().any() & pl.col("firm").is_not_null().any(),
        branches=pl.col("firm").drop_nulls().len() > 1,
    )
    assert groups["strangers"].sum() > 3  # a successor under the DUNS of an award firm
    assert groups["branches"].sum() > 10  # several rows of one award firm
    assert (groups["firms"] <= 1).all()
    assert rows["uei"].drop_nulls().is_duplicated().sum() == 0


def test_award_firms_have_several_rows(large: World) -> None:
    truth = pl.from_arrow(large.truth).drop_nulls("recipient_hash")
    rows = (
        truth.filter(pl.col("kind") != "parent")
        .group_by("firm")
        .agg(pl.col("recipient_hash").n_unique())["recipient_hash"]
    )
    assert (rows >= 2).mean() > 0.25
    assert (rows >= 3).any()


def test_a_few_awards_are_there_twice(per_award: pl.DataFrame) -> None:
    columns = [c for c in per_award.columns if c != "award_row"]
    assert 1 <= per_award.select(columns).is_duplicated().sum() // 2 <= 12


def test_awards_of_a_firm_vary(per_award: pl.DataFrame) -> None:
    spellings = per_award["Company"].n_unique()
    assert 1.3 < spellings / per_award["firm"].n_unique() < 1.8
    assert 4.5 < len(per_award) / spellings < 7


def test_old_awards_have_no_uei_and_new_ones_do(per_award: pl.DataFrame) -> None:
    year = per_award["Award Year"].cast(pl.Int32, strict=False)
    has = per_award["UEI"].str.contains(VALID_UEI)
    assert has.filter(year < 1998).mean() < 0.3
    assert has.filter(year > 2021).mean() > 0.85
    assert year.filter(year != 1979).min() == 1983
    assert year.max() == 2026


def test_personal_values_are_invented(per_award: pl.DataFrame) -> None:
    assert {c for c in PERSONAL_COLUMNS if (per_award[c] != "").sum() == 0} == set()
    emails = pl.concat([per_award["Contact Email"], per_award["PI Email"]])
    given = emails.filter(emails != "")
    assert given.str.contains(r"^[a-z.]+[@.]example\.(com|org|net)$").all()
    for column in ("Contact Phone", "PI Phone", "RI POC Phone"):
        phones = per_award[column].filter(per_award[column] != "")
        assert phones.str.contains(r"(555[-.]01\d\d|^555-01)$").all()
    sites = per_award["Company Website"].filter(per_award["Company Website"] != "")
    assert sites.str.contains(r"^http://www\.[a-z0-9]+\.example\.com$").all()
