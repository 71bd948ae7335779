"""A toy graph of units: sums of squares over shards, joined; and units that misbehave."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np

from proofbook.matching.units import Arrays, Engine, Handle, Split


def values(start: int, stop: int) -> Arrays:
    return {"v": np.arange(start, stop, dtype=np.int64)}


def squares(part: Arrays, weights: Arrays) -> Arrays:
    """Its result depends on both arguments, so that a mixed-up one shows."""
    picked = weights["w"][part["v"] % len(weights["w"])]
    return {"s": part["v"] ** 2 * picked, "n": np.array([len(part["v"])])}


def total(*parts: Arrays) -> Arrays:
    return {
        "sum": np.array([sum(int(p["s"].sum()) for p in parts)]),
        "n": np.array([sum(int(p["n"][0]) for p in parts)]),
        "s": np.concatenate([p["s"] for p in parts]),
    }


def cut(part: Arrays, weights: Arrays) -> tuple[tuple[Any, ...], tuple[Any, ...]] | None:
    half = len(part["v"]) // 2
    if half == 0:
        return None
    return ({"v": part["v"][:half]}, weights), ({"v": part["v"][half:]}, weights)


def join(one: Arrays, two: Arrays) -> Arrays:
    return {"s": np.concatenate([one["s"], two["s"]]), "n": one["n"] + two["n"]}


HALVES = Split(cut, join)
WEIGHTS = {"w": np.arange(1, 20_001, dtype=np.int64)}  # large enough to be shared


def run_toy(engine: Engine, rows: int = 1_000, *, lazy: bool = True) -> Arrays:
    """The whole graph; the same result on every engine and for every choice of shards."""
    parts: list[Handle] = []
    for number, (start, stop) in enumerate(engine.shards(rows, 16.0)):
        mine = engine.submit("values", number, (start, stop), values, start, stop, keep=not lazy)
        part = engine.submit("squares", number, (start, stop), squares, mine, WEIGHTS, split=HALVES)
        engine.release(mine)
        parts.append(part)
    whole = engine.submit("total", 0, (0, rows), total, *parts)
    for part in parts:
        engine.release(part)
    return engine.gather(whole)


def expected(rows: int = 1_000) -> int:
    v = np.arange(rows, dtype=np.int64)
    return int((v**2 * WEIGHTS["w"][v % len(WEIGHTS["w"])]).sum())


def count_call(folder: str) -> int:
    """How often this was called, by whatever process."""
    number = len(list(Path(folder).glob("call-*"))) + 1
    Path(folder, f"call-{number}-{os.getpid()}-{time.monotonic_ns()}").touch()
    return number


def calls(folder: Path) -> int:
    return len(list(folder.glob("call-*")))


def counted(folder: str, start: int, stop: int) -> Arrays:
    count_call(folder)
    return values(start, stop)


def flaky(folder: str, failures: int, how: str) -> Arrays:
    """Fails so often, then gives its number of calls."""
    number = count_call(folder)
    if number <= failures:
        if how == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if how == "slow":
            time.sleep(30)
        if how == "io":
            raise OSError(5, "Input/output error")
        if how == "absent":
            raise FileNotFoundError(2, "No such file or directory")
        if how == "memory":
            raise MemoryError("no room")
        raise ValueError(how)
    return {"calls": np.array([number])}


def greedy(part: Arrays, weights: Arrays) -> Arrays:
    """Has room for few rows only."""
    if len(part["v"]) > 300:
        raise MemoryError
    return squares(part, weights)


def slow(seconds: float, folder: str, number: int) -> Arrays:
    count_call(folder)
    time.sleep(seconds)
    return {"x": np.array([number])}


def first(*parts: Arrays) -> Arrays:
    return {"x": np.array([int(p["x"][0]) for p in parts])}


def first_values(part: Arrays) -> Arrays:
    return {"v": part["v"]}


def length(part: Arrays) -> Arrays:
    return {"n": np.array([len(part["v"])])}
