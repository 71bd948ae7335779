"""Names: what belongs to them, what ends them, and under which keys they meet."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.matching.conftest import table_of, words_of

from proofbook.matching.lexicon import ABBREVIATIONS, DESIGNATORS, STOP_WORDS
from proofbook.matching.lexicon import canonical as canonical_words
from proofbook.matching.names import (
    ALTERNATE,
    DBA,
    LEGAL,
    by_owner,
    clean_text,
    concatenate,
    select,
    tabulate,
    texts,
)
from proofbook.matching.vocabulary import Vocabulary


def canonical(word: str) -> str:
    """The canonical spelling of one word."""
    found: str = canonical_words(pl.Series([word]))[0]
    return found


@pytest.mark.parametrize(
    ("name", "words"),
    {
        "Acme Systems, Inc.": "ACME SYSTEM",
        "ACME SYSTEMS INCORPORATED": "ACME SYSTEM",
        "Acme Systems L.L.C.": "ACME SYSTEM",
        "Acme Systems L. L. C.": "ACME SYSTEM",
        "Acme Systems Co., Ltd.": "ACME SYSTEM",
        "Acme Systems Limited Liability Company": "ACME SYSTEM",
        "Acme Systems Professional Corporation": "ACME SYSTEM",
        "Acme Systems Inc LLC Corp": "ACME SYSTEM",
        # only at the end
        "PC Photonics": "PC PHOTONIC",
        "PC Photonics, P.C.": "PC PHOTONIC",
        "AB Sciences Inc": "AB SCIENCE",
        "Inc Magazine LLC": "INC MAGAZINE",
        "Co Operative Systems": "CO OPERATIVE SYSTEM",
        "The Limited Edition Company of Ohio": "LIMITED EDITION COMPANY OHIO",
        # never to nothing
        "Company Co": "COMPANY CO",
        "Inc": "INC",
        "The Company": "COMPANY",
        "The": "THE",
        "Of The": "OF THE",
        "Spa Inc.": "SPA INC",
        # single letters
        "I. C. Systems": "IC SYSTEM",
        "A B C Inc": "ABC",
        "J & J Labs": "J J LABORATORY",
        "A.B. Smith": "AB SMITH",
        "X": "X",
        # signs
        "AT&T": "AT T",
        "AT&amp;T": "AT T",
        "AT&amp;amp;T": "AT T",
        "AT and T": "AT T",
        "Smith & Jones": "SMITH JONE",
        "Smith + Jones": "SMITH JONE",
        "O'Brien's Labs": "OBRIEN LABORATORY",
        "O’Brien’s Labs": "OBRIEN LABORATORY",
        "Hydro-Acoustics/Optics": "HYDRO ACOUSTIC OPTIC",
        "3M  Company ": "3M",
        # accents
        "Société Générale": "SOCIETE GENERALE",
        "Müller & Søn": "MULLER SON",
        "Weiß Łódź": "WEISS LODZ",
        "Æther Ørsted™ Œuvre": "AETHER ORSTED OEUVRE",
        # abbreviations and plurals
        "Intl Labs": "INTERNATIONAL LABORATORY",
        "International Laboratories": "INTERNATIONAL LABORATORY",
        "Advanced Tech": "ADVANCED TECHNOLOGY",
        "Advanced Technologies": "ADVANCED TECHNOLOGY",
        "Glass Physics": "GLASS PHYSIC",
        "Gas Bus": "GAS BUS",
        # nothing at all
        "": "",
        " . ": "",
        "株式会社": "",
    }.items(),
)
def test_the_words_of_a_name(name: str, words: str) -> None:
    assert words_of(name) == [words]


@pytest.mark.parametrize(
    ("field", "names"),
    {
        "XW, LLC dba Xtendwave": ["XW", "XTENDWAVE"],
        "XW, LLC d/b/a Xtendwave Inc": ["XW", "XTENDWAVE"],
        "XW D.B.A. Xtendwave": ["XW", "XTENDWAVE"],
        "XW LLC doing business as Xtendwave": ["XW", "XTENDWAVE"],
        "XW LLC, formerly Xtendwave": ["XW", "XTENDWAVE"],
        "XW LLC (formerly known as Xtendwave)": ["XW", "XTENDWAVE"],
        "XW LLC f/k/a Xtendwave": ["XW", "XTENDWAVE"],
        "XW a/k/a Xtendwave aka Waveco": ["XW", "XTENDWAVE", "WAVECO"],
        "PlatformSTL (DBA for NewVentureIQ LLC)": ["PLATFORMSTL", "NEWVENTUREIQ"],
        "MV Innovative Optics LLC (DBA: Opt": ["MV INNOVATIVE OPTIC", "OPTICAL"],
        "APPTIS (MCLEAN) INC": ["APPTIS", "APPTIS MCLEAN"],
        "DBA Systems Inc": ["DBA SYSTEM"],
        "(Parentheses) Inc": ["PARENTHESE"],
        "Acme dba": ["ACME"],
        "(ABC) Inc": ["ABC"],
        "Acme LLC dba Co": ["ACME"],
        "Formerly Acme": ["FORMERLY ACME"],
        "Kaka Fake Labs": ["KAKA FAKE LABORATORY"],
    }.items(),
)
def test_several_names_in_one_field(field: str, names: list[str]) -> None:
    assert words_of(field) == names


def test_the_first_name_keeps_its_kind() -> None:
    assert table_of(["Acme dba Apex", "Plain"]).kind.tolist() == [LEGAL, DBA, LEGAL]
    other = tabulate(pl.Series(["Acme dba Apex"]), np.zeros(1, np.int32), ALTERNATE, Vocabulary())
    assert other.kind.tolist() == [ALTERNATE, ALTERNATE]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CUBE WORKS", "CUBEWORKS"),
        ("Cube-Works LLC", "Cubeworks, Inc."),
        ("I C Systems", "ICS ystems"),
        ("Intl Business Machines", "International Business Machine Corp"),
        ("Acme & Sons", "ACME AND SONS"),
        ("The Acme Group", "Acme Grp"),
        ("DYNAMIC ANALYSIS &amp; TESTING ASSOC.", "Dynamic Analysis & Testing Associates"),
    ],
)
def test_names_with_one_key(one: str, other: str) -> None:
    table = table_of([one, other])
    assert table.joined[0] == table.joined[1] != 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("PC Photonics", "Photonics"),
        ("Systems", "Advanced Systems"),
        ("Texas", "University of Texas"),
        ("Fibertek", "Thermo Fibertek"),
        ("AB", "BA"),
        ("Acme 1", "Acme 11"),
    ],
)
def test_names_with_two_keys(one: str, other: str) -> None:
    table = table_of([one, other])
    assert table.joined[0] != table.joined[1]
    assert table.sorted[0] != table.sorted[1]


def test_the_keys_of_order_and_of_spelling() -> None:
    table = table_of(["Alpha Systems", "Systems Alpha", "Alpha System", "Alpha Systems Inc"])
    assert len(set(table.sorted.tolist())) == 1
    assert table.joined[0] != table.joined[1]
    assert table.joined[0] == table.joined[2]
    assert table.literal[0] != table.literal[2]
    assert table.literal[0] == table.literal[3]
    assert table.designator.tolist() == [0, 0, 0, DESIGNATORS["INC"]]


def test_the_first_of_several_designators_counts() -> None:
    assert table_of(["Acme Co Ltd"]).designator.tolist() == [DESIGNATORS["CO"]]


def test_a_name_of_nothing_has_no_key() -> None:
    table = table_of(["", "...", "株式会社"])
    assert table.counts.tolist() == [0, 0, 0]
    assert table.joined.tolist() == table.sorted.tolist() == [0, 0, 0]


PLAIN = st.text("ABCDEFGHKLMNOPRTUVWXYZ0123456789", min_size=1, max_size=9)


@given(st.lists(PLAIN, min_size=1, max_size=5), st.data())
def test_blanks_do_not_matter_to_the_joined_key(parts: list[str], data: st.DataObject) -> None:
    letters = "".join(parts)
    cut = data.draw(st.integers(0, len(letters)))
    other = f"{letters[:cut]} {letters[cut:]}"
    known = {*ABBREVIATIONS, *DESIGNATORS, *STOP_WORDS}
    assume(not known & {*parts, *other.split()})
    table = table_of([" ".join(parts), other])
    assert table.joined[0] == table.joined[1]


@given(st.lists(PLAIN, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_order_does_not_matter_to_the_sorted_key(parts: list[str], random: object) -> None:
    shuffled = sorted(parts, key=lambda _: random.random())  # type: ignore[attr-defined]
    # Two single letters in a row are one word; a designator counts only at the end.
    assume(not any(len(p) == 1 or p in DESIGNATORS for p in parts))
    table = table_of([" ".join(parts), " ".join(shuffled)])
    assert table.sorted[0] == table.sorted[1]


@given(st.lists(st.text(max_size=30), max_size=6))
def test_whatever_is_written_has_words_of_letters_and_digits(names: list[str]) -> None:
    vocabulary = Vocabulary()
    table = table_of(names, vocabulary)
    assert sorted(set(table.owner.tolist())) == list(range(len(names)))
    for text in texts(table, np.arange(len(table)), vocabulary):
        assert all(c.isascii() and (c.isupper() or c.isdigit() or c == " ") for c in text)


@given(st.lists(st.text(max_size=20), min_size=1, max_size=8))
def test_names_do_not_depend_on_their_company(names: list[str]) -> None:
    together = table_of(names)
    alone = [table_of([name]) for name in names]
    assert together.joined.tolist() == [k for t in alone for k in t.joined.tolist()]
    assert together.literal.tolist() == [k for t in alone for k in t.literal.tolist()]


def test_tables_are_cut_and_joined() -> None:
    vocabulary = Vocabulary()
    one, two = table_of(["A Alpha", "Beta"], vocabulary), table_of(["Gamma Delta Eps"], vocabulary)
    whole = concatenate([one, two])
    assert texts(whole, np.arange(3), vocabulary) == ["A ALPHA", "BETA", "GAMMA DELTA EPS"]
    assert whole.owner.tolist() == [0, 1, 0]
    picked = select(whole, np.array([2, 0]))
    assert texts(picked, np.arange(2), vocabulary) == ["GAMMA DELTA EPS", "A ALPHA"]
    assert picked.joined.tolist() == whole.joined[[2, 0]].tolist()
    assert by_owner(whole).owner.tolist() == [0, 0, 1]
    assert by_owner(whole).joined.tolist() == whole.joined[[0, 2, 1]].tolist()


def test_every_canonical_word_is_its_own() -> None:
    for word in {*ABBREVIATIONS, *ABBREVIATIONS.values(), *DESIGNATORS}:
        assert canonical(canonical(word)) == canonical(word), word


@given(st.text("ABEISTUY", min_size=1, max_size=8))
def test_the_canonical_word_is_its_own(word: str) -> None:
    assert canonical(canonical(word)) == canonical(word)


def test_a_designator_is_no_abbreviation() -> None:
    assert not set(DESIGNATORS) & set(ABBREVIATIONS)
    assert not set(DESIGNATORS) & STOP_WORDS


def test_words_are_numbered_once() -> None:
    vocabulary = Vocabulary()
    table_of(["Labs Labs Systems"], vocabulary)
    before = len(vocabulary)
    table_of(["Systems Labs"], vocabulary)
    assert len(vocabulary) == before == len(set(vocabulary.words.to_pylist()))


def test_the_hash_of_a_word_depends_on_the_word_alone() -> None:
    one, other = Vocabulary(), Vocabulary()
    table_of(["Alpha Beta", "Gamma"], one)
    table_of(["Gamma", "Delta", "Beta Alpha"], other)
    of_one = dict(zip(one.words.to_pylist(), one.hashes.tolist(), strict=True))
    of_other = dict(zip(other.words.to_pylist(), other.hashes.tolist(), strict=True))
    shared = set(of_one) & set(of_other)
    assert shared >= {"ALPHA", "BETA", "GAMMA"}
    assert all(of_one[w] == of_other[w] for w in shared)
    assert len(set(of_one.values())) == len(of_one)


def test_text_is_cleaned_before_it_is_cut() -> None:
    raw = pl.Series(["Data &amp; Neural", None, "naïve", "STRAẞE", "a\u0301b"])
    assert clean_text(raw).str.to_uppercase().to_list() == [
        "DATA & NEURAL",
        "",
        "NAIVE",
        "STRASSE",
        "AB",
    ]


@pytest.mark.real
def test_real_defects(real_data: Path) -> None:
    """Blanks at the end, double blanks and entities: the name is the tidied one."""
    with (real_data / "id_hygiene.csv").open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["field"] == "name" and r["expected"]]
    tidy = [r for r in rows if r["class"] in ("name_blank_end", "name_double_space", "name_entity")]
    assert len(tidy) >= 10
    for row in tidy:
        table = table_of([row["raw"], row["expected"]])
        assert table.literal[0] == table.literal[1] != 0, row
    for row in rows:
        if row["class"] == "name_dba_or_formerly":
            assert len(words_of(row["raw"])) == 2, row
