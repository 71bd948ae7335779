"""What every notebook calls: its inputs, its parameters, and one page to record and show on.

A notebook is run by the suite (``run_folder`` is given, inputs are there, the notebooks before it
are listed in ``upstream``) or alone in JupyterLab, where the small inputs it needs are made.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from IPython.display import display

from proofbook.errors import NotebookError, did_you_mean
from proofbook.measure.statistics import Interval
from proofbook.params import Settings
from proofbook.quality.metrics import DEFINITIONS, declared
from proofbook.sources.personal import is_personal
from proofbook.suite import baselines, gates, inputs, scraps
from proofbook.suite.layers import from_nested
from proofbook.suite.plan import SIZED, gates_of, step_key
from proofbook.suite.result import GateOutcome, Metric

#: Rows that a recorded table or a gate's examples may have; more belongs into a file.
MOST_ROWS, MOST_EXAMPLES = 500, 20

#: Notebooks that read nothing from another one.
FIRST = ("01_profiling", SIZED)

#: Characters that no message exceeds.
WHOLE = 1000

#: The run of a notebook that is open in JupyterLab.
INTERACTIVE = "interactive"


class Page:
    """One notebook's page: inputs and parameters in, metrics, tables and evidence out."""

    def __init__(
        self,
        name: str,
        *,
        run_folder: Path | None,
        paths: inputs.InputPaths,
        settings: Settings,
        size: str,
        source: str,
        upstream: Sequence[Path],
    ) -> None:
        self.name, self.size, self.source = name, size, source
        self.key = step_key(name, size)
        self.run_folder, self.settings = run_folder, settings
        self.awards_path, self.recipients_path, self.truth_path = (
            paths.awards,
            paths.recipients,
            paths.truth,
        )
        self.run_id = run_folder.name if run_folder else INTERACTIVE
        self._upstream = list(upstream)
        file = run_folder / baselines.BASELINE_FILE if run_folder else None
        self.baseline = baselines.read(file) if file and file.exists() else None
        self._before: scraps.Recording | None = None
        self._recording = scraps.Recording()

    # --- inputs ---------------------------------------------------------------------------------

    def enriched_path(self, size: str | None = None) -> Path:
        """Where 02_enrichment keeps its enriched table of a size (default: this page's)."""
        if self.run_folder is None:
            raise NotebookError("a notebook on its own keeps no enriched table")
        return self.run_folder / "enriched" / f"{size or self.size}.parquet"

    def save_enriched(self, table: pa.Table) -> None:
        """Keeps the enriched table for the notebooks behind this one; alone, nothing is kept."""
        if self.run_folder is not None:
            from proofbook.enrichment import write_enriched  # noqa: PLC0415 - heavy, only 02

            self.enriched_path().parent.mkdir(parents=True, exist_ok=True)
            write_enriched(table, self.enriched_path())

    def enriched(self, size: str | None = None) -> pa.Table:
        """The enriched table of a size (default: this page's), as 02_enrichment kept it."""
        return pq.read_table(self.enriched_path(size))

    def truth(self) -> pa.Table | None:
        """The known links of this page's awards; None when there is no truth."""
        if self.truth_path is None:
            return None
        from proofbook.sources import read_awards, read_truth  # noqa: PLC0415 - only with truth

        kept = self.enriched_path() if self.run_folder else None
        if kept is not None and kept.exists():
            return read_truth(self.truth_path, pq.read_metadata(kept).num_rows)
        return read_truth(self.truth_path, read_awards(self.awards_path).rows)

    def metric(self, name: str, size: str | None = None) -> Metric | None:
        """What a notebook before this one recorded (of that size, else of the largest)."""
        found = [
            m
            for m in self.upstream_recording().metrics
            if m.name == name and size in (None, m.size)
        ]
        return found[-1] if found else None

    def metrics(self, name: str) -> list[Metric]:
        """That metric of every size, smallest first."""
        return [m for m in self.upstream_recording().metrics if m.name == name]

    def upstream_table(self, name: str, size: str | None = None) -> pd.DataFrame | None:
        """A table that a notebook before this one recorded (of that size, else the largest)."""
        found = [
            t for t in self.upstream_recording().tables if t.name == name and size in (None, t.size)
        ]
        return pd.DataFrame(found[-1].rows, columns=found[-1].columns) if found else None

    def upstream_recording(self) -> scraps.Recording:
        """Everything the notebooks before this one recorded, in the order of the plan."""
        if self._before is None:
            self._before = scraps.Recording()
            for path in self._upstream:
                part = scraps.read(path, run_id=self.run_id, notebook=path.stem)
                self._before.metrics.extend(part.metrics)
                self._before.tables.extend(part.tables)
                self._before.evidence.update(part.evidence)
        return self._before

    def upstream_gates(self) -> list[GateOutcome]:
        """What the gates found in the notebooks before this one, in the order of the plan."""
        outcomes = []
        for path in self._upstream:
            part = scraps.read(path, run_id=self.run_id, notebook=path.stem)
            name, _, size = path.stem.partition("@")
            outcomes += gates.evaluate_all(
                gates_of(self.settings, name, size or self.size),
                part.metrics,
                part.evidence,
                notebook=path.stem,
                size=size or None,
            )
        return outcomes

    # --- records --------------------------------------------------------------------------------

    def record(
        self,
        name: str,
        value: Any,
        *,
        low: float | None = None,
        high: float | None = None,
        n: int | None = None,
        baseline: float | None = None,
        note: str = "",
    ) -> None:
        """Records one metric; ``low`` and ``high`` are its 95 % interval, ``n`` its denominator.

        Raises for a name outside the registry or of another notebook, for a second value, and for
        a value that is not finite; None is a value only where the registry says optional.
        """
        definition = DEFINITIONS.get(name)
        if definition is None:
            raise NotebookError(f"no metric {name!r}{did_you_mean(name, DEFINITIONS)}")
        if definition.notebook != self.name:
            raise NotebookError(
                f"metric {name!r} belongs to {definition.notebook}, not {self.name}"
            )
        if any(m.name == name for m in self._recording.metrics):
            raise NotebookError(f"metric {name!r} is recorded twice")
        self._recording.metrics.append(
            Metric(
                name,
                scraps.plain(value, name, optional=definition.optional),
                unit=definition.unit,
                direction=definition.direction,
                notebook=self.key,
                size=self.size if self.key != self.name else None,
                low=scraps.plain(low, f"{name}.low", optional=True),
                high=scraps.plain(high, f"{name}.high", optional=True),
                n=scraps.plain(n, f"{name}.n", optional=True),
                description=definition.description,
                baseline=scraps.plain(baseline, f"{name}.baseline", optional=True),
                note=note,
            )
        )

    def estimate(self, name: str, interval: Interval, *, note: str = "") -> None:
        """Records an estimate as one metric: value, ends of its interval, and denominator."""
        self.record(
            name,
            interval.value,
            low=interval.low,
            high=interval.high,
            n=interval.n,
            note=note if interval.value is not None else note or "0 of 0 is no rate",
        )

    def record_table(self, name: str, frame: pd.DataFrame, caption: str = "") -> None:
        """Records a small DataFrame (at most 500 rows) for the report and the later notebooks."""
        if len(frame) > MOST_ROWS:
            raise NotebookError(f"table {name!r} has {len(frame)} rows, at most {MOST_ROWS}")
        if any(t.name == name for t in self._recording.tables):
            raise NotebookError(f"table {name!r} is recorded twice")
        self._recording.tables.append(
            scraps.frame_table(
                name,
                _impersonal(frame),
                notebook=self.key,
                size=self.size if self.key != self.name else None,
                caption=caption,
            )
        )

    def evidence(
        self, metric: str, examples: pd.DataFrame, count: int, rate: float | None = None
    ) -> None:
        """Keeps rows, with their keys, that a gate on ``metric`` shows when it does not pass."""
        if metric not in DEFINITIONS:
            raise NotebookError(f"no metric {metric!r}{did_you_mean(metric, DEFINITIONS)}")
        table = scraps.frame_table(metric, _impersonal(examples.head(MOST_EXAMPLES)))
        self._recording.evidence[metric] = gates.Evidence(
            [dict(zip(table.columns, row, strict=True)) for row in table.rows],
            scraps.plain(count, f"{metric}.count"),
            scraps.plain(rate, f"{metric}.rate", optional=True),
        )

    # --- the page -------------------------------------------------------------------------------

    def headline(self, question: str, verdict: str, frame: pd.DataFrame) -> None:
        """The first screen: the question, the verdict at these values, and the headline table."""
        self.say(f"**{question}**\n\n{verdict}")
        self.table(frame)

    def summary(self, *names: str) -> pd.DataFrame:
        """Recorded metrics in words: ``[what, value, 95 % interval, of]``; all without names."""
        from proofbook.report.words import interval, number, quantity  # noqa: PLC0415 - as below

        found = {m.name: m for m in self._recording.metrics}
        rows = []
        for metric in (found[name] for name in names or found):
            rows.append(
                (
                    DEFINITIONS[metric.name].title,
                    quantity(metric.value, metric.unit),
                    "" if metric.unit == "s" else interval(metric.low, metric.high, metric.unit),
                    number(metric.n) if metric.n is not None and metric.unit == "rate" else "",
                )
            )
        return pd.DataFrame(rows, columns=["what", "value", "95 % interval", "of"])

    def say(self, markdown: str) -> None:
        """Prose computed at this value; text that came from data must be escaped by the caller."""
        _display({"text/markdown": markdown, "text/plain": markdown})

    def table(self, frame: pd.DataFrame, caption: str = "", *, width: int = 80) -> None:
        """Shows a DataFrame as a table, every cell escaped and at most ``width`` characters long.

        A column's name tells its unit, as it does in the report.
        """
        _show_table(frame, caption, width)

    def show(self, plot: Any) -> None:
        """Shows a report.figures Plot, with its words for who cannot see it."""
        data, metadata = plot._repr_mimebundle_()
        _display(data, metadata)

    def verdict(self) -> str:
        """The judgement of what is recorded so far: every gate that does not pass, and why."""
        found = self._judged()
        others = [o for o in found if o.state != "pass"]
        if not found:
            return "No gate judges this notebook."
        if not others:
            return f"**All {len(found)} gates pass.**" if len(found) > 1 else "**The gate passes.**"
        compared = [o for o in others if o.state != "no_baseline"]
        lines = [f"- **{o.state.replace('_', ' ')}**: {html.escape(o.message)}" for o in compared]
        if len(compared) < len(others):
            left = len(others) - len(compared)
            lines.append(f"- **no baseline**: nothing to hold {left} of the gates against.")
        head = f"**{len(found) - len(others)} of {len(found)} gates pass.**"
        return "\n".join([head, "", *lines])

    def finish(self) -> None:
        """Records everything as scraps, shows the gates; NotebookError if a metric is missing."""
        recorded = {m.name for m in self._recording.metrics}
        names = declared(self.name, has_truth=self.truth_path is not None)
        absent = [name for name in names if name not in recorded]
        scraps.record(self.run_id, self.key, self._recording)
        if absent:
            raise NotebookError(f"{self.name} forgot to record {', '.join(absent)}")
        outcomes = self._judged()
        if outcomes:
            _show_table(gates.frame(outcomes), "Gates", WHOLE)
        else:
            self.say("No gate judges this notebook.")

    def _judged(self) -> list[GateOutcome]:
        """What the gates find in what is recorded so far."""
        return gates.evaluate_all(
            gates_of(self.settings, self.name, self.size),
            self._recording.metrics,
            self._recording.evidence,
            notebook=self.key,
            size=self.size if self.key != self.name else None,
        )


