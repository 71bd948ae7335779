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
_IN_ADDRESS = re.compile(r"(?<=://)[^/@\s\"']+:[^/@\s\"']+(?=@)")

#: A secret that was given on a command line: a dotted key, its value, quoted as a whole or not.
_GIVEN = re.compile(
    r"(?P<quote>')?(?P<key>(?:\w+\.)+\w*(?:secret|token|password|api_?key)=)(?(quote)[^']*|[^\s'\"]+)",
    re.IGNORECASE,
)


def hide(text: str) -> str:
    """The text with the passwords of addresses and the secrets of commands masked.

    >>> hide("--set 'a.token=x y' s3://me:pass@host/f")
    "--set 'a.token=***' s3://***@host/f"
    """
    text = _GIVEN.sub(lambda m: f"{m['quote'] or ''}{m['key']}{MASK}", text)
    return _IN_ADDRESS.sub(MASK, text)


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
