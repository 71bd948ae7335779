"""The words of firm names: which carry no meaning, which end a name, which are spelled shorter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

#: Words that neither tell firms apart nor belong to a key.
STOP_WORDS = frozenset({"AND", "THE", "OF", "FOR"})

#: Legal designators by family; a name's family is weak evidence, its spelling none.
DESIGNATORS: dict[str, int] = {
    **dict.fromkeys(["INC", "INCORPORATED", "INCORP", "INCORPORATION", "INCORPOR"], 1),
    **dict.fromkeys(["CORP", "CORPORATION", "CORPORATIO", "CORPORATI", "CORPORAT"], 1),
    **dict.fromkeys(["LLC", "LC", "PLLC", "LLLC"], 2),
    **dict.fromkeys(["CO", "COMPANY", "COMPAN", "COMPANIES", "COS"], 3),
    **dict.fromkeys(["LTD", "LIMITED", "LIMITE", "LTDA", "PLC", "PTY", "PTE"], 4),
    **dict.fromkeys(["LP", "LLP", "LLLP", "PARTNERSHIP"], 5),
    **dict.fromkeys(["PC", "PA", "PSC", "APC", "CHARTERED", "CHTD"], 6),
    **dict.fromkeys(["GMBH", "BV", "NV", "AG", "SA", "SARL", "SAS", "SRL", "SPA", "OY", "AB"], 7),
}

#: Usual abbreviations, each with the singular of the word it stands for.
ABBREVIATIONS: dict[str, str] = {
    short: full
    for full, shorts in {
        "TECHNOLOGY": "TECH TECHNOL TECHNOLO TECHNOLOG TECHN TECHNO TEKNOLOGY",
        "TECHNICAL": "TECHNL TECHNCL",
        "INTERNATIONAL": "INTL INTERNATL INTERNAT INTERNL INTRNTL INTNL INT",
        "NATIONAL": "NATL NAT",
        "LABORATORY": "LAB LABRATORY LABORATORIE LABTORY",
        "SOFTWARE": "SW SFTWR SOFTW",
        "SYSTEM": "SYS SYST SYSTM SYSTEMES",
        "ENGINEERING": "ENGR ENGRG ENG ENGG ENGINEERIN ENGINEER ENGNRNG",
        "MANUFACTURING": "MFG MANUF MANUFACTURIN MANUFACT MFGR MANUFACTURER",
        "ASSOCIATE": "ASSOC ASSN ASSO ASSC ASSCS",
        "ASSOCIATION": "ASSOCIATIO",
        "UNIVERSITY": "UNIV UNIVERSIT UNIVER",
        "SERVICE": "SVC SVCS SERV SRVC SERVIC",
        "SOLUTION": "SOLN SOLNS SOLUTIO SOL SOLS",
        "RESEARCH": "RES RESRCH RSCH RESEARC RESEAR",
        "DEVELOPMENT": "DEV DEVEL DEVELOPMEN DEVELOPMT DEVT",
        "SCIENCE": "SCI SCIENC",
        "SCIENTIFIC": "SCIENTIF SCIEN",
        "INDUSTRY": "IND INDS INDUST INDUSTR",
        "INDUSTRIAL": "INDL INDUSTL",
        "PRODUCT": "PROD PRODS",
        "MANAGEMENT": "MGMT MGT MNGMT MANAGEMEN MGMNT",
        "GROUP": "GRP",
        "COMMUNICATION": "COMM COMMUN COMMS COMMUNICATIO",
        "ELECTRONIC": "ELEC ELECTR ELECTRON ELEX",
        "ENVIRONMENTAL": "ENV ENVIRON ENVIR ENVIRONMENTA",
        "ENTERPRISE": "ENT ENTR ENTRPRS ENTERPRIS",
        "MEDICAL": "MED MEDCL",
        "PHARMACEUTICAL": "PHARM PHARMA PHARMACEUT PHARMACEUTIC",
        "BIOTECHNOLOGY": "BIOTECH BIOTECHNOL",
        "NANOTECHNOLOGY": "NANOTECH",
        "AEROSPACE": "AERO AEROSP",
        "INSTRUMENT": "INSTR INSTRUM INSTRMT",
        "INSTITUTE": "INST INSTITUT",
        "CENTER": "CTR CENTRE CNTR",
        "DEPARTMENT": "DEPT",
        "FOUNDATION": "FDN FOUND FNDTN",
        "GOVERNMENT": "GOVT",
        "CONSULTING": "CONSLT CONSULT CONSLTG",
        "AMERICAN": "AMER",
        "BROTHER": "BROS",
        "ADVANCED": "ADV ADVANC ADVD",
        "APPLIED": "APPL",
        "COMPUTER": "COMP COMPTR COMPUT",
        "INFORMATION": "INFO INFORMATIO",
        "MATERIAL": "MATL MATLS MATRL",
        "PHYSIC": "PHYS",
        "OPTICAL": "OPT",
        "DIAGNOSTIC": "DIAG DIAGN",
        "THERAPEUTIC": "THERAP",
        "DESIGN": "DSGN",
        "DYNAMIC": "DYN",
        "ANALYSI": "ANAL ANALYSIS ANALYSE ANALYSES",
        "SAINT": "ST",
        "MOUNT": "MT",
        "FORT": "FT",
    }.items()
    for short in shorts.split()
}


def canonical(word: str) -> str:
    """One spelling for a word, its abbreviations and its plural.

    >>> [canonical(w) for w in ("LABS", "LABORATORIES", "SYSTEMS", "GLASS")]
    ['LABORATORY', 'LABORATORY', 'SYSTEM', 'GLASS']
    """
    if word in ABBREVIATIONS:
        return ABBREVIATIONS[word]
    if len(word) > 4 and word.endswith("IES"):
        word = word[:-3] + "Y"
    elif (
        len(word) > 3 and word[-1] == "S" and (word[-2] not in "SUI" or word[:-1] in ABBREVIATIONS)
    ):
        word = word[:-1]
    return ABBREVIATIONS.get(word, word)


# Odd multiplier of the polynomial hash of a name's characters; a fixed random number per byte
# keeps short words apart. Both are constants, so that a key is the same on every machine.
_BASE = np.uint64(0x9E3779B97F4A7C15 | 1)
_BYTES = np.random.Generator(np.random.PCG64(20111113)).integers(
    1, 2**63, size=256, dtype=np.uint64
)


class Vocabulary:
    """Distinct words, each cleaned, classified and hashed once, and known by a small number.

    A number depends on the order of arrival, so nothing may be ordered by it; ``hashes`` depend on
    the word alone.
    """

    def __init__(self) -> None:
        self.words: list[str] = []
        self._codes: dict[str, int] = {}
        self._canon: list[int] = []
        self._arrays: dict[str, NDArray[Any]] = {}

    def __len__(self) -> int:
        return len(self.words)

    def codes(self, words: pa.Array) -> NDArray[np.int32]:
        """The code of every word of an Arrow string array; new words are added."""
        encoded = words.dictionary_encode()
        known = np.fromiter(
            (self._add(w) for w in encoded.dictionary.to_pylist()),
            np.int32,
            len(encoded.dictionary),
        )
        indices: NDArray[np.int32] = encoded.indices.to_numpy(zero_copy_only=False)
        return known[indices] if len(known) else np.zeros(0, np.int32)

    def _add(self, word: str) -> int:
        code = self._codes.get(word)
        if code is None:
            code = self._codes[word] = len(self.words)
            self.words.append(word)
            self._canon.append(code)
            plain = canonical(word)
            if plain != word:
                self._canon[code] = self._add(plain)
        return code

    def _array(self, name: str, compute: Callable[[list[str]], NDArray[Any]]) -> NDArray[Any]:
        """An array over all words, computed only for words that are new since the last call."""
        done = self._arrays.get(name)
        if done is None or len(done) < len(self):
            new = compute(self.words[0 if done is None else len(done) :])
            done = self._arrays[name] = new if done is None else np.concatenate([done, new])
        return done

    @property
    def canon(self) -> NDArray[np.int32]:
        """Code of the canonical word, per code."""
        return np.array(self._canon, np.int32)

    @property
    def stop(self) -> NDArray[np.bool_]:
        """Whether a code is a stop word."""
        return self._array("stop", lambda w: np.array([x in STOP_WORDS for x in w], np.bool_))

    @property
    def designator(self) -> NDArray[np.int8]:
        """Family of the legal designator, 0 for every other word, per code."""
        return self._array(
            "designator", lambda w: np.array([DESIGNATORS.get(x, 0) for x in w], np.int8)
        )

    @property
    def numeric(self) -> NDArray[np.bool_]:
        """Whether a word holds a digit."""
        return self._array(
            "numeric", lambda w: np.array([any(map(str.isdigit, x)) for x in w], np.bool_)
        )

    @property
    def lengths(self) -> NDArray[np.int32]:
        """Characters per word."""
        return self._array("lengths", lambda w: np.array([len(x) for x in w], np.int32))

    @property
    def hashes(self) -> NDArray[np.uint64]:
        """A 64-bit polynomial hash per word: hash(ab) = hash(a) · base^len(b) + hash(b)."""
        return self._array("hashes", hash_words)

    def prefix_hashes(self, longest: int) -> NDArray[np.uint64]:
        """Hashes of the first 0, 1 … ``longest`` letters of every word: shape (words, longest + 1).

        Where a word is shorter, its own hash is repeated.
        """
        return self._array(f"prefix {longest}", lambda w: _prefix_hashes(w, longest))


def powers(count: int) -> NDArray[np.uint64]:
    """base⁰ … base^(count-1), modulo 2⁶⁴."""
    steps = np.full(count, _BASE, np.uint64)
    steps[:1] = 1
    return np.multiply.accumulate(steps)


def mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread the bits of 64-bit values (the finaliser of SplitMix64)."""
    x = values.astype(np.uint64, copy=True)
    x ^= x >> np.uint64(30)
    x *= np.uint64(0xBF58476D1CE4E5B9)
    x ^= x >> np.uint64(27)
    x *= np.uint64(0x94D049BB133111EB)
    x ^= x >> np.uint64(31)
    return x


