"""The mixture: every share that a synthetic world is made with, each with its source."""

from __future__ import annotations

import functools
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from proofbook.errors import InputError, ParameterError


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Share(_Part):
    """A share between 0 and 1 and where it comes from."""

    value: Annotated[float, Field(ge=0.0, le=1.0)]
    source: Annotated[str, Field(min_length=3)]


class Number(_Part):
    """A positive number and where it comes from."""

    value: Annotated[float, Field(gt=0.0)]
    source: Annotated[str, Field(min_length=3)]


class Weights(_Part):
    """Weights of named alternatives (they need not add up to 1) and where they come from."""

    value: dict[str, Annotated[float, Field(ge=0.0)]]
    source: Annotated[str, Field(min_length=3)]

    @model_validator(mode="after")
    def _some_weight(self) -> Weights:
        if not sum(self.value.values()) > 0:
            raise ValueError("the weights must add up to more than 0")
        return self


class LinkShares(_Part):
    """How the awards end, as shares of all awards."""

    uei_match: Share
    duns_match: Share
    no_identifier: Share
    no_true_match: Share
    no_true_match_with_twin: Share  # of those without a true match
    wrong_identifier: Share
    conflicting_identifiers: Share
    own_uei_also_duns: Share


class FirmShares(_Part):
    """What award firms are like; shares are of awards unless said otherwise."""

    awards_per_firm: Number
    largest_firm: Share
    awards_exponent: Number
    name_kinds: Weights
    designators: Weights
    recipient_identifiers: Weights  # both, uei, duns, none, other
    renamed_with_alias: Share
    renamed_without_alias: Share
    trade_name: Share
    subsidiary: Share
    award_names_parent: Share  # of the awards of subsidiaries
    moved: Share
    second_spelling: Share
    extra_rows: Share  # of firms: another recipient row, and again another
    twins: Share  # of firms: a different firm with a similar name, and again another
    twin_kinds: Weights
    successor: Share


class SpellingShares(_Part):
    """How often names are changed in one way or another, as shares of spellings."""

    abbreviation: Share
    dropped_word: Share
    reordered: Share
    joined: Share
    designator_dropped: Share
    designator_changed: Share
    typo: Share
    spaced_initials: Share
    accent: Share
    upper_case: Share
    lower_case: Share
    entity: Share
    double_blank: Share
    trailing_blank: Share
    truncated: Share
    cut_lengths: tuple[Annotated[int, Field(ge=20)], ...]


class RecipientShares(_Part):
    """What recipients are like, as shares of rows."""

    name_kinds: Weights
    designators: dict[str, dict[str, Annotated[float, Field(ge=0.0)]]]
    identifiers: Weights  # both, uei, duns, none
    extra_row: Share
    shared_duns: Share  # of extra rows
    extra_row_moved: Share
    self_parent: Share
    other_parent: Share
    trade_name: Share
    alias: Share
    no_street: Share
    no_zip: Share
    no_city: Share
    no_state: Share
    no_zip4: Share
    foreign: Share
    source: Weights


class Mixture(_Part):
    """All shares of a world; unknown, missing and ill-typed keys are errors."""

    links: LinkShares
    firms: FirmShares
    award_names: SpellingShares
    recipient_names: SpellingShares
    recipients: RecipientShares


def read_mixture(path: Path) -> Mixture:
    """The mixture of a YAML file; InputError or ParameterError say what is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(path, f"cannot be read: {error.strerror}", remedy="name a readable file") from error
    return _parsed(text, str(path))


@functools.cache
def default_mixture() -> Mixture:
    """The mixture that proofbook ships."""
    text = resources.files(__package__).joinpath("mixture.yaml").read_text(encoding="utf-8")
    return _parsed(text, "mixture.yaml")


def _parsed(text: str, name: str) -> Mixture:
    try:
        raw: Any = YAML(typ="safe").load(text)
    except YAMLError as error:
        problem = " ".join(str(error).split())
        raise InputError(name, f"is not valid YAML: {problem}", remedy="correct that line") from error
    try:
        return Mixture.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ParameterError(
            f"{name}, {place}: {first['msg']} (got {first['input']!r}). "
            f"Remedy: correct it; {error.error_count()} place(s) are wrong in all"
        ) from error