def start(
    name: str,
    *,
    run_folder: str = "",
    awards: str = "",
    recipients: str = "",
    truth: str = "",
    n_awards: int = 1000,
    n_recipients: int = 5000,
    seed: int = 7,
    settings: Mapping[str, Any] | None = None,
    size: str | None = None,
    upstream: Sequence[str] = (),
) -> Page:
    """The page of a notebook, ready to record on.

    Without ``awards`` the synthetic world of this size and seed is used. Without ``run_folder``
    the notebook is alone: then the notebooks before it are run once on the same small inputs and
    kept in the user's cache, so that what it reads from them is there.
    """
    if run_folder and not awards:
        raise NotebookError(f"{name} got a run folder without inputs")
    nested = dict(settings or {})
    data = {"awards": awards, "recipients": recipients, "truth": truth, "seed": seed}
    data |= {"n_awards": n_awards, "n_recipients": n_recipients}
    effective = from_nested({**nested, "data": data}, "notebook")
    folder, executed = (Path(run_folder) if run_folder else None), [Path(p) for p in upstream]
    if awards:
        paths = inputs.InputPaths(Path(awards), Path(recipients), Path(truth) if truth else None)
    if folder is None and name not in FIRST:
        from proofbook.suite import alone  # noqa: PLC0415 - the runner, only for a notebook alone

        folder, paths, executed = alone.before(name, effective)
    elif not awards:
        paths = inputs.cached_world(n_awards, n_recipients, seed)
    return Page(
        name,
        run_folder=folder,
        paths=paths,
        settings=effective,
        size=size or effective.effective_sizes()[-1],
        source=_source(paths, folder, n_awards, n_recipients, seed),
        upstream=executed,
    )


