"""The plan of a run: its steps, what each depends on, and which of them are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from proofbook.errors import ParameterError, did_you_mean
from proofbook.params import NOTEBOOKS
from proofbook.quality.metrics import declared

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


def chosen(
    plan: Sequence[Step], *, only: str | None = None, first: str | None = None
) -> list[Step]:
    """The steps to run: all; with ``only`` that notebook and what it needs; with ``first`` all.

    A notebook reads what those before it recorded, so these are always part of the plan. A run
    that is resumed keeps their results instead of running them again. ParameterError for a
    notebook that does not exist.
    """
    names = list(dict.fromkeys(step.name for step in plan))
    for name in (only, first):
        if name is not None and notebook_name(name, names) not in names:
            raise AssertionError(name)
    if only is None:
        return list(plan)
    last = names.index(notebook_name(only, names))
    return [step for step in plan if step.name in names[: last + 1]]


def notebook_name(text: str, names: Sequence[str]) -> str:
    """The notebook meant by its name, with or without ``.ipynb``, or by its number.

    >>> notebook_name("03", ["02_enrichment", "03_quality"])
    '03_quality'
    """
    name = text.removesuffix(".ipynb")
    meant = [n for n in names if name in (n, n.split("_")[0], n.partition("_")[2])]
    if len(meant) != 1:
        hint = did_you_mean(name, names) or f"; there are {', '.join(names)}"
        raise ParameterError(f"unknown notebook {text!r}{hint}")
    return meant[0]
