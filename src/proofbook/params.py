"""Parameters: their schema, the layers they come from, and the origin of every effective value.

Low to high: defaults < ``params/base.yaml`` < ``params/profiles/P.yaml`` < environment
``PROOFBOOK__SECTION__KEY`` < ``--set section.key=value``.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from proofbook.errors import ParameterError, did_you_mean
from proofbook.matching.settings import MatchSettings
from proofbook.suite import gates as gate_table
from proofbook.suite.result import Parameter, Severity

ENVIRONMENT_PREFIX = "PROOFBOOK__"
SIZE = re.compile(r"^(?P<awards>[1-9]\d*)x(?P<recipients>[1-9]\d*)$")
MEMORY = re.compile(r"^(?P<number>\d+(\.\d+)?) ?(?P<unit>[KMGT]?i?B)$")
NOTEBOOKS = ("01_profiling", "02_enrichment", "03_quality", "04_regression", "05_readiness")


class Section(BaseModel):
    """A section of the parameters: strict types, no unknown keys, only finite numbers."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Data(Section):
    """What is enriched: three paths, or (empty) the synthetic world of this size and seed."""

    awards: str = Field("", description="award file; empty: the synthetic world")
    recipients: str = Field("", description="recipient file; empty: the synthetic world")
    truth: str = Field("", description="known links; empty: unknown, or those of the world")
    n_awards: int = Field(1000, ge=1, description="awards of the synthetic world")
    n_recipients: int = Field(5000, ge=1, description="recipients of the synthetic world")
    seed: int = Field(7, ge=0, description="seed of the synthetic world")


class Run(Section):
    """How the suite is run."""

    chunk_size: int = Field(50_000, ge=1, description="awards enriched at a time")
    memory_limit: str = Field("2GB", description="memory a notebook should stay under")
    time_limit_s: float = Field(1800, gt=0, description="seconds a notebook may take")
    retries: int = Field(0, ge=0, le=5, description="new tries when a kernel dies or times out")
    jobs: int = Field(1, ge=1, le=64, description="independent notebooks run side by side")
    baseline: str = Field("main", description="baseline this run is judged against")
    outputs: str = Field("", description="folder of the runs; empty: outputs of the project")

    @field_validator("memory_limit")
    @classmethod
    def _is_memory(cls, text: str) -> str:
        if not MEMORY.match(text):
            raise ValueError("must be a number with a unit, such as '2GB' or '512MB'")
        return text

    @property
    def memory_limit_bytes(self) -> int:
        """The memory limit in bytes; kB, MB and GB are powers of 1000, KiB and so on of 1024."""
        found = MEMORY.match(self.memory_limit)
        assert found is not None
        base = 1024 if "i" in found["unit"] else 1000
        return int(
            float(found["number"]) * base ** " KMGT".index(found["unit"][0].replace("B", " "))
        )


class Bounds(Section):
    """The bounds of one gate; a bound of null is off."""

    warn: float | None = None
    fail: float | None = None
    severity: Severity = "error"
    blocks: list[str] = Field(default_factory=list)

    @field_validator("blocks")
    @classmethod
    def _are_notebooks(cls, names: list[str]) -> list[str]:
        for name in names:
            if name not in NOTEBOOKS:
                raise ValueError(f"knows no notebook {name!r}{did_you_mean(name, NOTEBOOKS)}")
        return names


class Report(Section):
    """What is rendered."""

    notebooks: bool = Field(True, description="also an HTML page for every notebook")


def _default_gates() -> dict[str, Bounds]:
    return {
        name: Bounds(warn=g.warn, fail=g.fail, severity=g.severity, blocks=list(g.blocks))
        for name, g in gate_table.DEFAULTS.items()
    }


