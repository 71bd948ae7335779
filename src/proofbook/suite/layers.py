"""Layers: where parameters come from, which one wins, and the origin of every effective value.

Low to high: defaults < ``params/base.yaml`` < ``params/profiles/P.yaml`` < environment
``PROOFBOOK__SECTION__KEY`` < ``--set section.key=value``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from proofbook.errors import ParameterError, did_you_mean
from proofbook.params import Settings
from proofbook.suite.bounds import check_bounds
from proofbook.suite.gate_defaults import DEFAULTS
from proofbook.suite.result import Parameter

ENVIRONMENT_PREFIX = "PROOFBOOK__"

#: A name of the environment that was meant as a parameter, and would be overlooked.
_NEARLY = re.compile(r"PROOFBOOK_.*__", re.IGNORECASE)

#: Parameters that are paths: relative to the working directory, and kept absolute.
PATHS = ("data.awards", "data.recipients", "data.truth", "run.outputs")

#: Parameters that decide how long and how wide a run is, but nothing that it finds.
CHANGEABLE = frozenset(
    {
        "run.jobs",
        "run.time_limit_s",
        "run.chunk_time_limit_s",
        "run.scheduler",
        "run.retries",
        "report.notebooks",
    }
)


@dataclass(frozen=True)
class Effective:
    """The parameters in force, and where each of their leaf values came from."""

    settings: Settings
    parameters: list[Parameter]
    profile: str | None = None


@dataclass(frozen=True)
class Layer:
    """Dotted keys with their values, origins, and the places that an error message names."""

    values: dict[str, Any]
    origins: dict[str, str]
    where: dict[str, str]

    @classmethod
    def of(cls, origin: str, values: dict[str, Any], where: dict[str, str] | None = None) -> Layer:
        """A layer whose values all have one origin; places default to it."""
        return cls(values, dict.fromkeys(values, origin), where or dict.fromkeys(values, origin))


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
        layers.append(Layer.of(_option(key), {key: value}))
    return merge(layers, profile)


def merge(layers: Sequence[Layer], profile: str | None = None) -> Effective:
    """Defaults overridden by the layers in order, validated; every leaf keeps its origin."""
    defaults = dict(_leaves(Settings().model_dump(mode="json")))
    values, origins, where = dict(defaults), dict.fromkeys(defaults, "default"), {}
    for layer in layers:
        for key, value in layer.values.items():
            if key not in defaults:
                raise ParameterError(_unknown(key, layer.where[key], defaults))
            values[key], origins[key], where[key] = value, layer.origins[key], layer.where[key]
    for key in PATHS:
        if isinstance(values[key], str) and values[key]:
            values[key] = str(Path(values[key]).expanduser().absolute())
    try:
        settings = Settings.model_validate(_nested(values))
    except ValidationError as error:
        raise ParameterError(_ill_typed(error.errors()[0], where)) from None
    _check_data(settings)
    check_bounds(settings, where)
    parameters = [Parameter(k, masked(k, v), origins[k]) for k, v in values.items()]
    return Effective(settings, parameters, profile)


def resumed(
    record: Sequence[Parameter],
    *,
    assignments: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
) -> Effective:
    """The parameters of a recorded run; only how it is run may differ, never what decides it.

    ParameterError for an assignment that would change what the kept notebooks have recorded.
    """
    before = Layer(
        {p.key: p.value for p in record},
        {p.key: p.origin for p in record},
        dict.fromkeys((p.key for p in record), "the record of the run"),
    )
    changes = [_assignment_layer(assignments)]
    changes += [Layer.of(_option(key), {key: value}) for key, value in (options or {}).items()]
    for change in changes:
        for key, value in change.values.items():
            if key not in CHANGEABLE and before.values.get(key) != value:
                raise ParameterError(
                    f"{change.where[key]}: {key} cannot change in a resumed run "
                    f"(it is {before.values.get(key)!r}); start a new run"
                )
    return merge([before, *changes])


def settings_of(values: Mapping[str, Any]) -> Settings:
    """The settings of dotted keys with their values, as a record keeps them."""
    return Settings.model_validate(_nested(values))


def from_settings(settings: Settings, origin: str) -> Effective:
    """Settings that exist already, as effective parameters of one origin."""
    return merge([Layer.of(origin, dict(_leaves(settings.model_dump(mode="json"))))])


def changes(settings: Settings, sections: Sequence[str]) -> dict[str, Any]:
    """What differs from the defaults in these sections, nested: from_nested gives it back."""
    defaults = dict(_leaves(Settings().model_dump(mode="json")))
    values = dict(_leaves(settings.model_dump(mode="json", include=set(sections))))
    return _nested({key: v for key, v in values.items() if v != defaults.get(key)})


def from_nested(sections: Mapping[str, Any], origin: str) -> Settings:
    """The settings of nested sections, as a notebook's parameters give them."""
    values = dict(_gate_leaf(key, value) for key, value in _leaves(sections))
    return merge([Layer.of(origin, values)]).settings


def profiles(params: Path | None) -> list[str]:
    """The names of the profiles in a params folder."""
    return [] if params is None else sorted(p.stem for p in (params / "profiles").glob("*.yaml"))


def _option(key: str) -> str:
    return f"--{key.rpartition('.')[2].replace('_', '-')}"


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
        return Layer.of(origin, {})
    if not isinstance(document, CommentedMap):
        raise ParameterError(f"{path}: must hold sections with keys, such as 'data:'")
    values: dict[str, Any] = {}
    where: dict[str, str] = {}
    for key, value, line in _yaml_leaves(document):
        values[key], where[key] = value, f"{path}, line {line}"
    return Layer.of(origin, values, where)


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
        if not name.startswith(ENVIRONMENT_PREFIX) and _NEARLY.match(name):
            raise ParameterError(
                f"environment {name}: is no parameter; write {ENVIRONMENT_PREFIX}SECTION__KEY"
            )
        if name.startswith(ENVIRONMENT_PREFIX):
            key = name.removeprefix(ENVIRONMENT_PREFIX).lower().replace("__", ".")
            for leaf, value in _from_text(key, environment[name], f"environment {name}"):
                values[leaf], where[leaf] = value, f"environment {name}"
    return Layer(values, dict(where), where)


def _assignment_layer(assignments: Sequence[str]) -> Layer:
    values: dict[str, Any] = {}
    for text in assignments:
        key, equals, value_text = text.partition("=")
        key = key.strip()
        if not equals or not key:
            raise ParameterError(f"--set {text!r} has no '='; write --set section.key=value")
        for leaf, value in _from_text(key, value_text, "--set"):
            if leaf in values and values[leaf] != value:
                raise ParameterError(f"--set {leaf} is given twice, with different values")
            values[leaf] = value
    return Layer.of("--set", values)


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
        if metric not in DEFAULTS:
            hint = did_you_mean(metric, DEFAULTS)
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
