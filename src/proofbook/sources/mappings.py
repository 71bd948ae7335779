"""Mapping files: the columns and words of another pipeline's enriched table, in ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from proofbook.errors import InputError, did_you_mean
from proofbook.matching.schema import ENRICHED_SCHEMA, METHODS, UNMATCHED

#: Columns of the enriched table that a mapping can name a source for.
MAPPABLE: tuple[str, ...] = tuple(
    n for n in ENRICHED_SCHEMA.names if n not in ("match_flags", "candidates")
)


class Mapping(BaseModel):
    """What a mapping file says.

    ``columns``: for a column of the enriched table, the other table's name for it, or several
    to look for in turn. ``methods``: for a match method, the words that mean it there;
    ``unmatched`` is also what an empty value means.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: dict[str, str | list[str]]
    methods: dict[str, list[str]]

    @model_validator(mode="after")
    def _known_names(self) -> Mapping:
        for column in self.columns:
            if column not in MAPPABLE:
                raise ValueError(f"columns.{column} is unknown{did_you_mean(column, MAPPABLE)}")
        for method in self.methods:
            if method not in METHODS:
                raise ValueError(f"methods.{method} is unknown{did_you_mean(method, METHODS)}")
        if "match_method" not in self.columns:
            raise ValueError("columns.match_method is missing")
        words = [word for several in self.methods.values() for word in several]
        twice = next((word for word in words if words.count(word) > 1), None)
        if twice is not None:
            raise ValueError(f"the word {twice!r} stands for two methods")
        return self

    def method_of(self) -> dict[str, str]:
        """For every word of the other pipeline, our match method; the empty word is unmatched."""
        return {"": UNMATCHED} | {w: method for method, ws in self.methods.items() for w in ws}

    def sources(self, column: str) -> list[str]:
        """The other table's names for a column of ours, in the order to look for them."""
        names = self.columns.get(column, [])
        return [names] if isinstance(names, str) else names


def read_mapping(path: str | Path) -> Mapping:
    """Reads a mapping file (YAML); InputError names the key that is unknown, twice or ill-typed."""
    path = Path(path)
    try:
        raw: Any = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            path, f"cannot be read: {error.strerror}", remedy="name a mapping file (YAML)"
        ) from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise InputError(
            path, f"is not YAML: {_where(error)}", remedy="correct it at that place"
        ) from error
    try:
        return Mapping.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(
            path,
            f"is not a mapping: {first['msg'].removeprefix('Value error, ')}",
            place=".".join(map(str, first["loc"])) or None,
            remedy="give `columns` and `methods` as in params/mappings/usaspending.yaml",
        ) from error


def _where(error: Exception) -> str:
    if isinstance(error, MarkedYAMLError) and error.problem_mark:
        return f"{error.problem} (line {error.problem_mark.line + 1})"
    return str(error)
