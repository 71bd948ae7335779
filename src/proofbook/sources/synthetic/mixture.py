"""The mixture: every share that a synthetic world is made with, each with its source."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from proofbook.errors import InputError, ParameterError, did_you_mean

NameKind = Literal[
    "coined", "descriptive", "brand", "person", "place", "acronym", "natural", "business", "farm",
    "nonprofit", "church", "school", "town", "university", "practice", "property",
]  # fmt: skip
Designator = Literal[
    "none", "inc", "llc", "corp", "co", "ltd", "lp", "llp", "pc", "pllc", "pa", "pbc"
]
FirmIdentifiers = Literal["both", "uei", "duns", "none", "other"]
RowIdentifiers = Literal["both", "uei", "duns", "none"]
TwinKind = Literal[
    "same_name", "other_kind", "added_word", "subset", "plural", "numbered", "other_field"
]
UeiForm = Literal["plain", "lower_case", "blank_before", "blank_after", "blanks_inside"]
NoUeiForm = Literal["empty", "null_word", "eleven", "thirteen", "letters", "placeholder"]
DunsForm = Literal["plain", "dashes", "lost_zero", "float", "quoted", "plus4"]
NoDunsForm = Literal["empty", "null_word", "zeros", "quoted_zeros", "short"]
ZipForm = Literal["zip5", "plus4", "dash_end", "array", "dash", "lost_zero", "nine", "empty"]
DateForm = Literal["dashes", "slashes", "words"]
AmountForm = Literal["plain", "decimals", "commas"]
Key = TypeVar("Key", bound=str)

_Rate = Annotated[float, Field(ge=0.0, le=1.0)]
_Weight = Annotated[float, Field(ge=0.0)]
_Source = Annotated[str, Field(min_length=5)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Share(_Part):
    """A share between 0 and 1 and where it comes from."""

    value: _Rate
    source: _Source


class Number(_Part):
    """A positive number and where it comes from."""

    value: Annotated[float, Field(gt=0.0)]
    source: _Source


class Weights(_Part, Generic[Key]):
    """Weights of named alternatives (they need not add up to 1) and where they come from."""

    value: dict[Key, _Weight]
    source: _Source

    @model_validator(mode="after")
    def _some_weight(self) -> Weights[Key]:
        if not sum(self.value.values()) > 0:
            raise ValueError("the weights must add up to more than 0")
        return self

    def row(self, names: Sequence[str]) -> list[float]:
        """The weights in the order of ``names``; 0 for one that is not mentioned."""
        weights: dict[Any, float] = dict(self.value)
        return [weights.get(name, 0.0) for name in names]


class Designators(_Part):
    """Weights of legal designators by kind of name; "*" is for all other kinds."""

    value: dict[NameKind | Literal["*"], dict[Designator, _Weight]]
    source: _Source

    @model_validator(mode="after")
    def _has_default(self) -> Designators:
        if "*" not in self.value or not all(sum(w.values()) > 0 for w in self.value.values()):
            raise ValueError('every kind needs weights above 0, and "*" must be given')
        return self

    def by_kind(self) -> dict[str, dict[str, float]]:
        """The weights of designators for every kind of name that is mentioned."""
        return {str(kind): {str(d): w for d, w in row.items()} for kind, row in self.value.items()}


class LinkShares(_Part):
    """How the awards end, as shares of all awards."""

    uei_match: Share
    duns_match: Share
    no_identifier: Share
    no_true_match: Share
    absent_with_twin: Share
    wrong_identifier: Share
    conflicting_identifiers: Share
    uei_also_duns: Share
    other_own_uei: Share


class FirmShares(_Part):
    """What award firms are like; shares are of firms unless the source says otherwise."""

    awards_per_firm: Number
    largest_firm: Share
    awards_exponent: Number
    name_kinds: Weights[NameKind]
    designators: Designators
    recipient_identifiers: Weights[FirmIdentifiers]
    two_rows: Share
    renamed_with_alias: Share
    renamed_without_alias: Share
    formerly: Share
    trade_name: Share
    subsidiary: Share
    award_names_parent: Share
    moved: Share
    moved_in_town: Share
    extra_row: Share
    twin: Share
    twin_kinds: Weights[TwinKind]
    twin_of_rare_name: Share
    twin_in_same_state: Share
    successor: Share
    other_spelling: Share
    old_spelling: Share
    old_spelling_errors: Number
    other_spelling_errors: Number


class SpellingShares(_Part):
    """How often names are changed in one way or another, as shares of spellings."""

    abbreviation: Share
    ampersand: Share
    dropped_word: Share
    reordered: Share
    joined: Share
    designator_dropped: Share
    designator_changed: Share
    typo: Share
    second_typo: Share
    spaced_initials: Share
    surname_first: Share
    accent: Share
    upper_case: Share
    lower_case: Share
    entity: Share
    double_blank: Share
    trailing_blank: Share
    truncated: Share
    cut_lengths: Annotated[list[Annotated[int, Field(ge=20)]], Field(min_length=1)]


class RecipientShares(_Part):
    """What recipients are like, as shares of rows."""

    name_kinds: Weights[NameKind]
    designators: Designators
    identifiers: Weights[RowIdentifiers]
    extra_row: Share
    shared_duns: Share
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
    zip_lost_zero: Share
    short_city: Share
    city_typo: Share
    foreign: Share
    sources: Weights[str]


class IdentifierShares(_Part):
    """The forms that identifiers of awards take."""

    uei: Weights[UeiForm]
    no_uei: Weights[NoUeiForm]
    duns: Weights[DunsForm]
    no_duns: Weights[NoDunsForm]
    zero_shift: Share
    employer_number: Share


class AwardShares(_Part):
    """What awards say about projects, places and firms, as shares of awards."""

    agencies: Weights[str]
    phase_two: Share
    sttr: Share
    zips: Weights[ZipForm]
    dates: Weights[DateForm]
    amounts: Weights[AmountForm]
    state_name: Share
    upper_city: Share
    city_typo: Share
    no_city: Share
    no_state: Share
    no_street: Share
    no_tracking_number: Share
    no_contract: Share
    no_award_date: Share
    no_end_date: Share
    no_solicitation: Share
    no_solicitation_year: Share
    no_other_date: Share
    no_topic: Share
    no_employees: Share
    zero_employees: Share
    float_employees: Share
    no_website: Share
    no_abstract: Share
    no_contact: Share
    research_institution: Share
    hubzone: Share
    disadvantaged: Share
    woman_owned: Share
    unknown_flag: Share
    exact_duplicate: Share
    repeated_contract: Share


class FaultShares(_Part):
    """Rows that break the rules of validation, as shares of awards."""

    no_company: Share
    no_title: Share
    no_agency: Share
    bad_phase: Share
    bad_program: Share
    bad_year: Share
    no_amount: Share
    zero_amount: Share
    amount_in_words: Share
    huge_amount: Share
    end_before_start: Share
    year_unlike_date: Share
    bad_email: Share
    bad_phone: Share
    bad_state: Share
    bad_zip: Share


class Mixture(_Part):
    """All shares of a world; unknown, missing and ill-typed keys are errors."""

    links: LinkShares
    firms: FirmShares
    award_names: SpellingShares
    recipient_names: SpellingShares
    recipients: RecipientShares
    identifiers: IdentifierShares
    awards: AwardShares
    faults: FaultShares


def read_mixture(path: Path) -> Mixture:
    """The mixture of a YAML file.

    InputError when it cannot be read or is no YAML; ParameterError for an unknown, missing,
    duplicate or ill-typed key.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            path, f"cannot be read as text ({error})", remedy="name a readable UTF-8 file"
        ) from error
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
        raise InputError(
            name, f"is not usable YAML: {problem}", remedy="correct that line"
        ) from error
    try:
        return Mixture.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        hint = ""
        if first["type"] == "extra_forbidden":
            hint = did_you_mean(str(first["loc"][-1]), _known_keys())
        raise ParameterError(
            f"{name}, {place}: {first['msg']} (got {first['input']!r}){hint}. "
            f"Remedy: correct it; {error.error_count()} place(s) are wrong in all"
        ) from error


def _known_keys() -> set[str]:
    parts = [f.annotation for f in Mixture.model_fields.values()]
    keys = {key for part in parts if part is not None for key in part.model_fields}
    return keys | set(Mixture.model_fields)
