"""Secrets: what must not be shown, found by the name of its parameter or inside an address."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from proofbook.suite.result import RunResult

MASK = "•••"

#: A secret of fewer characters is hidden where it stands as a parameter, but not looked for in
#: other texts: too many words would contain it.
_LEAST = 4

_SECRET = re.compile(r"pass(word|wd)|token|secret|credential|api_?key", re.I)
_IN_ADDRESS = re.compile(r"(?<=://)[^/@\s\"']+:[^/@\s\"']+(?=@)")


def hider(result: RunResult) -> Callable[[str], str]:
    """A function that masks in a text the secrets of a run, and user and password of addresses.

    A secret is found as it is, and as it is written in JSON and in HTML.
    """
    known = {
        form
        for parameter in result.parameters
        if _SECRET.search(parameter.key)
        for text in _texts(parameter.value)
        if len(text) >= _LEAST and text != MASK
        for form in (text, json.dumps(text)[1:-1], html.escape(text))
    }
    longest_first = sorted(known, key=lambda form: (-len(form), form))
    pattern = re.compile("|".join(map(re.escape, longest_first))) if known else None

    def hide(text: str) -> str:
        text = _IN_ADDRESS.sub(MASK, text)
        return pattern.sub(MASK, text) if pattern else text

    return hide


def masked(result: RunResult) -> RunResult:
    """The record of a run as it may be shown: what every report is drawn from."""
    raw = _walked(asdict(result), hider(result))
    for parameter in raw["parameters"]:
        if _SECRET.search(parameter["key"]) and parameter["value"] not in (None, ""):
            parameter["value"] = MASK
    return RunResult.from_json(json.dumps(raw))


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return [text for part in parts for text in _texts(part)]
    return [] if value is None or isinstance(value, bool) else [str(value)]


def _walked(value: Any, hide: Callable[[str], str]) -> Any:
    """The value with every text in it masked; keys stay as they are."""
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, dict):
        return {key: _walked(part, hide) for key, part in value.items()}
    return [_walked(part, hide) for part in value] if isinstance(value, list) else value
