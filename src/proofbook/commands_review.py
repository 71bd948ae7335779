"""The command of clerical review; ``cli`` puts it in place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from proofbook.commands import Json, Run, print_json, project_at_hand
from proofbook.errors import UsageError

if TYPE_CHECKING:
    from proofbook.measure.statistics import Interval
    from proofbook.quality.reviewed import Reviewed
    from proofbook.quality.verdicts import Settled
    from proofbook.suite.review import Review


def review(
    run: Run,
    size: Annotated[
        str | None,
        typer.Option(metavar="AxR", help="A size of the run.", show_default="the largest"),
    ] = None,
    sample: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help="Links by name, drawn at random to estimate their precision.",
            show_default="200",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(metavar="S", min=0, help="What the sample is drawn by.", show_default="0"),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=0, help="Most questions beside the sample.", show_default="all"
        ),
    ] = None,
    answers: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A filled sheet (CSV) to read back; may be repeated."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="With --answers: write what is settled as truth."),
    ] = None,
    json_: Json = False,
) -> None:
    """The questions that a run leaves to people, as a sheet; or what the filled sheets say."""
    asking = {"--size": size, "--sample": sample, "--seed": seed, "--limit": limit}
    given = [name for name, value in asking.items() if value is not None]
    if answers and given:
        raise UsageError(f"{given[0]} is for writing the queue: --answers reads the one written")
    if out and not answers:
        raise UsageError("--out needs --answers FILE: truth is what people have settled")
    folder = project_at_hand().run_folder(run)
    if answers:
        _settle(folder, answers, out, json_)
    else:
        _ask(folder, size, sample, seed, limit, json_)


def _ask(
    folder: Path,
    size: str | None,
    sample: int | None,
    seed: int | None,
    limit: int | None,
    json_: bool,
) -> None:
    from proofbook.quality.clerical import REASONS, queue  # noqa: PLC0415 - --help stays quick
    from proofbook.report.review import render_review  # noqa: PLC0415
    from proofbook.report.words import count_of  # noqa: PLC0415
    from proofbook.suite import review as made  # noqa: PLC0415

    found = made.review(
        folder,
        size,
        sample=made.SAMPLE if sample is None else sample,
        seed=made.SEED if seed is None else seed,
    )
    path = render_review(found, folder, limit)
    asked = queue(found.questions, limit)
    listed = asked["reasons"].explode().to_list()
    counts = {reason: listed.count(reason) for reason in REASONS}
    awards = int(asked["awards"].sum())
    if json_:
        document = {"run": found.run.run_id, "size": found.design.size, "questions": len(asked)}
        document |= {"awards": awards, "reasons": counts, "sample": found.design.sample}
        print_json(
            document
            | {"seed": found.design.seed, "queue": str(path), "page": str(folder / made.PAGE)}
        )
        return
    print(f"{count_of(len(asked), 'question')} about {count_of(awards, 'award')}")
    for reason, count in counts.items():
        print(f"  {reason:<22}{count:>9,}")
    print(folder / made.PAGE)
    print(path)


def _settle(folder: Path, answers: list[Path], out: Path | None, json_: bool) -> None:
    from proofbook.enrichment import write_enriched  # noqa: PLC0415 - --help stays quick
    from proofbook.sources.targets import check_target  # noqa: PLC0415
    from proofbook.suite.review import answered  # noqa: PLC0415

    if out is not None:
        check_target(out, answers)
    found, together, told = answered(folder, answers)
    if out is not None:
        write_enriched(told.truth, out)
    if json_:
        print_json(_document(found, together, told) | {"truth": str(out) if out else None})
        return
    print(_text(found, together, told))
    if out is not None:
        print(out)


def _document(found: Review, together: Settled, told: Reviewed) -> dict[str, Any]:
    from dataclasses import asdict  # noqa: PLC0415 - --help stays quick

    records = {
        "reasons": told.reasons,
        "strata": told.precision.strata,
        "contradictions": together.contradictions,
        "agreement": together.agreement,
    }
    return {
        "run": found.run.run_id,
        "size": found.design.size,
        "answered": len(together.verdicts),
        "settled_awards": told.truth.num_rows,
        "precision": {
            "links": asdict(told.precision.links),
            "awards": asdict(told.precision.awards),
        },
        "match_rate": found.accepted / found.awards,
        "match_rate_with_confirmed": (found.accepted + told.confirmed) / found.awards,
        "confirmed_awards": told.confirmed,
        **{
            name: frame.astype(object).where(frame.notna(), None).to_dict("records")
            for name, frame in records.items()
        },
    }


def _text(found: Review, together: Settled, told: Reviewed) -> str:
    from proofbook.report.words import (  # noqa: PLC0415
        count_of,
        interval,
        is_number,
        quantity,
        visible,
    )

    def rate(of: Interval) -> str:
        return f"{quantity(of.value, 'rate')} (95 % interval {interval(of.low, of.high, 'rate')})"

    lines = [
        f"{count_of(len(together.verdicts), 'question')} answered, "
        f"{count_of(told.truth.num_rows, 'award')} settled",
        told.reasons.to_string(index=False),
    ]
    by_name = told.precision
    if by_name.links.value is None:
        lines.append("No question of the sample is settled: no estimate of the precision.")
    else:
        judged = by_name.strata["judged"].gt(0)
        share = by_name.strata["links"][judged].sum() / by_name.strata["links"].sum()
        lines += [
            by_name.strata.to_string(index=False, float_format="{:.3f}".format, na_rep=""),
            f"precision of links by name    {rate(by_name.links)}",
            f"  weighed by their awards     {rate(by_name.awards)}",
        ]
        if share < 1:
            lines.append(f"  of strata with a verdict, {quantity(share, 'rate')} of the links")
    before, now = (n / found.awards for n in (found.accepted, found.accepted + told.confirmed))
    lines.append(
        f"match rate                    {quantity(before, 'rate')}, with the "
        f"{count_of(told.confirmed, 'award')} people gave a recipient {quantity(now, 'rate')}"
    )
    for both in together.agreement.to_dict("records"):
        measure = f", Cohen's kappa {both['kappa']:.2f}" if is_number(both["kappa"]) else ""
        lines.append(
            f"{both['reviewer']} and {both['and']} agree on {both['same']} of "
            f"{count_of(both['questions'], 'question')}{measure}"
        )
    for said in together.contradictions.to_dict("records"):
        lines.append(
            f"contradiction, counted as unsure: question {said['question']}, "
            f"{said['reviewer']} says {said['verdict']} ({said['file']})"
        )
    return visible("\n".join(lines))
