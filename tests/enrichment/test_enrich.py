"""The enriched table keeps its laws on every input: schema, conservation, determinism, privacy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofbook.enrichment import Enrichment, enrich
from proofbook.errors import InputError, ParameterError
from proofbook.matching import ACCEPTED_METHODS, ENRICHED_SCHEMA, FLAGS, METHODS, MatchSettings
from proofbook.matching.places import STATE_CODES
from proofbook.quality import laws
from proofbook.sources.columns import PERSONAL_COLUMNS
from proofbook.sources.synthetic import World


def rows(result: Enrichment) -> list[dict[str, Any]]:
    return result.table.to_pylist()


def only(result: Enrichment) -> dict[str, Any]:
    (row,) = rows(result)
    return row


def firm(**values: Any) -> dict[str, Any]:
    """A recipient row; what is not given is null."""
    names = ("recipient_hash", "legal_business_name", "uei", "duns", "parent_uei", "city", "state",
             "zip5", "parent_legal_business_name", "alternate_names")  # fmt: skip
    return dict.fromkeys(names) | values


def table(*given: dict[str, Any]) -> pa.Table:
    schema = pa.schema(
        [
            (name, pa.list_(pa.string()) if name == "alternate_names" else pa.string())
            for name in given[0]
        ]
    )
    return pa.Table.from_pylist(list(given), schema=schema)


ACME = table(firm(recipient_hash="h1", legal_business_name="ACME PHOTONICS INC", uei="ZQGGGHJH74DW",
                  duns="123456789", city="BOSTON", state="MA", zip5="02139"))  # fmt: skip
AWARD = {"Company": "Acme Photonics, Inc.", "City": "Boston", "State": "MA", "Zip": "02139"}


# --- the table ------------------------------------------------------------------------------------


def test_the_columns_behind_the_award_are_those_of_the_schema(enriched: Enrichment) -> None:
    found = list(enriched.table.schema)[-len(ENRICHED_SCHEMA) :]
    assert pa.schema(found).equals(ENRICHED_SCHEMA)
    assert [f.nullable for f in found] == [f.nullable for f in ENRICHED_SCHEMA]


def test_the_award_columns_stay_as_they_were(world: World, enriched: Enrichment) -> None:
    kept = [c for c in world.awards.column_names if c not in PERSONAL_COLUMNS | {"Abstract"}]
    assert enriched.table.column_names[: -len(ENRICHED_SCHEMA)] == kept
    assert "RI Name" in kept
    for name in kept:
        assert enriched.table[name].to_pylist() == world.awards[name].to_pylist()


def test_there_is_one_row_per_award_in_its_order(world: World, enriched: Enrichment) -> None:
    assert enriched.table["award_row"].to_pylist() == list(range(world.awards.num_rows))
    counts = pc.value_counts(enriched.table["match_method"]).to_pylist()
    assert {c["values"] for c in counts} == set(METHODS)
    assert sum(c["counts"] for c in counts) == world.awards.num_rows
    assert laws.conservation(world.awards, enriched.table) == []


def test_what_is_accepted_has_its_recipient_and_nothing_else_has(
    world: World, enriched: Enrichment
) -> None:
    known = {r["recipient_hash"]: r for r in world.recipients.to_pylist()}
    for row in rows(enriched):
        if row["match_method"] in ACCEPTED_METHODS:
            mine = known[row["recipient_hash"]]
            assert row["recipient_name"] == mine["legal_business_name"]
            for column in ("uei", "duns", "city", "state", "zip5", "parent_uei"):
                assert row[f"recipient_{column}"] == (mine[column] or None)
        else:
            assert all(row[c] is None for c in row if c.startswith("recipient_"))
        assert set(row["match_flags"]) <= set(FLAGS)
        assert not ("ambiguous" in row["match_flags"] and row["match_method"] in ACCEPTED_METHODS)


def test_candidates_are_known_recipients_likeliest_first(
    world: World, enriched: Enrichment
) -> None:
    known = {r["recipient_hash"]: r for r in world.recipients.to_pylist()}
    listed = [row["candidates"] for row in rows(enriched) if row["candidates"]]
    assert listed
    for candidates in listed:
        assert len(candidates) <= 5
        assert len({c["recipient_hash"] for c in candidates}) == len(candidates)
        likely = [c["probability"] for c in candidates]
        assert likely == sorted(likely, reverse=True)
        for candidate in candidates:
            mine = known[candidate["recipient_hash"]]
            assert candidate["name"] == mine["legal_business_name"]
            assert candidate["state"] == (mine["state"] or None)


def test_fewer_candidates_are_the_first_of_more(world: World, enriched: Enrichment) -> None:
    two = enrich(world.awards, world.recipients, MatchSettings(candidates=2))
    for few, many in zip(rows(two), rows(enriched), strict=True):
        assert few["candidates"] == many["candidates"][:2]


def test_no_personal_value_reaches_the_table(world: World, enriched: Enrichment) -> None:
    mail = [v for v in world.awards["Contact Email"].to_pylist() if v]
    assert len(mail) > 100
    whole = enriched.table.to_pandas().to_csv()
    assert not [v for v in mail if v in whole]
    assert "@" not in whole


def test_files_frames_and_tables_are_the_same_input(
    world: World, enriched: Enrichment, tmp_path: Path
) -> None:
    pacsv.write_csv(world.awards, tmp_path / "a.csv")
    pq.write_table(world.recipients, tmp_path / "r.parquet")
    by_file = enrich(tmp_path / "a.csv", str(tmp_path / "r.parquet"))
    assert by_file.table.equals(enriched.table)
    frames = enrich(world.awards.to_pandas(), world.recipients.to_pandas())
    assert frames.table.equals(enriched.table)
    assert isinstance(frames.to_pandas(), pd.DataFrame)


def test_it_says_how_it_came_about(world: World, enriched: Enrichment) -> None:
    names = [stage.name for stage in enriched.stages]
    assert names[:2] == ["read recipients", "read awards"]
    assert names[-1] == "enriched table"
    assert enriched.counters["awards"] == world.awards.num_rows
    assert enriched.counters["pairs_compared"] > 0
    assert enriched.model["source"] == "default"
    assert 0 < enriched.model["threshold"] < 1


# --- which columns --------------------------------------------------------------------------------


def test_chosen_columns_come_in_the_order_of_the_input(world: World) -> None:
    chosen = enrich(world.awards, world.recipients, columns=["PI Name", "Company"]).table
    assert chosen.column_names[:2] == ["Company", "PI Name"]
    assert chosen.num_columns == 2 + len(ENRICHED_SCHEMA)


def test_no_column_may_be_chosen() -> None:
    assert enrich(table(AWARD), ACME, columns=[]).table.column_names == ENRICHED_SCHEMA.names


def test_an_unknown_column_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"no column 'Compny' — did you mean 'Company'\?"):
        enrich(table(AWARD), ACME, columns=["Compny"])


@pytest.mark.parametrize("name", ["award_row", "match_method", "Recipient Hash", "candidates"])
def test_a_column_that_enrichment_adds_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"^awards, header: already has a column '{name}'"):
        enrich(table(AWARD | {name: "1"}), ACME)
    left_out = enrich(table(AWARD | {name: "1"}), ACME, columns=["Company"])
    assert only(left_out)["award_row"] == 0


def test_the_message_names_the_file(tmp_path: Path) -> None:
    pacsv.write_csv(table(AWARD | {"award_row": "7"}), tmp_path / "mine.csv")
    with pytest.raises(InputError, match=r"mine\.csv, header: already has a column 'award_row'"):
        enrich(tmp_path / "mine.csv", ACME)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "does not exist"),
        ("", r"is empty \(0 bytes\)"),
        ("Company\nAcme\n", "is not what its suffix says: it is plain text, not a Parquet file"),
        ("PAR1", r"is cut off or damaged: .*\)\. Remedy"),
    ],
)
def test_a_file_of_awards_that_is_no_parquet(tmp_path: Path, text: str | None, told: str) -> None:
    path = tmp_path / "a.parquet"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=rf"a\.parquet: {told}"):
        enrich(path, ACME)


def test_an_enriched_table_is_not_an_award_file(
    enriched: Enrichment, world: World, tmp_path: Path
) -> None:
    pq.write_table(enriched.table, tmp_path / "e.parquet")
    for awards in (enriched.table, enriched.to_pandas(), tmp_path / "e.parquet"):
        with pytest.raises(InputError, match="already has a column 'award_row'"):
            enrich(awards, world.recipients)


# --- input in memory ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("awards", "recipients", "message"),
    [
        (pa.table({"Firma": ["x"]}), ACME, "awards, header: has no column 'Company'"),
        (table(AWARD).slice(0, 0), ACME, "awards: holds no award"),
        (table(AWARD), ACME.slice(0, 0), "recipients: holds no recipient"),
        (table(AWARD), pa.table({"name": ["x"]}), "has no column 'legal_business_name'"),
        (table(AWARD), pa.concat_tables([ACME, ACME]), "same recipient_hash in several rows"),
        (pd.DataFrame({"Company": ["a", 1]}), ACME, "awards: has a column of mixed types"),
        (pa.table({"Company": [["a"]]}), ACME, "column 'Company': cannot be read as text"),
    ],
)
def test_bad_input_in_memory_is_refused(awards: Any, recipients: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        enrich(awards, recipients)


def test_numbers_become_the_text_that_they_mean() -> None:
    frame = pd.DataFrame(
        {"Company": ["Quite Another"], "Duns": [123456789.0], "Award Year": [2019]}
    )
    row = only(enrich(frame, ACME))
    assert (row["Duns"], row["Award Year"]) == ("123456789", "2019")
    assert row["recipient_hash"] == "h1"


def test_other_spellings_of_columns_are_understood() -> None:
    row = only(enrich(pd.DataFrame({"company name": ["Nobody"], "DUNS": ["123456789"]}), ACME))
    assert (row["Company"], row["match_method"]) == ("Nobody", "duns-exact")


def test_a_missing_recipient_hash_is_made() -> None:
    row = only(enrich(table(AWARD), ACME.drop_columns("recipient_hash")))
    assert row["recipient_hash"].count("-") == 4


@pytest.mark.parametrize("size", [0, -1])
def test_a_chunk_holds_something(size: int) -> None:
    with pytest.raises(ParameterError, match="at least 1"):
        enrich(table(AWARD), ACME, chunk_size=size)


# --- determinism ----------------------------------------------------------------------------------


def unshuffled(world: World, shuffle: np.ndarray, **options: Any) -> pa.Table:
    shuffled = enrich(world.awards.take(shuffle), world.recipients, **options).table
    back = shuffled.take(np.argsort(shuffle))
    rows_ = pa.array(np.arange(world.awards.num_rows))
    return back.set_column(back.column_names.index("award_row"), ENRICHED_SCHEMA.field(0), rows_)


WAYS: dict[str, Callable[[World, np.random.Generator], pa.Table]] = {
    "again": lambda w, _: enrich(w.awards, w.recipients).table,
    "recipients shuffled": lambda w, r: (
        enrich(w.awards, w.recipients.take(r.permutation(w.recipients.num_rows))).table
    ),
    "awards shuffled": lambda w, r: unshuffled(w, r.permutation(w.awards.num_rows)),
    "awards backwards, in chunks": lambda w, _: unshuffled(
        w, np.arange(w.awards.num_rows)[::-1], chunk_size=1_009
    ),
    "chunks of 1,000": lambda w, _: enrich(w.awards, w.recipients, chunk_size=1_000).table,
    "chunks of 4,999": lambda w, _: enrich(w.awards, w.recipients, chunk_size=4_999).table,
    "one chunk": lambda w, _: enrich(w.awards, w.recipients, chunk_size=10**9).table,
    "one thread": lambda w, _: enrich(w.awards, w.recipients, MatchSettings(threads=1)).table,
    "two threads": lambda w, _: enrich(w.awards, w.recipients, MatchSettings(threads=2)).table,
    "in pieces of Arrow": lambda w, _: (
        enrich(
            pa.concat_tables([w.awards.slice(0, 7), w.awards.slice(7)]),
            pa.concat_tables([w.recipients.slice(0, 999), w.recipients.slice(999)]),
        ).table
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_way_does_not_matter(world: World, model: str, way: str) -> None:
    plain = enrich(world.awards, world.recipients)
    assert plain.model["source"] == model
    other = WAYS[way](world, np.random.default_rng(3))
    assert laws.determinism(plain.table, other) == []
    assert other.equals(plain.table)


def test_awards_decide_alone_where_nothing_is_learned(world: World) -> None:
    """A sanity check of the comparison: another world gives another table."""
    other = enrich(world.awards, world.recipients.slice(100)).table
    assert laws.determinism(enrich(world.awards, world.recipients).table, other)


# --- small and strange inputs ---------------------------------------------------------------------


def checked(awards: pa.Table, recipients: pa.Table, **options: Any) -> list[dict[str, Any]]:
    """The rows of an enrichment that keeps every law."""
    result = enrich(awards, recipients, **options).table
    assert laws.conservation(awards, result) == []
    assert pa.schema(list(result.schema)[-len(ENRICHED_SCHEMA) :]).equals(ENRICHED_SCHEMA)
    return result.to_pylist()


def test_one_award_and_one_recipient() -> None:
    (row,) = checked(table(AWARD), ACME)
    assert (row["match_method"], row["recipient_hash"]) == ("name-exact", "h1")


def test_one_award_among_many(world: World) -> None:
    for number in (0, 17, 400):
        checked(world.awards.slice(number, 1), world.recipients)


def test_many_awards_and_one_recipient(world: World) -> None:
    found = checked(world.awards, world.recipients.slice(10, 1))
    assert {r["recipient_hash"] for r in found} <= {
        None,
        world.recipients["recipient_hash"][10].as_py(),
    }


def test_names_that_are_all_blank(world: World) -> None:
    blank = world.awards.set_column(
        world.awards.column_names.index("Company"), "Company", pa.array([""] * len(world.awards))
    )
    found = checked(blank, world.recipients)
    assert {r["match_method"] for r in found} <= {"uei-exact", "duns-exact", "unmatched",
                                                  "name-fuzzy-candidate"}  # fmt: skip
    assert any(r["match_method"] == "uei-exact" for r in found)


def test_a_blank_name_joins_no_blank_name() -> None:
    nameless = table(
        firm(legal_business_name="", state="MA"),
        firm(legal_business_name=None, state="MA"),
        firm(legal_business_name="...", state="MA"),
        firm(legal_business_name="INC", state="MA"),
    ).drop_columns("recipient_hash")
    for name in ("", " ", "...", "&", "The"):
        (row,) = checked(table({"Company": name, "State": "MA"}), nameless)
        assert row["recipient_hash"] is None


def test_no_award_has_an_identifier(world: World) -> None:
    awards = world.awards.drop_columns(["UEI", "Duns"])
    found = checked(awards, world.recipients)
    assert {r["match_method"] for r in found} == set(METHODS) - {"uei-exact", "duns-exact"}


def test_recipients_of_nothing_but_names(world: World) -> None:
    names = world.recipients.select(["legal_business_name"])
    found = checked(world.awards, names)
    assert any(r["match_method"] == "name-exact" for r in found)
    checked(world.awards.select(["Company"]), names)


def test_awards_of_nothing_but_names(world: World) -> None:
    found = checked(world.awards.select(["Company"]), world.recipients)
    assert any(r["match_method"] == "name-exact" for r in found)
    assert not any("invalid-duns" in r["match_flags"] for r in found)


def test_nothing_anywhere() -> None:
    awards = pa.table({c: pa.nulls(3, pa.string()) for c in ("Company", "UEI", "Duns", "State")})
    nobody = {c: pa.nulls(4, pa.string()) for c in ("legal_business_name", "uei", "duns", "city")}
    found = checked(awards, pa.table(nobody))
    assert [r["match_method"] for r in found] == ["unmatched"] * 3
    assert [r["match_probability"] for r in found] == [0.0] * 3
    checked(awards, ACME)
    checked(table(AWARD), pa.table(nobody))


def test_words_for_nothing_match_nothing() -> None:
    nothing = ["NaN", "None", "N/A", "NULL", "000000000", "<NA>", "", "-"]
    awards = pa.table({"Company": [f"Firm {i} of {w}" for i, w in enumerate(nothing)],
                       "UEI": nothing, "Duns": nothing})  # fmt: skip
    theirs = pa.table({"legal_business_name": [f"Other {i}" for i in range(8)], "uei": nothing,
                       "duns": nothing})  # fmt: skip
    assert all(r["match_method"] == "unmatched" for r in checked(awards, theirs))


@pytest.mark.parametrize("scorer", ["evidence", "token_set_ratio"])
def test_words_for_nothing_are_no_names(scorer: Literal["evidence", "token_set_ratio"]) -> None:
    nothing = ["NaN", "None", " N/A ", "null", "<NA>", "NaT", r"\N"]
    found = checked(
        pa.table({"Company": nothing}),
        pa.table({"legal_business_name": [*nothing, "Acme Inc"]}),
        settings=MatchSettings(scorer=scorer),
    )
    assert {r["match_method"] for r in found} == {"unmatched"}
    assert not any(r["candidates"] for r in found)


@pytest.mark.parametrize(
    "name",
    [
        "A" * 100_000,
        "WORD " * 5_000,
        " ".join(f"W{i}" for i in range(5_000)),
        "(" * 3_000 + "Deep" + ")" * 3_000,
        "d/b/a " * 500,
        "株式会社 光学研究所",
        "Ελληνική Φωτονική Α.Ε.",
        "Ünïcödé Sÿstèms GmbH",
        "🚀 Rockets 🚀",
        "Null\x00Byte Corp",
        "Line\nBreak\tLabs",
        "I. C. L.L.C.",
    ],
)
def test_strange_names(name: str) -> None:
    (row,) = checked(table({"Company": name, "State": "MA"}), ACME)
    assert row["match_method"] == "unmatched"
    (row,) = checked(table(AWARD), table(firm(legal_business_name=name)).drop_columns(
        "recipient_hash"))  # fmt: skip
    assert row["match_method"] == "unmatched"
    checked(
        table({"Company": name, "State": "MA"}),
        table(firm(legal_business_name=name, state="MA")).drop_columns("recipient_hash"),
    )


def test_marks_and_invisible_letters_do_not_hide_a_name() -> None:
    (row,) = checked(
        table(AWARD | {"Company": "A\u0301cme\u200b Photo\u00adnics\u202e, Inc"}), ACME
    )
    assert row["match_method"] == "name-exact"


@pytest.mark.parametrize("size", [2, 8, 2_000, 10_000])
def test_one_of_many_firms_of_one_name_is_never_chosen(size: int) -> None:
    same = pa.table(
        {
            "recipient_hash": [f"h{i:05}" for i in range(size)],
            "legal_business_name": ["SUMMIT SYSTEMS INC"] * size,
            "uei": [f"AAAA{i:08}" for i in range(size)],
            "state": [sorted(STATE_CODES.values())[i % 50] for i in range(size)],
        }
    )
    (row,) = checked(table({"Company": "Summit Systems"}), same)
    assert row["match_method"] not in ACCEPTED_METHODS


def test_ten_thousand_equal_awards_get_one_answer() -> None:
    found = checked(pa.concat_tables([table(AWARD)] * 10_000), ACME)
    assert {(r["match_method"], r["recipient_hash"]) for r in found} == {("name-exact", "h1")}


# Letters, marks, signs, several scripts, and what breaks word splitting.
TEXT = st.text(
    st.one_of(
        st.sampled_from("AB CEINORST&.,-'()/0189"),
        st.characters(codec="utf-8", exclude_categories=("Cs",)),
    ),
    max_size=25,
)
PLACE = st.sampled_from(["MA", "Massachusetts", "TX", "", "??", None])


@settings(max_examples=30)
@given(
    st.lists(st.tuples(TEXT, TEXT, TEXT, PLACE), min_size=1, max_size=6),
    st.lists(st.tuples(TEXT, TEXT, TEXT, PLACE, TEXT), min_size=1, max_size=6),
)
def test_whatever_is_written_the_laws_hold(
    awards: list[tuple[Any, ...]], recipients: list[tuple[Any, ...]]
) -> None:
    ours = pa.table(
        {c: pa.array(v, pa.string()) for c, v in zip(("Company", "UEI", "Duns", "State"),
                                                     zip(*awards, strict=True), strict=True)}
    )  # fmt: skip
    columns = ("legal_business_name", "uei", "duns", "state", "parent_legal_business_name")
    theirs = pa.table(
        {c: pa.array(v, pa.string())
         for c, v in zip(columns, zip(*recipients, strict=True), strict=True)}
    )  # fmt: skip
    checked(ours, theirs)