class Settings(Section):
    """Every parameter of a run."""

    data: Data = Field(default_factory=Data)
    sizes: list[str] = Field(
        default_factory=list,
        description="AWARDSxRECIPIENTS, or 'all'; empty: all of the files given, or the synthetic "
        "world at half its size and at its size",
    )
    match: MatchSettings = Field(default_factory=MatchSettings)
    run: Run = Field(default_factory=Run)
    gates: dict[str, Bounds] = Field(default_factory=_default_gates)
    report: Report = Field(default_factory=Report)

    @field_validator("sizes")
    @classmethod
    def _are_sizes(cls, sizes: list[str]) -> list[str]:
        for size in sizes:
            if size != "all" and not SIZE.match(size):
                raise ValueError(f"{size!r} is no size; write AWARDSxRECIPIENTS, such as 1000x5000")
        if len(set(sizes)) != len(sizes):
            raise ValueError("a size is given twice")
        return sizes

    @property
    def synthetic(self) -> bool:
        """Whether the inputs are the synthetic world."""
        return not self.data.awards

    def effective_sizes(self) -> list[str]:
        """The sizes that are enriched, smallest first."""
        if self.sizes:
            return sorted(self.sizes, key=size_key)
        if not self.synthetic:
            return ["all"]
        awards, recipients = self.data.n_awards, self.data.n_recipients
        half = f"{max(1, awards // 2)}x{max(1, recipients // 2)}"
        return list(dict.fromkeys([half, f"{awards}x{recipients}"]))

    def gate(self, metric: str) -> gate_table.Gate:
        """The gate on a metric, with the bounds of these parameters."""
        bounds = self.gates.get(metric)
        gate = gate_table.DEFAULTS[metric]
        return gate if bounds is None else gate_table.adjusted(gate, bounds.model_dump())


def parse_size(size: str) -> tuple[int, int] | None:
    """Awards and recipients of a size such as ``1000x5000``; None for ``all``."""
    found = SIZE.match(size)
    return (int(found["awards"]), int(found["recipients"])) if found else None


def size_key(size: str) -> tuple[float, float]:
    """Sorts sizes from small to large; ``all`` is the largest."""
    return parse_size(size) or (math.inf, math.inf)


@dataclass(frozen=True)
class Effective:
    """The parameters in force, and where each of their leaf values came from."""

    settings: Settings
    parameters: list[Parameter]
    profile: str | None = None


@dataclass(frozen=True)
class Layer:
    """Dotted keys with values, all from one origin; ``where`` tells the place of a key."""

    origin: str
    values: dict[str, Any]
    where: dict[str, str]


