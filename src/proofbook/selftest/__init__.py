"""Plants known faults and shows that each of them is caught."""

from proofbook.selftest.plant import FAULTS, Fault, Finding, run

__all__ = ["FAULTS", "Fault", "Finding", "run"]
