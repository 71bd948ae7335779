"""Secrets: what a record or a text holds that must not be shown."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from typing import Any

from proofbook.suite import layers
from proofbook.suite.result import RunResult

MASK = "***"

#: User and password in an address.
_IN_ADDRESS = re.compile(r"(?<=://)[^/@\s\"']{1,200}:[^/@\s\"']{1,200}(?=@)")

#: A secret that was given on a command line: the end of its key, what is before it in at most
#: ``_KEY`` characters (texts may be long: no pattern may try every beginning), where it ends.
_GIVEN = re.compile(r"(?:secret|token|password|api_?key)=", re.IGNORECASE)
_KEY, _BEFORE = 80, re.compile(r"('?)[\w.]*\.\w*$")
_ENDS = {"": re.compile(r"[\s'\"]|$"), "'": re.compile(r"'|$")}


def hide(text: str) -> str:
    """The text with the passwords of addresses and the secrets of commands masked.

    >>> hide("--set 'a.token=x y' s3://me:pass@host/f")
    "--set 'a.token=***' s3://***@host/f"
    """
    parts, at = [], 0
    for found in _GIVEN.finditer(text):
        before = _BEFORE.search(text, max(found.start() - _KEY, at), found.start())
        ends = before and _ENDS[before[1]].search(text, found.end())
        if ends and found.start() >= at:
            parts += [text[at : found.end()], MASK]
            at = ends.start()
    return _IN_ADDRESS.sub(MASK, "".join([*parts, text[at:]]))


def masked(result: RunResult) -> RunResult:
    """The record of a run as it may be shown: what every report is drawn from."""
    shown = RunResult.from_json(json.dumps(_hidden(asdict(result))))
    parameters = [replace(p, value=layers.masked(p.key, p.value)) for p in shown.parameters]
    return replace(shown, parameters=parameters)


def _hidden(value: Any) -> Any:
    """The value with what must not be shown masked in every text in it; keys stay."""
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, dict):
        return {key: _hidden(part) for key, part in value.items()}
    return [_hidden(part) for part in value] if isinstance(value, list) else value