def _source(
    paths: inputs.InputPaths, folder: Path | None, n_awards: int, n_recipients: int, seed: int
) -> str:
    """What the inputs are, in words for captions."""
    own = folder is not None and paths.awards.is_relative_to(folder / "inputs")
    if inputs.is_world(paths):
        return f"synthetic world of {n_awards:,} × {n_recipients:,}, seed {seed}"
    if own:
        return f"first {n_awards:,} awards and {n_recipients:,} recipients of the files"
    return f"{paths.awards.name} and {paths.recipients.name}"


def _impersonal(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame without columns about persons (law 5)."""
    return frame[[c for c in frame.columns if not is_personal(str(c))]]


def _show_table(frame: pd.DataFrame, caption: str, width: int) -> None:
    from proofbook.report.tables import table  # noqa: PLC0415 - heavy, for those who show only
    from proofbook.report.views import unit_of  # noqa: PLC0415

    units = {str(c): unit_of(str(c)) for c in frame.columns}
    keys = [c for c in frame.columns if units[str(c)] == "key"]
    shown = table(frame.astype(dict.fromkeys(keys, str)), caption, units=units, width=width)
    _display({"text/html": shown.html, "text/plain": shown.text})


def _display(data: dict[str, str], metadata: dict[str, Any] | None = None) -> None:
    display(data, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]
