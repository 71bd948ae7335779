"""An explanation adds up to exactly the probability that the enriched table has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from proofbook.enrichment import Enrichment, enrich, explain, write_enriched
from proofbook.enrichment.table import JUDGE
from proofbook.errors import InputError, ParameterError
from proofbook.matching import ACCEPTED_METHODS, METHODS, MatchSettings, by_name
from proofbook.matching.explain import COLUMNS, Explanation
from proofbook.sources.synthetic import World, make_world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(600, 4_000, 11)


@pytest.fixture(scope="module", params=["default", "learned"])
def result(request: pytest.FixtureRequest, world: World) -> Enrichment:
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "learned":
            patch.setattr(by_name, "ENOUGH", 100)
        found = enrich(world.awards, world.recipients)
    assert found.model["source"] == request.param
    return found


def log_odds(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))


def adds_up(found: Explanation) -> bool:
    pairs = (("chosen", found.chosen), ("next", found.next))
    return all(
        found.steps[f"{name}_log_odds"].sum() == pytest.approx(log_odds(side.probability), abs=1e-6)
        for name, side in pairs
        if side is not None
    )


def test_every_award_is_explained_by_what_its_row_says(world: World, result: Enrichment) -> None:
    rows = range(0, world.awards.num_rows, 2)
    names = dict(
        zip(world.recipients["recipient_hash"].to_pylist(),
            world.recipients["legal_business_name"].to_pylist(), strict=True)
    )  # fmt: skip
    table = result.table.take(list(rows)).to_pylist()
    found = explain(result.table, world.recipients, rows)
    assert {f.method for f in found} == set(METHODS)
    for row, why in zip(table, found, strict=True):
        assert (why.award_row, why.method) == (row["award_row"], row["match_method"])
        assert why.probability == row["match_probability"]
        assert why.joined == row["recipient_hash"]
        assert why.flags == row["match_flags"]
        assert list(why.steps.columns) == COLUMNS
        assert adds_up(why)
        if why.chosen is None:
            assert why.probability == 0
            assert why.steps.empty
            continue
        assert why.chosen.probability == why.probability
        assert why.chosen.name == names[why.chosen.recipient_hash]
        if row["candidates"]:
            assert row["candidates"][0]["probability"] == why.chosen.probability
        if len(row["candidates"]) > 1 and why.next is not None:
            assert row["candidates"][1]["probability"] == why.next.probability
        if why.next is not None:
            assert why.next.recipient_hash != why.chosen.recipient_hash
            assert why.next.probability <= why.probability


def test_one_award_is_explained_as_among_many(world: World, result: Enrichment) -> None:
    names = result.table["match_method"].to_pylist()
    row = names.index("name-fuzzy-auto")
    (alone,) = explain(result.table, world.recipients, [row])
    _, among = explain(result.table, world.recipients, [0, row])
    assert alone.steps.equals(among.steps)
    assert alone.steps["evidence"].tolist()[0] == "before any evidence"
    assert alone.steps["evidence"].is_unique
    assert (alone.steps["chosen"] != "").sum() > 15


def test_an_identifier_is_evidence_enough(world: World, result: Enrichment) -> None:
    row = result.table["match_method"].to_pylist().index("uei-exact")
    (found,) = explain(result.table, world.recipients, [row])
    assert found.steps["evidence"].tolist() == ["UEI of the award", "names"]
    assert found.next is None


SMALL = pa.table(
    {
        "recipient_hash": ["a", "b", "c"],
        "legal_business_name": ["ALPHA PHOTONICS INC", "BETA RADAR LLC", "GAMMA FOODS"],
        "uei": ["ZQGGHHJH74DA", "ZQGGHHJH74DB", None],
        "duns": ["123456781", "123456782", None],
        "state": ["MA", "TX", "CA"],
    }
)


def test_contradicting_identifiers_are_said() -> None:
    awards = pa.table(
        {"Company": ["Quite Another"], "UEI": ["ZQGGHHJH74DA"], "Duns": ["123456782"]}
    )
    table = enrich(awards, SMALL).table
    (found,) = explain(table, SMALL, [0])
    assert found.method == "name-fuzzy-candidate"
    assert found.joined is None
    assert found.steps["evidence"].tolist() == ["recipients that its identifiers name"]
    assert found.steps["chosen"].tolist() == ["2"]
    assert found.chosen is not None
    assert found.chosen.recipient_hash == table["candidates"][0].as_py()[0]["recipient_hash"]
    assert adds_up(found)


def test_a_recipient_without_a_rival_has_no_next() -> None:
    awards = pa.table({"Company": ["Gamma Foods"], "State": ["CA"]})
    table = enrich(awards, SMALL).table
    (found,) = explain(table, SMALL, [0])
    assert found.method in ACCEPTED_METHODS
    assert found.joined == "c"
    assert found.next is None
    assert found.steps["next_log_odds"].isna().all()


# --- files and what they say ----------------------------------------------------------------------


def test_a_file_is_enough_beside_the_recipients(
    world: World, result: Enrichment, tmp_path: Path
) -> None:
    write_enriched(result.table, tmp_path / "e.parquet")
    pq.write_table(world.recipients, tmp_path / "r.parquet")
    (by_file,) = explain(tmp_path / "e.parquet", tmp_path / "r.parquet", [11])
    (in_memory,) = explain(result.table, world.recipients, [11])
    assert by_file.steps.equals(in_memory.steps)


def test_what_is_kept_is_small_and_always_the_same(
    world: World, result: Enrichment, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = result.table.schema.metadata[JUDGE]
    assert len(kept) < (1_000 if result.model["source"] == "default" else 100_000)
    if result.model["source"] == "learned":
        monkeypatch.setattr(by_name, "ENOUGH", 100)
    shuffle = np.random.default_rng(0).permutation(world.recipients.num_rows)
    again = enrich(world.awards, world.recipients.take(shuffle), chunk_size=1_000)
    assert again.table.schema.metadata == result.table.schema.metadata


def test_awards_are_asked_for_where_columns_were_left_out(world: World) -> None:
    table = enrich(world.awards, world.recipients, columns=["Company", "Agency"]).table
    with pytest.raises(InputError, match=r"without UEI, Duns, City, State, Zip.*--awards FILE"):
        explain(table, world.recipients, [0])
    (found,) = explain(table, world.recipients, [0], world.awards)
    assert found.probability == table["match_probability"][0].as_py()


def test_what_was_never_there_is_not_asked_for() -> None:
    awards = pa.table({"Company": ["Gamma Foods"]})
    (found,) = explain(enrich(awards, SMALL).table, SMALL, [0])
    assert found.chosen is not None


def test_other_recipients_are_noticed(world: World, result: Enrichment) -> None:
    row = result.table["match_method"].to_pylist().index("name-exact")
    gone = result.table["recipient_hash"][row].as_py()
    others = world.recipients.filter(
        np.array(world.recipients["recipient_hash"].to_pylist()) != gone
    )
    with pytest.raises(InputError, match=rf"row {row}: was not made from these inputs"):
        explain(result.table, others, [row])


def test_other_awards_are_noticed(world: World, result: Enrichment) -> None:
    with pytest.raises(InputError, match="has 10 awards, the enriched table 600"):
        explain(result.table, world.recipients, [0], world.awards.slice(0, 10))


@pytest.mark.parametrize("row", [-1, 600])
def test_a_row_that_is_not_there(world: World, result: Enrichment, row: int) -> None:
    with pytest.raises(ParameterError, match=rf"row {row}: the enriched table has rows 0 to 599"):
        explain(result.table, world.recipients, [row])


def test_the_old_rule_has_no_evidence(world: World) -> None:
    table = enrich(world.awards, world.recipients, MatchSettings(scorer="token_set_ratio")).table
    with pytest.raises(InputError, match="token_set_ratio"):
        explain(table, world.recipients, [0])


@pytest.mark.parametrize("kept", [b"{}", b"?", b'{"digest": "0", "model": {}}'])
def test_a_model_of_another_version_is_said(world: World, result: Enrichment, kept: bytes) -> None:
    table = result.table.replace_schema_metadata({**result.table.schema.metadata, JUDGE: kept})
    with pytest.raises(InputError, match="a model that this version does not have"):
        explain(table, world.recipients, [0])
