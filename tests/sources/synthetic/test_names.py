"""Names: patterns that fit, words by number, changes that leave a name standing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.sources.synthetic import typos
from proofbook.sources.synthetic.lexicon import ABBREVIATIONS, PLURALS
from proofbook.sources.synthetic.mixture import default_mixture
from proofbook.sources.synthetic.names import SLOTS, Names, draw_names, shortened
from proofbook.sources.synthetic.patterns import LETTERS, PATTERNS
from proofbook.sources.synthetic.places import draw_places
from proofbook.sources.synthetic.spelling import ABBREVIATED, DROPPED, JOINED, REORDERED, respelled
from proofbook.sources.synthetic.streams import stream
from proofbook.sources.synthetic.twins import KINDS, SAME_NAME, twin_names
from proofbook.sources.synthetic.words import COINED, known, texts
from proofbook.sources.synthetic.writing import core_texts, written


def drawn(n: int = 3000, seed: int = 1, kinds: dict[str, float] | None = None) -> Names:
    """Names of award firms, or of the given kinds."""
    rng = stream(seed, "names")
    place = draw_places(rng, n, award_firms=True).place
    shares = default_mixture().firms
    return draw_names(rng, kinds or shares.name_kinds.value, place, shares.designators)


def named(*words: str) -> Names:
    """One name of known words."""
    codes = [known().code[w] for w in words] + [0] * (SLOTS - len(words))
    return Names(np.array([codes]), np.zeros((1, SLOTS), np.uint8), np.zeros(1, np.int8))


@pytest.mark.parametrize("kind", PATTERNS)
def test_every_kind_of_name_can_be_drawn(kind: str) -> None:
    made = core_texts(drawn(2000, kinds={kind: 1.0})).to_pylist()
    assert all(text and "  " not in text and text == text.strip() for text in made)
    assert len(set(made)) > 40
    for pattern in PATTERNS[kind]:
        assert len(pattern.replace("+", " ").replace("-", " ").split()) <= SLOTS
    assert set("".join(LETTERS)).isdisjoint("PQN")


def test_all_short_forms_and_plurals_are_known_words() -> None:
    code = known().code
    assert [w for w in ABBREVIATIONS if w not in code] == []
    assert [w for pair in PLURALS for w in pair if w not in code] == []


def test_words_are_functions_of_their_number() -> None:
    codes = np.array([0, COINED + 5, COINED + 6, COINED + 5, 1])
    first = texts(codes).to_pylist()
    assert first[0] is None
    assert first[1] == first[3] != first[2]
    assert texts(codes[::-1].copy()).to_pylist()[::-1] == first


def test_coined_words_are_many() -> None:
    made = texts(COINED + np.arange(200_000)).to_pylist()
    assert len(set(made)) > 140_000
    assert all(3 <= len(w) <= 20 and w.isalpha() for w in made[:1000])


@pytest.mark.parametrize(
    ("change", "bit", "words", "expected"),
    [
        ("abbreviation", ABBREVIATED, ("Software",), {"SOFTWARE", "SFTWR", "SW"}),
        ("ampersand", ABBREVIATED, ("Smith", "&", "Jones"), {"SMITH AND JONES"}),
        ("dropped_word", DROPPED, ("Smith", "&", "Jones"), {"SMITH", "JONES", "SMITH JONES"}),
        ("reordered", REORDERED, ("Blue", "River"), {"RIVER BLUE"}),
        ("joined", JOINED, ("Cube", "Works"), {"CUBEWORKS", "CUBE-WORKS"}),
    ],
)
def test_a_change_does_what_it_says(
    change: str, bit: int, words: tuple[str, ...], expected: set[str]
) -> None:
    shares = default_mixture().award_names
    none = {k: {"value": 0.0, "source": "a test"} for k in type(shares).model_fields}
    only = {**none, "cut_lengths": [30], change: {"value": 1.0, "source": "a test"}}
    for seed in range(8):
        name, done = respelled(stream(seed, "x"), named(*words), type(shares)(**only))
        text = core_texts(name).to_pylist()[0].upper()
        assert text in expected
        assert bool(done[0] & bit) == (text != " ".join(words).upper())


def test_a_name_never_loses_all_its_words() -> None:
    shares = default_mixture().award_names
    for seed in range(5):
        name, _ = respelled(stream(seed, "r"), drawn(seed=seed), shares, times=50.0)
        assert all(core_texts(name).to_pylist())


def test_no_connecting_word_is_left_at_an_end() -> None:
    name = named("&", "Smith", "and")
    assert texts(shortened(name.words, name.glue)[0][0]).to_pylist()[:2] == ["Smith", None]


def test_twins_differ_from_their_firm_unless_they_are_namesakes() -> None:
    names = drawn(4000)
    kinds = default_mixture().firms.twin_kinds
    twins, kind = twin_names(stream(2, "t"), names, kinds, rare=0.0)
    old, new = (np.array(core_texts(n).to_pylist()) for n in (names, twins))
    same = kind == SAME_NAME
    assert (old[same] == new[same]).all()
    assert (old[~same] != new[~same]).mean() > 0.995
    assert set(kind) == set(range(len(KINDS)))
    coined = (names.words[same] >= COINED) & (names.words[same] < 3 * COINED)
    assert not coined.any()


@given(st.text(st.characters(categories=["L", "Zs", "Nd"]), max_size=30), st.floats(0, 0.999999))
def test_a_slip_changes_little(text: str, u: float) -> None:
    slipped = typos.slip(text, u)
    assert abs(len(slipped) - len(text)) <= 1
    assert bool(slipped.strip()) == bool(text.strip())


@pytest.mark.parametrize(
    ("change", "text", "expected"),
    [
        (typos.slip, "ABC", "ABC"),
        (typos.slip, "A1 B2", "A1 B2"),
        (typos.surname_first, "Plato", "Plato"),
        (typos.surname_first, "Ada M King", "King, Ada M"),
        (typos.spaced_initials, "Blue River", "Blue River"),
        (typos.spaced_initials, "SI2 Labs", "SI2 Labs"),
        (typos.spaced_initials, "KT Labs", "K T Labs"),
        (typos.accent, "XYZ", "XYZ"),
    ],
)
def test_changes_of_texts(change: object, text: str, expected: str) -> None:
    assert change(text, 0.1) == expected  # type: ignore[operator]


def test_all_five_slips_happen() -> None:
    made = {typos.slip("Photonics", i / 1000) for i in range(1000)}
    assert {len(m) for m in made} == {8, 9, 10}
    assert "Phtoonics" in made
    assert "Phottonics" in made
    assert len(made) > 30


def test_writing_in_capitals_and_with_designators() -> None:
    shares = default_mixture().award_names
    made, _ = written(stream(1, "w"), drawn(5000), shares)
    made = made.to_pylist()
    assert sum(t == t.upper() for t in made) / len(made) == pytest.approx(0.39, abs=0.06)
    endings = {t.upper().rsplit(" ", 1)[-1].rstrip(".") for t in made}
    assert {"INC", "LLC", "L.L.C", "CORP", "CORPORATION", "INCORPORATED"} <= endings
