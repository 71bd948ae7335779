"""Commands of the command line that measure and judge; ``cli`` puts them in place."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from proofbook.errors import UsageError
from proofbook.report.words import visible

if TYPE_CHECKING:
    from proofbook.suite.project import Project
    from proofbook.suite.result import Metric

Run = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, its folder, or 'latest'.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def project_at_hand() -> Project:
    """The project of the working folder, with the outputs that its parameters name."""
    from proofbook.suite import layers, project  # noqa: PLC0415 - --help stays quick

    home = project.find()
    return home.with_outputs(layers.load(home.params).settings.run.outputs)


def bench(
    enricher: Annotated[
        str,
        typer.Option(
            help="'local', package.module:function taking (awards_path, recipients_path) and "
            "returning a DataFrame, Arrow table or path, or a checkout of proofbook."
        ),
    ] = "local",
    against: Annotated[
        str | None,
        typer.Option(help="Another enricher or checkout, measured side by side as the baseline."),
    ] = None,
    sizes: Annotated[
        str | None,
        typer.Option(
            metavar="AxR,…",
            help="Sizes of synthetic worlds; without it those of the baseline file, or "
            "250x5000,500x10000,1000x20000.",
        ),
    ] = None,
    repeats: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Repeats of a size; without it as many as it takes."),
    ] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the record of this benchmark.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Compare with a record kept before.")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Set a parameter, as match.candidates=3."),
    ] = None,
    json_: Json = False,
) -> None:
    """Time, memory and quality of an enricher at several sizes.

    Exit code 1 on a regression, and for a table that loses, doubles or invents awards.
    """
    from proofbook.bench import measuring, process, record, words  # noqa: PLC0415 - --help is quick
    from proofbook.bench.against import against as hold_against  # noqa: PLC0415
    from proofbook.bench.judge import judge, unlawful  # noqa: PLC0415
    from proofbook.suite import layers  # noqa: PLC0415

    if against and baseline:
        raise UsageError("--against and --baseline both name a baseline: give one of them")
    if save:
        _check_save(save, baseline)
    for text in set_ or ():
        if not text.startswith("match.") or process.FUNCTION.match(enricher):
            raise UsageError(f"--set {text}: bench sets parameters of the section match, of local")
    settings = layers.load(None, assignments=set_ or ()).settings
    now = process.side(enricher, settings.match)
    then = record.load(baseline) if baseline else None
    wanted = sizes.split(",") if sizes else list(measuring.SIZES)
    if then is not None and not sizes:
        wanted = [p.size for p in then.points]
    if len(set(wanted)) != len(wanted):
        raise UsageError(f"--sizes {sizes}: a size is given twice")
    verdict = None
    if against:
        duel = measuring.duel(process.side(against), now, wanted, repeats=repeats, tell=tell)
        found, verdict = duel.now, judge(duel.before, duel.now, times=duel.times, peaks=duel.peaks)
    elif then is not None:
        found, verdict = hold_against(then, now, wanted, repeats=repeats, tell=tell)
    else:
        found = measuring.measure(now, wanted, repeats=repeats, tell=tell)
        verdict = unlawful(found)
    if save is not None:
        record.save(found, save)
    if json_:
        print_json(found.to_json() | {"verdict": verdict.to_json() if verdict else None})
    else:
        print(words.report(found, verdict))
    raise typer.Exit(verdict.exit_code if verdict else 0)


def _check_save(save: Path, baseline: Path | None) -> None:
    """Refuses a place for the record before anything is measured."""
    from proofbook.sources.targets import check_file  # noqa: PLC0415 - --help is quick

    if baseline and save.resolve() == baseline.resolve():
        raise UsageError(
            f"--save {save} is the baseline itself, which the run it judges never replaces: "
            "save into another file"
        )
    check_file(save)


def check(
    enriched: Annotated[Path, typer.Argument(help="An enriched table: ours, or with --mapping.")],
    mapping: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Columns and words of another pipeline (YAML)."),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            metavar="B",
            help="An enriched table of the same awards (compared award by award), or a baseline.",
        ),
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Known links: also judge the accuracy.")
    ] = None,
    awards: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The award file: nothing may be lost or changed."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Set a bound, as gates.match_rate=0.6."),
    ] = None,
    json_: Json = False,
) -> None:
    """Hold the gates against anybody's enriched file; exit code 1 when one fails."""
    from dataclasses import asdict  # noqa: PLC0415 - --help is quick

    from proofbook.quality.paired import example_lines  # noqa: PLC0415
    from proofbook.sources import read_awards, read_enriched_file, read_truth  # noqa: PLC0415
    from proofbook.suite import layers, project  # noqa: PLC0415
    from proofbook.suite.against import load_against  # noqa: PLC0415
    from proofbook.suite.check import check as judge  # noqa: PLC0415
    from proofbook.suite.verdict import verdict  # noqa: PLC0415

    for text in set_ or ():
        if not text.startswith("gates."):
            raise UsageError(f"--set {text}: check knows parameters of the section gates only")
    home = project.find()
    file = read_enriched_file(enriched, mapping)
    found = judge(
        file.table,
        layers.load(home.params, assignments=set_ or ()).settings,
        awards=read_awards(awards).table if awards else None,
        truth=read_truth(truth, file.table.num_rows) if truth else None,
        truth_file=truth or "",
        against=load_against(baseline, home.baselines, mapping) if baseline else None,
        absent=file.absent,
    )
    final = verdict([], found.gates, fail_on="error")
    sentence = final.sentence
    if found.not_judged:
        sentence += f" Not judged: {', '.join(found.not_judged)}."
    if json_:
        print_json(
            {
                "enriched": str(enriched),
                "status": final.status,
                "verdict": sentence,
                "metrics": [asdict(m) for m in found.metrics],
                "gates": [asdict(g) for g in found.gates],
                "changes": [asdict(c) for c in found.changes],
                "skipped": found.skipped,
                "not_judged": found.not_judged,
            }
        )
    else:
        for gate in found.gates:
            print(f"{gate.state.replace('_', ' '):<12}{gate.message}")
            if gate.state not in ("pass", "no_baseline"):
                for example in gate.examples[:5]:
                    print(f"{'':<12}  {visible(json.dumps(example, ensure_ascii=False))}")
        for rule, why in found.not_judged.items():
            print(f"{'not judged':<12}{rule}: {why}")
        for line in _truth_lines(found.metrics):
            print(f"{'truth':<12}{line}")
        for change in found.changes[:1]:  # of all awards; those by identifier are among the gates
            lines = (change.sentence, *example_lines(change.examples))
            print(*(f"{'':<12}{line}" for line in lines), sep="\n")
        if found.skipped:
            print(f"{found.skipped}.")
        print(sentence)
    raise typer.Exit(final.exit_code)


