"""A mapping file says which columns and words of another pipeline mean ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofbook.errors import InputError
from proofbook.sources.mappings import read_mapping

ROOT = Path(__file__).resolve().parents[2]


def test_the_shipped_mapping_explains_every_word_of_that_pipeline() -> None:
    mapping = read_mapping(ROOT / "params" / "mappings" / "usaspending.yaml")
    assert mapping.method_of() == {
        "": "unmatched",
        "uei-exact": "uei-exact",
        "duns-exact": "duns-exact",
        "name-fuzzy-auto": "name-fuzzy-auto",
        "name-fuzzy-candidate": "name-fuzzy-candidate",
        "name-fuzzy-low": "unmatched",
    }
    assert mapping.sources("match_method") == ["_usaspending_match_method"]
    assert len(mapping.sources("recipient_name")) == 2
    assert mapping.sources("award_row") == []


BASE = "columns: {match_method: m}\nmethods: {uei-exact: [u]}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("columns: {match_methd: m}\nmethods: {}", "columns.match_methd is unknown — did you mean"),
        ("columns: {match_flags: m}\nmethods: {}", "columns.match_flags is unknown"),
        ("columns: {match_score: m}\nmethods: {}", "columns.match_method is missing"),
        ("columns: {match_method: m}\nmethods: {uei: [u]}", "methods.uei is unknown"),
        (BASE + "more: 1", "more: is not a mapping: Extra inputs"),
        ("columns: {match_method: 1}\nmethods: {}", "columns.match_method"),
        ("columns: {match_method: m}", "methods: is not a mapping: Field required"),
        (BASE.replace("[u]", "[u], unmatched: [u]"), "the word 'u' stands for two methods"),
        (
            BASE + "columns: {match_method: n}\n",
            r"is not YAML: found duplicate key .columns.*\(line 3\)",
        ),
        ("columns: [", r"is not YAML: .*\(line 1\)"),
        ("- 1", "is not a mapping"),
        ("", "is not a mapping"),
    ],
)
def test_faults(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=told) as caught:
        read_mapping(path)
    assert str(path) in str(caught.value)


def test_no_such_file_and_no_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_mapping(tmp_path / "none.yaml")
    (tmp_path / "m.yaml").write_bytes(b"\xff")
    with pytest.raises(InputError, match="is not YAML"):
        read_mapping(tmp_path / "m.yaml")
