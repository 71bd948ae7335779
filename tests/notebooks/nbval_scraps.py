"""A plugin for the comparing run: lets nbval compare scraps, but for what was measured in them.

nbval's patterns reach text only; a scrap is a JSON object.
"""

from __future__ import annotations

from typing import Any

from nbval.plugin import IPyNbCell

MEASURED_UNITS = frozenset({"s", "MB", "awards/s"})
MEASURED_METRICS = frozenset({"memory_pressure_pct"})
MEASURED_TABLES = frozenset({"stages"})
MEASURED_EVIDENCE = frozenset({"evidence.seconds_per_award", "evidence.memory_pressure_pct"})

_plain = IPyNbCell.sanitize


def without_measurements(scrap: dict[str, Any]) -> dict[str, Any]:
    """A scrap whose measured values are blanked; every other value is kept."""
    payload = scrap.get("data")
    data = payload.get("data") if isinstance(payload, dict) else None
    if not isinstance(data, dict):
        return scrap
    name = data.get("name")
    if payload["kind"] == "metric" and (data["unit"] in MEASURED_UNITS or name in MEASURED_METRICS):
        data = {**data, "value": "measured", "low": None, "high": None}
    if payload["kind"] == "table" and name in MEASURED_TABLES:
        texts = [[v if isinstance(v, str) else "measured" for v in row] for row in data["rows"]]
        data = {**data, "rows": texts}
    if scrap["name"] in MEASURED_EVIDENCE:
        data = {**data, "examples": [row["stage"] for row in data["examples"]]}
    return {**scrap, "data": {**payload, "data": data}}


def sanitize(cell: IPyNbCell, output: Any) -> Any:
    """nbval's own patterns for text, and the above for scraps."""
    if isinstance(output, dict):
        return without_measurements(dict(output))
    return _plain(cell, output)


IPyNbCell.sanitize = sanitize
