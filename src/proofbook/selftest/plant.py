"""All faults, planted one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from proofbook.selftest import gates, records, speed, tables
from proofbook.selftest.fault import Fault

__all__ = ["FAULTS", "Fault", "Finding", "run"]

#: Every fault that must be caught.
FAULTS: list[Fault] = [*tables.FAULTS, *gates.FAULTS, *records.FAULTS, *speed.FAULTS]


@dataclass(frozen=True)
class Finding:
    """A fault, whether it was caught, and how (or what broke instead)."""

    area: str
    title: str
    caught: bool
    how: str


def run(faults: Sequence[Fault] = FAULTS) -> Iterator[Finding]:
    """Plants each fault; one that ends in an unforeseen error has not been caught."""
    for fault in faults:
        try:
            how = fault.plant()
        except Exception as error:
            yield Finding(fault.area, fault.title, False, f"{type(error).__name__}: {error}")
            continue
        yield Finding(fault.area, fault.title, how is not None, how or "nothing noticed it")
