"""The notebooks as assets of Dagster, and the gates as blocking asset checks.

All assets are made by one step that runs the suite once: only so are there one run folder and one
record, and only the suite knows which gate holds back which notebook (a blocking check of Dagster
holds back everything). Assets and checks appear as notebooks end; whatever lies downstream of them
waits for the whole suite, and does not run when it fails. A selection runs up to its last notebook,
as ``proofbook run --only`` does, and only what is selected is reported.

Dagstermill is not used: to papermill a notebook whose kernel died has come to its end.
"""

# Annotations are not postponed here: Dagster wants the type of a context, not its name.

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from proofbook.errors import UsageError
from proofbook.report.words import visible
from proofbook.suite import drift, layers, project
from proofbook.suite.gates import Gate, holds_back
from proofbook.suite.plan import Step, gates_of
from proofbook.suite.result import GateOutcome, NotebookOutcome, RunResult
from proofbook.suite.run import Request, planned, records
from proofbook.suite.runner import title
from proofbook.suite.underway import COMPARES

try:
    import dagster as dg
except ImportError as error:
    raise UsageError(
        f"proofbook.integrations.dagster needs the package dagster ({error}). "
        "Remedy: pip install 'proofbook[dagster]'"
    ) from None

#: The group of the assets, the name of their step, and the first part of their keys.
SUITE = "proofbook"

Key = dg.AssetKey | dg.AssetCheckKey
Event = dg.MaterializeResult[Any] | dg.AssetCheckResult


def definitions(
    profile: str | None = None, settings: Mapping[str, Any] | None = None
) -> dg.Definitions:
    """The definitions of a code location that holds the suite and nothing else; see ``assets``."""
    return dg.Definitions(assets=[assets(profile, settings)])


def assets(
    profile: str | None = None, settings: Mapping[str, Any] | None = None
) -> dg.AssetsDefinition:
    """The suite's notebooks, one asset for each step of its plan, with its gates as checks.

    ``settings`` are parameters by dotted key, as of ``proofbook run --set``; they are read when
    the code location is loaded, inputs when the step runs. ParameterError where they are wrong.
    """
    request = _request(profile, settings or {})
    steps = planned(request)

    @dg.multi_asset(
        name=SUITE,
        group_name=SUITE,
        specs=_asset_specs(request, steps),
        check_specs=_check_specs(request, steps),
        can_subset=True,
    )
    def suite(context: dg.AssetExecutionContext) -> Iterator[Event]:
        yield from _carried_out(request, steps, context)

    return suite


def _request(profile: str | None, settings: Mapping[str, Any]) -> Request:
    home = project.find()
    assignments = [f"{key}={_text(value)}" for key, value in settings.items()]
    effective = layers.load(home.params, profile=profile, assignments=assignments)
    command = ["proofbook", "run", *(["--profile", profile] if profile else [])]
    command += [word for text in assignments for word in ("--set", text)]
    outputs = home.with_outputs(effective.settings.run.outputs)
    return Request(effective, outputs, command=shlex.join(command))


def _text(value: object) -> str:
    """A value as it is written after ``--set key=``."""
    if isinstance(value, str | Path):
        return str(value)
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return json.dumps(value)


def _asset_key(name: str, size: str | None) -> dg.AssetKey:
    return dg.AssetKey([SUITE, name, *([size] if size else [])])


def _step_key(step: Step) -> dg.AssetKey:
    return _asset_key(step.name, step.size if step.sized else None)


def _asset_specs(request: Request, steps: Sequence[Step]) -> list[dg.AssetSpec]:
    keys = {step.key: _step_key(step) for step in steps}
    return [
        dg.AssetSpec(
            keys[step.key],
            deps=[keys[need] for need in step.needs],
            description=title(request.project.notebooks / f"{step.name}.ipynb"),
            skippable=True,  # a notebook that is held back is not materialised
        )
        for step in steps
    ]


def _check_specs(request: Request, steps: Sequence[Step]) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(
            gate.metric,
            asset=_step_key(step),
            description=f"{gate.title or gate.metric}: {gate!r}",
            blocking=gate.severity == "error",
        )
        for step in steps
        for gate in _gates(request, step)
    ]


