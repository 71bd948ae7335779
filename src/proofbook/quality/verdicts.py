"""Verdicts of people on the questions of a clerical review: read, checked, and settled."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from proofbook.errors import InputError, did_you_mean
from proofbook.sources.files import identify, open_text
from proofbook.sources.tables import known_names, read_raw

NONE, UNSURE = "none", "unsure"

#: The columns of a sheet that are read back; the reviewer and the note may be missing.
ANSWERED = ("question", "verdict", "reviewer", "note")

_NUMBER = re.compile(r"([1-9][0-9]*)(?:\.0*)?")  # a table program may write 1.0


@dataclass(frozen=True)
class Answer:
    """What a reviewer says of a question: the number of a candidate, ``none`` or ``unsure``.

    ``record`` is its place among the records of the file, from 0.
    """

    question: str
    verdict: str
    reviewer: str
    file: Path
    record: int

    @property
    def place(self) -> str:
        """The line of the file on which the record begins, from 1, as words."""
        return f"line {_line(self.file, self.record)}"


@dataclass(frozen=True)
class Settled:
    """What all reviewers say together.

    ``verdicts``: the verdict of every question that was answered. A question on which reviewers
    contradict each other is ``unsure`` and listed in ``contradictions``: ``[question, reviewer,
    verdict, file]``; one who is unsure contradicts nobody. ``agreement``: ``[reviewer, and,
    questions, same, kappa]`` of every two who answered some of the same questions.
    """

    verdicts: dict[str, str]
    contradictions: pd.DataFrame
    agreement: pd.DataFrame


def read_answers(path: str | Path, candidates: Mapping[str, int]) -> list[Answer]:
    """The answers in a sheet (CSV): rows with a verdict, in any order, others left out.

    ``candidates``: how many each question has. A row without a reviewer is by the file itself.
    Raises InputError, with the line and the value, for a question that is not known, a verdict
    that is no word or number of one, and a candidate that is not there.
    """
    path = Path(path)
    format_ = identify(path)
    if not format_.startswith("csv"):
        raise InputError(path, "is no CSV", value=format_, remedy="save the sheet as CSV (UTF-8)")
    table = read_raw(path, format_, lambda p, f: known_names(p, f, ANSWERED, ANSWERED[:2])).table
    columns = {
        name: table[name].to_pylist() if name in table.column_names else [""] * table.num_rows
        for name in ANSWERED[:3]
    }
    answers = []
    for record, (question, said, reviewer) in enumerate(zip(*columns.values(), strict=True)):
        if not said.strip():
            continue
        who = reviewer.strip() or str(path)
        answer = Answer(question.strip(), _verdict(said), who, path, record)
        _check(answer, said, candidates)
        answers.append(answer)
    return answers


def settle(answers: Iterable[Answer]) -> Settled:
    """One verdict for every question that was answered.

    InputError where one reviewer gives a question two verdicts.
    """
    said: defaultdict[str, dict[str, Answer]] = defaultdict(dict)
    for answer in answers:
        before = said[answer.question].setdefault(answer.reviewer, answer)
        if before.verdict != answer.verdict:
            raise InputError(
                answer.file,
                f"contradicts {before.file}, {before.place}, where {answer.reviewer} says "
                f"{before.verdict!r} of question {answer.question}",
                place=answer.place,
                value=answer.verdict,
                remedy="keep one of the two, or name the reviewers",
            )
    verdicts, against = {}, []
    for question, by in sorted(said.items()):
        sure = {answer.verdict for answer in by.values()} - {UNSURE}
        verdicts[question] = next(iter(sure)) if len(sure) == 1 else UNSURE
        if len(sure) > 1:
            against += [(question, who, a.verdict, str(a.file)) for who, a in sorted(by.items())]
    return Settled(
        verdicts,
        pd.DataFrame(against, columns=["question", "reviewer", "verdict", "file"]),
        _agreement({q: {who: a.verdict for who, a in by.items()} for q, by in said.items()}),
    )


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa (1960) of two reviewers' verdicts on the same questions, chance taken out.

    None where chance alone agrees always.

    >>> kappa([("1", "1"), ("1", "none"), ("none", "none"), ("none", "none")])
    0.5
    """
    n = len(pairs)
    same = sum(a == b for a, b in pairs) / n
    sides = [[pair[side] for pair in pairs] for side in (0, 1)]
    chance = sum(sides[0].count(word) * sides[1].count(word) for word in set(sides[0])) / n**2
    return None if chance == 1 else (same - chance) / (1 - chance)


def _agreement(said: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    pairs: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for by in said.values():
        for one, other in itertools.combinations(sorted(by), 2):
            pairs[one, other].append((by[one], by[other]))
    rows = [
        (*who, len(both), sum(a == b for a, b in both), kappa(both))
        for who, both in sorted(pairs.items())
    ]
    return pd.DataFrame(rows, columns=["reviewer", "and", "questions", "same", "kappa"])


def _verdict(said: str) -> str:
    word = said.strip().casefold()
    number = _NUMBER.fullmatch(word)
    return number[1] if number else word


def _check(answer: Answer, said: str, candidates: Mapping[str, int]) -> None:
    if answer.question not in candidates:
        raise InputError(
            answer.file,
            "has a question that this run does not ask",
            place=answer.place,
            value=answer.question,
            remedy="give the sheets of this run, with the column 'question' as it was",
        )
    count = candidates[answer.question]
    words = [*map(str, range(1, count + 1)), NONE, UNSURE]
    if answer.verdict in words:
        return
    problem = f"has an unknown verdict{did_you_mean(answer.verdict, words)}"
    if _NUMBER.fullmatch(answer.verdict):
        problem = f"names a candidate that question {answer.question} does not have"
    raise InputError(
        answer.file,
        problem,
        place=answer.place,
        value=said,
        remedy=f"write one of {', '.join(words)}, or leave it empty",
    )


def _line(path: Path, record: int) -> int:
    """The line, from 1, on which a record begins; the header and empty lines are none."""
    with open_text(path, identify(path)) as stream:
        reader = csv.reader(io.TextIOWrapper(stream, encoding="utf-8-sig", newline=""))
        starts, before = [], 0
        for values in reader:
            if values:
                starts.append(before + 1)
            before = reader.line_num
    return starts[record + 1]
