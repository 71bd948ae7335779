"""The plan of a run: its steps, what each needs, the metrics it records and the gates on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from proofbook.errors import ParameterError, did_you_mean
from proofbook.params import NOTEBOOKS, Settings
from proofbook.quality.metrics import DEFINITIONS, declared
from proofbook.suite.gate_defaults import DEFAULTS
from proofbook.suite.gates import Gate

#: The notebook that is run once for every size.
SIZED = "02_enrichment"


@dataclass(frozen=True)
class Step:
    """One notebook to run, at one size; ``needs`` are the keys of the steps before it."""

    key: str
    name: str
    size: str
    needs: tuple[str, ...]
    metrics: tuple[str, ...]

    @property
    def sized(self) -> bool:
        """Whether the notebook is run once for every size."""
        return self.name == SIZED


def step_key(name: str, size: str) -> str:
    """The key of a step: ``03_quality``, or ``02_enrichment@1000x5000`` for the sized notebook."""
    return f"{name}@{size}" if name == SIZED else name


def steps(sizes: Sequence[str], *, truth: bool, names: Sequence[str] = NOTEBOOKS) -> list[Step]:
    """All steps in their order: a notebook depends on every step of the notebooks before it.

    The entries of ``sizes`` (smallest first) are independent of each other; every other notebook
    is run on the largest.
    """
    plan: list[Step] = []
    for name in names:
        needs = tuple(step.key for step in plan)
        metrics = declared(name, has_truth=truth)
        for size in sizes if name == SIZED else sizes[-1:]:
            plan.append(Step(step_key(name, size), name, size, needs, metrics))
    return plan


def up_to(plan: Sequence[Step], name: str) -> list[Step]:
    """The steps of the plan up to those of a notebook: what it reads from, and itself."""
    names = list(dict.fromkeys(step.name for step in plan))
    return [step for step in plan if step.name in names[: names.index(name) + 1]]


def gates_of(settings: Settings, name: str, size: str) -> list[Gate]:
    """The active gates on a notebook's metrics, in the registry's order.

    Of the sized notebook only the laws and limits are judged at every size; rates and times are
    judged at the largest, where fixed costs and small numbers say least. Without truth, accuracy
    is judged only where a bound was asked for, and then has no value.
    """
    largest = name != SIZED or size == settings.effective_sizes()[-1]
    return [
        gate
        for metric, definition in DEFINITIONS.items()
        if definition.notebook == name and metric in DEFAULTS
        if (gate := settings.gate(metric)).active and (largest or gate.every_size)
        if settings.has_truth or not definition.needs_truth or gate != DEFAULTS[metric]
    ]


def notebook_name(text: str, names: Sequence[str] = NOTEBOOKS) -> str:
    """The notebook meant by its name, number or word, with or without ``.ipynb``.

    ParameterError for a notebook that does not exist.

    >>> notebook_name("03")
    '03_quality'
    """
    name = text.removesuffix(".ipynb")
    meant = [n for n in names if name in (n, n.partition("_")[0], n.partition("_")[2])]
    if not meant:
        hint = did_you_mean(name, names) or f"; there are {', '.join(names)}"
        raise ParameterError(f"unknown notebook {text!r}{hint}")
    return meant[0]