def load(
    params: Path | None,
    *,
    profile: str | None = None,
    assignments: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Effective:
    """The effective parameters of these layers; ParameterError names key, place and remedy.

    ``params`` is the folder holding base.yaml and profiles; ``assignments`` are the texts of
    ``--set``; ``options`` are dotted keys set by options of their own, such as ``--jobs``.
    """
    layers = []
    if params is not None and (params / "base.yaml").exists():
        layers.append(_yaml_layer(params / "base.yaml", "params/base.yaml"))
    if profile is not None:
        layers.append(_yaml_layer(_profile_file(params, profile), f"profile {profile}"))
    layers.append(_environment_layer(os.environ if environment is None else environment))
    layers.append(_assignment_layer(assignments))
    for key, value in (options or {}).items():
        name = f"--{key.rpartition('.')[2]}"
        layers.append(Layer(name, {key: value}, {key: name}))
    return merge(layers, profile)


def merge(layers: Sequence[Layer], profile: str | None = None) -> Effective:
    """Defaults overridden by the layers in order, validated; every leaf keeps its origin."""
    defaults = dict(_leaves(Settings().model_dump(mode="json")))
    values, origins, where = dict(defaults), dict.fromkeys(defaults, "default"), {}
    for layer in layers:
        for key, value in layer.values.items():
            if key not in defaults:
                raise ParameterError(_unknown(key, layer.where[key], defaults))
            values[key], origins[key], where[key] = value, layer.origin, layer.where[key]
    try:
        settings = Settings.model_validate(_nested(values))
    except ValidationError as error:
        raise ParameterError(_ill_typed(error.errors()[0], where)) from None
    _check_data(settings)
    parameters = [Parameter(k, masked(k, v), origins[k]) for k, v in values.items()]
    return Effective(settings, parameters, profile)


def from_nested(sections: Mapping[str, Any], origin: str) -> Settings:
    """The settings of nested sections, as a notebook's parameters give them."""
    values = dict(_gate_leaf(key, value) for key, value in _leaves(sections))
    return merge([Layer(origin, values, dict.fromkeys(values, origin))]).settings


def profiles(params: Path | None) -> list[str]:
    """The names of the profiles in a params folder."""
    return [] if params is None else sorted(p.stem for p in (params / "profiles").glob("*.yaml"))


def masked(key: str, value: Any) -> Any:
    """The value as it may be recorded: stars for a key that names a secret."""
    secret = re.search(r"(secret|token|password|api_?key)$", key, re.IGNORECASE)
    return "***" if secret and value else value


def _check_data(settings: Settings) -> None:
    data = settings.data
    if bool(data.awards) != bool(data.recipients):
        given, absent = ("awards", "recipients") if data.awards else ("recipients", "awards")
        raise ParameterError(f"data.{given} is given without data.{absent}: give both, or neither")
    if data.truth and settings.synthetic:
        raise ParameterError("data.truth is given without data.awards: the world has its own truth")
    if settings.synthetic and "all" in settings.sizes:
        raise ParameterError("sizes: 'all' needs data.awards; give AWARDSxRECIPIENTS instead")


def _profile_file(params: Path | None, profile: str) -> Path:
    known = profiles(params)
    if params is None or profile not in known:
        hint = did_you_mean(profile, known) or f"; there are {', '.join(known) or 'none'}"
        raise ParameterError(f"unknown profile {profile!r}{hint}")
    return params / "profiles" / f"{profile}.yaml"


def _yaml_layer(path: Path, origin: str) -> Layer:
    try:
        document = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except DuplicateKeyError as error:
        found = re.search(r'found duplicate key "([^"]*)"', str(error.problem))
        name = f"{found[1]!r} " if found else ""
        raise ParameterError(f"{path}, line {_line(error)}: key {name}is given twice") from None
    except MarkedYAMLError as error:
        raise ParameterError(f"{path}, line {_line(error)}: is not YAML: {error.problem}") from None
    except (YAMLError, UnicodeDecodeError, OSError) as error:
        raise ParameterError(f"{path}: cannot be read: {error}") from None
    if document is None:
        return Layer(origin, {}, {})
    if not isinstance(document, CommentedMap):
        raise ParameterError(f"{path}: must hold sections with keys, such as 'data:'")
    values: dict[str, Any] = {}
    where: dict[str, str] = {}
    for key, value, line in _yaml_leaves(document):
        values[key], where[key] = value, f"{path}, line {line}"
    return Layer(origin, values, where)


def _line(error: MarkedYAMLError) -> int:
    return int(error.problem_mark.line) + 1 if error.problem_mark else 0


def _yaml_leaves(node: CommentedMap, prefix: str = "") -> Iterator[tuple[str, Any, int]]:
    for name, value in node.items():
        key, line = f"{prefix}{name}", node.lc.key(name)[0] + 1
        if isinstance(value, CommentedMap) and value:
            yield from _yaml_leaves(value, f"{key}.")
        else:
            yield *_gate_leaf(key, _plain(value)), line


def _plain(value: Any) -> Any:
    """The YAML value as the plain Python type that its round-trip class stands for."""
    if isinstance(value, list):
        return [_plain(v) for v in value]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value


def _gate_leaf(key: str, value: Any) -> tuple[str, Any]:
    """``gates.M: number`` is short for ``gates.M.fail: number``."""
    section, _, rest = key.partition(".")
    short = section == "gates" and rest and "." not in rest
    return (f"{key}.fail", value) if short and not isinstance(value, dict) else (key, value)


def _environment_layer(environment: Mapping[str, str]) -> Layer:
    values: dict[str, Any] = {}
    where: dict[str, str] = {}
    for name in sorted(environment):
        if name.startswith(ENVIRONMENT_PREFIX):
            key = name.removeprefix(ENVIRONMENT_PREFIX).lower().replace("__", ".")
            for leaf, value in _from_text(key, environment[name], f"environment {name}"):
                values[leaf], where[leaf] = value, f"environment {name}"
    origin = "environment"
    return Layer(origin, values, where)


def _assignment_layer(assignments: Sequence[str]) -> Layer:
    values: dict[str, Any] = {}
    where: dict[str, str] = {}
    for text in assignments:
        key, equals, value_text = text.partition("=")
        key = key.strip()
        if not equals or not key:
            raise ParameterError(f"--set {text!r} has no '='; write --set section.key=value")
        for leaf, value in _from_text(key, value_text, "--set"):
            if leaf in values and values[leaf] != value:
                raise ParameterError(f"--set {leaf} is given twice, with different values")
            values[leaf], where[leaf] = value, "--set"
    return Layer("--set", values, where)


def _from_text(key: str, text: str, place: str) -> list[tuple[str, Any]]:
    """The leaves a text sets: taken as it is for a text field, read as YAML 1.2 for any other."""
    key = _gate_leaf(key, None)[0] if not text.lstrip().startswith("{") else key
    kind = _field_type(key)
    if kind is str:
        return [(key, text)]
    if kind is list:
        return [(key, [part.strip() for part in text.strip(" []").split(",") if part.strip()])]
    try:
        value = YAML(typ="safe", pure=True).load(text)
    except YAMLError:
        raise ParameterError(f"{place}: {key} cannot be read from {text!r}") from None
    if isinstance(value, dict):
        return [(f"{key}.{name}", v) for name, v in value.items()]
    return [(key, value)]


def _field_type(key: str) -> type | None:
    """``str`` or ``list`` where the field at a dotted key is a text, a choice, or a list."""
    model: Any = Settings
    for part in key.split("."):
        if isinstance(model, type) and issubclass(model, BaseModel):
            field = model.model_fields.get(part)
            model = field.annotation if field else None
        elif get_origin(model) is dict:
            model = get_args(model)[1]
        else:
            return None
    if get_origin(model) is Annotated:
        model = get_args(model)[0]
    if get_origin(model) is list:
        return list
    texts = model is str or all(isinstance(a, str) for a in get_args(model) or [None])
    return str if texts else None


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _nested(leaves: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key, value in leaves.items():
        *parents, name = key.split(".")
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
        node[name] = value
    return tree


def _unknown(key: str, place: str, known: Mapping[str, Any]) -> str:
    """The message for a key that does not exist, looking for the nearest one."""
    names = list(known)
    if any(k.startswith(f"{key}.") for k in names):
        return f"{place}: {key} is a section; set one of its keys, such as {key}.NAME"
    prefix, _, last = key.rpartition(".")
    siblings = {k[len(prefix) + 1 :].split(".")[0] for k in names if k.startswith(f"{prefix}.")}
    if key.startswith("gates."):
        metric = key.split(".")[1]
        if metric not in gate_table.DEFAULTS:
            hint = did_you_mean(metric, gate_table.DEFAULTS)
            return f"{place}: no gate on metric {metric!r}{hint}"
    hint = did_you_mean(last, siblings) or did_you_mean(key, names)
    return f"{place}: unknown parameter {key!r}{hint}"


def _ill_typed(error: ErrorDetails, where: Mapping[str, str]) -> str:
    """The message for a value of the wrong type or outside its range."""
    parts = [str(part) for part in error["loc"]]
    key = ".".join(p for p in parts if not p.isdigit())
    place = where.get(key, "default")
    text = error["msg"].removeprefix("Value error, ")
    if error["type"] == "string_type":
        text = "must be text; put it in quotes"
    return f"{place}: {key}: {text} (got {masked(key, error['input'])!r})"