def character_terms(
    text: pa.LargeStringArray, lengths: NDArray[np.int64]
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Per character of all words: its number, and how many characters of its word follow it."""
    buffer = text.buffers()[2]
    data = np.frombuffer(buffer, np.uint8)[: lengths.sum()] if buffer else np.zeros(0, np.uint8)
    behind = np.repeat(np.cumsum(lengths), lengths) - 1 - np.arange(len(data))
    return _BYTES[data], behind


def hash_words(words: list[str]) -> NDArray[np.uint64]:
    """The polynomial hash of every word."""
    text = pa.array(words, pa.large_string())
    lengths = pc.binary_length(text).to_numpy(zero_copy_only=False).astype(np.int64)
    terms, behind = character_terms(text, lengths)
    terms = terms * powers(int(lengths.max(initial=0)) + 1)[behind]
    return segment_sums(terms, np.concatenate([[0], np.cumsum(lengths)]))


def _prefix_hashes(words: list[str], longest: int) -> NDArray[np.uint64]:
    text = pa.array(words, pa.large_string())
    lengths = pc.binary_length(text).to_numpy(zero_copy_only=False).astype(np.int64)
    numbers, _ = character_terms(text, lengths)
    starts = np.cumsum(lengths) - lengths
    table = np.zeros((len(words), longest + 1), np.uint64)
    for letters in range(1, longest + 1):
        long = lengths >= letters
        table[:, letters] = table[:, letters - 1]
        number = numbers[starts[long] + letters - 1]
        table[long, letters] = table[long, letters - 1] * _BASE + number
    return table


def distinct(values: NDArray[Any]) -> NDArray[Any]:
    """The distinct values in rising order; for long arrays far faster than ``np.unique``."""
    ordered = np.sort(values)
    if len(ordered) < 2:
        return ordered
    out: NDArray[Any] = ordered[np.append(True, ordered[1:] != ordered[:-1])]
    return out


def segment_sums(values: NDArray[np.uint64], offsets: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Sums of consecutive segments given by their offsets; empty segments give 0."""
    sums = np.concatenate([np.zeros(1, values.dtype), np.cumsum(values, dtype=values.dtype)])
    out: NDArray[np.uint64] = sums[offsets[1:]] - sums[offsets[:-1]]
    return out
