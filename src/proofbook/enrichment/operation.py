"""How an enrichment is run: where, in which chunks, in how much memory, and what is kept of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from proofbook.enrichment import limits
from proofbook.enrichment.backends import Backend, Threads
from proofbook.enrichment.checkpoints import open_checkpoints
from proofbook.enrichment.engine import Memory, UnitEngine
from proofbook.enrichment.interrupts import Stop
from proofbook.enrichment.processes import Processes
from proofbook.enrichment.progress import Progress
from proofbook.enrichment.results import Results
from proofbook.enrichment.retry import RetryPolicy
from proofbook.errors import ChunkError, Interrupted, OutputError, ParameterError


@dataclass(frozen=True)
class Operation:
    """How an enrichment is run; nothing here has any influence on the enriched table.

    ``workers`` of 0 are ``threads`` of this process (local), or one for each core (dask without a
    ``scheduler``); ``threads`` of 0 are one for each core. ``memory_limit`` in bytes is that of
    the container when it is None.
    ``checkpoints`` is a folder, or None to keep nothing; ``scratch`` is the folder in which
    results go that do not fit into memory, when there are no checkpoints.
    """

    engine: Literal["local", "dask"] = "local"
    scheduler: str = ""
    workers: int = 0
    threads: int = 0
    chunk_size: int | None = None
    memory_limit: int | None = None
    chunk_time_limit_s: float | None = None
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    checkpoints: Path | None = None
    resume: bool = False
    scratch: Path | None = None

    def __post_init__(self) -> None:
        if self.scheduler and self.engine != "dask":
            raise ParameterError("--scheduler needs --engine dask (run.scheduler, run.engine)")
        if self.scheduler and self.workers:
            raise ParameterError(
                "--workers cannot be given with --scheduler: that cluster has its own workers"
            )
        if self.chunk_size is not None and self.chunk_size < 1:
            raise ParameterError(f"chunk size: must be at least 1 (got {self.chunk_size})")


@contextmanager
def operate(
    operation: Operation,
    *,
    fingerprint: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
    again: str = "",
) -> Iterator[UnitEngine]:
    """An engine for one enrichment; its checkpoints go when the block, output and all, is done.

    ``fingerprint`` names all that the result depends on, for the checkpoints. ``again`` is the
    command that goes on, which the message of an interrupted or failed run then tells.
    """
    progress, stop = progress or Progress(), stop or Stop()
    memory = Memory(operation.memory_limit or limits.container_limit())
    status = "failed"
    with ExitStack() as stack:
        checkpoints = None
        if operation.checkpoints is not None:
            checkpoints = open_checkpoints(
                operation.checkpoints,
                fingerprint or {},
                resume=operation.resume,
                tell=progress.tell,
            )
            stack.callback(lambda: checkpoints.close(done=status == "completed"))
            progress.state.resumable = not checkpoints.empty()
        results = Results(checkpoints, operation.scratch)
        stack.callback(results.close)
        backend = _backend(operation, results, memory.limit)
        stack.callback(backend.close)
        progress.start()
        stack.callback(lambda: progress.close(status))
        try:
            yield UnitEngine(
                backend,
                results,
                progress,
                stop,
                checkpoints=checkpoints,
                memory=memory,
                retry=operation.retry,
                chunk_size=operation.chunk_size,
                chunk_time_limit_s=operation.chunk_time_limit_s,
            )
            stop.over, status = True, "completed"
        except Interrupted as interrupt:
            status = "interrupted"
            number = interrupt.exit_code - 128
            raise Interrupted(f"{interrupt}{_how(progress, again)}", number) from None
        except (ChunkError, OutputError) as error:
            raise type(error)(f"{error}{_how(progress, again)}") from error.__cause__


def _how(progress: Progress, again: str) -> str:
    """How to go on, if anything is kept."""
    if not progress.state.resumable or not again:
        return ""
    return f". What is finished is kept; go on with: {again}"


def _backend(operation: Operation, results: Results, memory_limit: int | None) -> Backend:
    if operation.engine == "dask":
        from proofbook.enrichment.dask import Dask  # noqa: PLC0415 - an optional requirement

        return Dask(operation.scheduler, operation.workers, memory_limit)
    if operation.workers:
        return Processes(operation.workers, results.scratch)
    return Threads(operation.threads)