def _truth_lines(metrics: Sequence[Metric]) -> list[str]:
    """What truth says of a file: a line for each measure that has a value."""
    from proofbook.quality.metrics import DEFINITIONS  # noqa: PLC0415 - --help is quick
    from proofbook.report.words import interval, number, quantity  # noqa: PLC0415

    lines = []
    for metric in metrics:
        definition = DEFINITIONS[metric.name]
        if definition.needs_truth and metric.value is not None:
            ends = interval(metric.low, metric.high, metric.unit)
            within = f" (95 % interval {ends})" if ends else ""
            value = quantity(metric.value, metric.unit)
            lines.append(f"{definition.title} {value}{within} of {number(metric.n or 0)}")
    return lines


def history(
    metric: Annotated[
        str | None, typer.Option(metavar="M", help="This metric only; without it all.")
    ] = None,
    days: Annotated[
        float | None, typer.Option(metavar="N", min=0, help="Runs of the last N days only.")
    ] = None,
    outputs: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="A folder of runs, such as one synced from elsewhere; may be repeated. Without it "
            "that of the project.",
        ),
    ] = None,
    json_: Json = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print the table as CSV.")] = False,
) -> None:
    """Trends over all runs: direction, slope per day, and where a metric jumped."""
    from proofbook.errors import did_you_mean  # noqa: PLC0415 - --help is quick
    from proofbook.quality.metrics import DEFINITIONS  # noqa: PLC0415
    from proofbook.suite import history as runs  # noqa: PLC0415
    from proofbook.suite import trends  # noqa: PLC0415

    if json_ and csv:
        raise UsageError("--json and --csv: give one of them")
    if metric is not None and metric not in DEFINITIONS:
        hint = did_you_mean(metric, DEFINITIONS)
        raise UsageError(f"--metric: there is no metric {metric!r}{hint}")
    for folder in outputs or ():
        if not folder.is_dir():
            raise UsageError(f"--outputs {folder}: is no folder; name one that holds run folders")
    own = project_at_hand().outputs
    folders = outputs or [own]
    found = runs.merged([runs.read(folder, metric=metric, days=days) for folder in folders])
    for warning in found.warnings:
        tell(f"warning: {warning}")
    lines = trends.trends(found.entries)
    table = trends.frame(lines)
    if csv:
        print(table.to_csv(index=False), end="")
    elif json_:
        document: dict[str, Any] = {
            "runs": len(found.entries),
            "warnings": found.warnings,
            "trends": [line.to_json() for line in lines],
        }
        if metric is not None:
            document["points"] = [
                {"run_id": e.run_id, "started": e.started.isoformat(), "size": size}
                | {"machine": e.circumstances.machine_class, "value": value.value}
                for e in found.entries
                for (_, size), value in e.values.items()
            ]
        print_json(document)
    elif not lines:
        print(f"{', '.join(map(str, folders))}: no run that came to its end.")
    else:
        columns = ["metric", "size", "runs", "first", "last", "best", "direction", "slope"]
        shown = table[[*columns, "changes"]].astype({"best": float, "slope": float})
        shown = shown.rename(columns={"slope": "per day"})
        print(shown.to_string(index=False, na_rep="", float_format=lambda v: f"{v:.4g}"))


def selftest(json_: Json = False) -> None:
    """Plant known faults and see that each is caught; exit code 1 when one is not."""
    from dataclasses import asdict  # noqa: PLC0415 - --help is quick

    from proofbook import selftest as faults  # noqa: PLC0415

    found = []
    for finding in faults.run():
        found.append(finding)
        if not json_:
            word = "caught" if finding.caught else "MISSED"
            print(f"{word}  {finding.area:<9}{finding.title}: {finding.how[:100]}")
    missed = sum(not finding.caught for finding in found)
    if json_:
        print_json({"missed": missed, "faults": [asdict(finding) for finding in found]})
    else:
        print(f"{len(found) - missed} of {len(found)} faults caught")
    raise typer.Exit(int(missed > 0))


def print_json(document: Any) -> None:
    """One JSON document on stdout."""
    print(json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False))


def tell(line: str) -> None:
    """A line of progress, on stderr, with the control characters of data made visible."""
    print(visible(line), file=sys.stderr, flush=True)
