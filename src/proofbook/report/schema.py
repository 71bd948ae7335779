"""The published JSON schema of ``run.json``."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from proofbook.suite.result import SCHEMA_VERSION, RunResult


def run_schema() -> dict[str, Any]:
    """The JSON schema (draft 2020-12) that every ``run.json`` of this version follows.

    Every field is written, also one at its default, and there are no others.
    """
    schema = TypeAdapter(RunResult).json_schema()
    for part in (schema, *schema["$defs"].values()):
        part["required"] = list(part["properties"])
        part["additionalProperties"] = False
    schema["properties"]["schema_version"] = {"const": SCHEMA_VERSION}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