def _gates(request: Request, step: Step) -> list[Gate]:
    """All gates that may be in the record of a step."""
    settings = request.effective.settings
    against_best = drift.gates(settings).values() if step.name == COMPARES else ()
    return [*gates_of(settings, step.name, step.size), *against_best]


def _carried_out(
    request: Request, steps: Sequence[Step], context: dg.AssetExecutionContext
) -> Iterator[Event]:
    """Runs the suite: the events of a notebook as it ends; Failure where a command would fail."""
    selected = {*context.selected_asset_keys, *context.selected_asset_check_keys}
    request, reported = _up_to(request, steps, selected), set[str]()
    with closing(records(request, lambda line: context.log.info(visible(line)))) as found:
        for result in found:
            for notebook in result.notebooks:
                if notebook.key not in reported:
                    reported.add(notebook.key)
                    yield from _events(request, result, notebook, selected)
    if result.exit_code:
        raise dg.Failure(
            visible(result.verdict),
            metadata=_whole(request, result),
            allow_retries=result.status == "crashed",  # gates find the same again
        )


def _up_to(request: Request, steps: Sequence[Step], selected: Set[Key]) -> Request:
    """The request that ends with the last notebook of which an asset or a check is selected."""
    keys = {one.asset_key if isinstance(one, dg.AssetCheckKey) else one for one in selected}
    last = [step.name for step in steps if _step_key(step) in keys][-1]
    if last == steps[-1].name:
        return request
    return replace(request, last=last, command=f"{request.command} --only {last}")


def _events(
    request: Request, result: RunResult, notebook: NotebookOutcome, selected: Set[Key]
) -> Iterator[Event]:
    """A completed notebook is materialised; any other may have failed checks, but no passes."""
    key, completed = _asset_key(notebook.name, notebook.size), notebook.status == "completed"
    if completed and key in selected:
        yield dg.MaterializeResult(asset_key=key, metadata=_metadata(request, result, notebook))
    for gate in (gate for gate in result.gates if gate.notebook == notebook.key):
        sound = completed or gate.state != "pass"
        if sound and dg.AssetCheckKey(key, gate.metric) in selected:
            yield check_result(key, gate)


def check_result(asset: dg.AssetKey, gate: GateOutcome) -> dg.AssetCheckResult:
    """What a gate found, as the result of a check: an error exactly where the suite holds back.

    Every other state that is no pass (a soft gate that fails, too noisy to say, no baseline) is a
    check that did not pass, with the severity of a warning.
    """
    numbers = ("value", "low", "high", "warn", "fail", "baseline", "count", "rate")
    known = {name: getattr(gate, name) for name in ("state", *numbers)}
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=gate.metric,
        passed=gate.state == "pass",
        severity=dg.AssetCheckSeverity.ERROR if holds_back(gate) else dg.AssetCheckSeverity.WARN,
        description=visible(gate.message),
        metadata={name: value for name, value in known.items() if value is not None}
        | {"rerun": gate.rerun, "examples": dg.MetadataValue.json(gate.examples)},
    )


def _metadata(request: Request, result: RunResult, notebook: NotebookOutcome) -> dict[str, Any]:
    """Every metric that has a value, and where the notebook, its page and the report are."""
    folder = request.project.outputs / result.run_id
    metrics = {
        metric.name: metric.value
        for metric in result.metrics
        if metric.notebook == notebook.key and metric.value is not None
    }
    executed = {"notebook": dg.MetadataValue.notebook(folder / str(notebook.notebook))}
    page = {"page": dg.MetadataValue.path(folder / notebook.html)} if notebook.html else {}
    return metrics | executed | page | _whole(request, result)


def _whole(request: Request, result: RunResult) -> dict[str, Any]:
    """What belongs to the whole run: its id, its report, and the commit it was made from."""
    report = request.project.outputs / result.run_id / "index.html"
    whole = {"run_id": result.run_id, "report": dg.MetadataValue.path(report)}
    source = result.provenance
    changed = " with changes" if source.dirty else ""
    return whole | ({"commit": f"{source.commit}{changed}"} if source.commit else {})
