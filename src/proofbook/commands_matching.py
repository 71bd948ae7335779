"""Commands of the command line about single awards; ``cli`` puts them in place."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from proofbook.commands import Json, print_json
from proofbook.errors import UsageError, writing

if TYPE_CHECKING:
    from proofbook.matching.explain import Explanation, Weighed


def explain(
    enriched: Annotated[Path, typer.Argument(help="An enriched table (Parquet).")],
    row: Annotated[int, typer.Option(metavar="N", min=0, help="Row of the award, from 0.")],
    recipients: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The recipients of the run.")
    ] = None,
    awards: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The awards of the run; only needed for a table written with --columns.",
        ),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Also draw it as a waterfall.")
    ] = None,
    json_: Json = False,
) -> None:
    """Why an award got its recipient: its evidence, and that of the next best firm."""
    from proofbook.enrichment import explain as explained  # noqa: PLC0415 - --help stays quick
    from proofbook.sources import read_enriched  # noqa: PLC0415

    if recipients is None:
        raise UsageError(
            "explain needs --recipients FILE: the enriched table holds its awards and how it was "
            "decided, but only the joined recipients"
        )
    (found,) = explained(enriched, recipients, [row], awards)
    if plot is not None:
        _draw(found, plot)
    if json_:
        print_json(_plain(found))
        return
    values = read_enriched(enriched).slice(row, 1).to_pylist()[0]
    award = " ".join(str(values.get(c) or "") for c in ("Company", "City", "State", "Zip"))
    print(_text(found, award))


def _draw(found: Explanation, path: Path) -> None:
    from proofbook.report import figures  # noqa: PLC0415

    by_name = found.next is not None or len(found.steps) > 3
    drawn = figures.waterfall(
        found.steps,
        found.chosen.name if found.chosen else "",
        found.next.name if found.next else "",
        found.accept if by_name else None,
        f"award row {found.award_row}",
    )
    with writing(path):
        path.write_bytes(drawn.png())


def _text(found: Explanation, award: str) -> str:
    from proofbook.report.words import one_line, quantity  # noqa: PLC0415

    def side(word: str, what: Weighed | None) -> list[str]:
        if what is None:
            return []
        likely = quantity(what.probability, "rate")
        return [f"{word:<11}{one_line(f'{what.name}, {what.place}')}  {likely}"]

    decided = f"{found.method}, probability {quantity(found.probability, 'rate')}"
    flags = f" ({', '.join(found.flags)})" if found.flags else ""
    lines = [f"award {found.award_row:<5}{one_line(award)}", f"{'decided':<11}{decided}{flags}"]
    first = "chosen" if found.joined else "likeliest"
    lines += side(first, found.chosen) + side("next best", found.next)
    if found.joined and found.chosen and found.joined != found.chosen.recipient_hash:
        lines.append(
            f"{'joined':<11}{found.joined}, the row of that firm that bears the name itself"
        )
    if found.steps.empty:
        return "\n".join([*lines, "No recipient resembles it."])
    total = found.steps[["chosen_log_odds", "next_log_odds"]].sum(min_count=1)
    table = found.steps.assign(evidence=found.steps["evidence"].str.slice(0, 48))
    table.loc[len(table)] = ["together", "", total.iloc[0], "", total.iloc[1]]
    if found.next is None:
        table = table.drop(columns=["next", "next_log_odds"])
    shown = table.rename(columns=lambda c: "log-odds" if c.endswith("log_odds") else c)
    width = {"evidence": lambda t: f"{t:<48}"}
    return "\n".join(
        [*lines, "", shown.to_string(index=False, na_rep="", float_format="{:+.2f}".format,
                                     formatters=width)]
    )  # fmt: skip


def _plain(found: Explanation) -> dict[str, Any]:
    """The explanation as JSON values; what is not there is null."""
    plain = asdict(found) | {"steps": found.steps.to_dict("records")}
    plain["steps"] = [
        {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in step.items()}
        for step in plain["steps"]
    ]
    return plain
