"""The file of shares: complete, sourced, and refused when it is wrong."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from proofbook.errors import InputError, ParameterError
from proofbook.sources.synthetic import default_mixture, make_world, mixture, read_mixture
from proofbook.sources.synthetic.designators import CLASSES
from proofbook.sources.synthetic.patterns import PATTERNS

SHIPPED = resources.files("proofbook.sources.synthetic").joinpath("mixture.yaml").read_text()


def written(tmp_path: Path, old: str, new: str) -> Path:
    """The shipped file with one passage replaced."""
    assert old in SHIPPED
    path = tmp_path / "mixture.yaml"
    path.write_text(SHIPPED.replace(old, new, 1))
    return path


def leaves(part: Any, path: str = "") -> list[tuple[str, Any]]:
    """Every value of a mixture that has a source, with its path."""
    if "source" in type(part).model_fields:
        return [(path, part)]
    found = []
    for name in type(part).model_fields:
        below = getattr(part, name)
        found += leaves(below, f"{path}.{name}") if isinstance(below, BaseModel) else []
    return found


def test_every_share_has_a_source() -> None:
    found = leaves(default_mixture())
    assert len(found) > 120
    known = ("award file", "real world", "full match", "engine notes", "assumed", "fitted")
    assert [path for path, leaf in found if not leaf.source.startswith(known)] == []


def test_a_copy_of_the_shipped_file_reads_the_same(tmp_path: Path) -> None:
    assert read_mixture(written(tmp_path, "links:", "links:")) == default_mixture()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  uei_match:", "  uei_mach:", r"links\.uei_match: Field required"),
        ("  typo: {", "  tipo: {value: 0.1, source: assumed}\n  typo: {", "did you mean 'typo'"),
        ("uei_match: {value: 0.42", "uei_match: {value: 1.42", r"links\.uei_match\.value.*1\.42"),
        ("uei_match: {value: 0.42", "uei_match: {value: '0.42'", r"uei_match\.value.*'0\.42'"),
        ('{value: 0.15, source: "full match', '{value: 0.15, sauce: "full match', "no_true_match"),
        ("dashes: 60, slashes", "dishes: 60, slashes", r"awards\.dates\.value.*dishes"),
        ("{dashes: 60, slashes: 33, words: 7}", "{dashes: 0}", "add up to more than 0"),
        ("cut_lengths: [30, 35, 40]", "cut_lengths: [3]", "cut_lengths"),
        ('      "*": {inc: 55', '      person: {inc: 55', r'"\*" must be given'),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ParameterError, match=message) as caught:
        read_mixture(written(tmp_path, old, new))
    assert "Remedy:" in str(caught.value)
    assert "mixture.yaml" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  duns_match:", "  uei_match: {value: 0.1, source: assumed}\n  duns_match:"),
        ("links: #", "links: ] #"),
    ],
    ids=["duplicate key", "no YAML"],
)
def test_a_broken_file_is_refused(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(InputError, match="not usable YAML"):
        read_mixture(written(tmp_path, old, new))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_mixture(tmp_path / "none.yaml")


def test_a_mixture_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        default_mixture().links.uei_match.value = 0.5  # type: ignore[misc]


def test_names_in_the_file_are_those_of_the_code() -> None:
    assert set(PATTERNS) == set(mixture.NameKind.__args__)
    assert set(CLASSES) == set(mixture.Designator.__args__)


def test_a_share_changes_the_world(tmp_path: Path) -> None:
    path = written(tmp_path, "uei_match: {value: 0.42", "uei_match: {value: 0.20")
    truth = make_world(500, 2_000, 3, read_mixture(path)).truth.to_pandas()
    outcome = truth.drop_duplicates("award_row")["identifier"]
    assert 0.19 <= outcome.isin(["uei", "wrong", "conflict"]).mean() <= 0.21
