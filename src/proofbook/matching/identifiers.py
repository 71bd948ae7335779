"""Identifiers, cleaned without damage: each is valid, absent or invalid, never another one."""

from __future__ import annotations

import string

import polars as pl

VALID, ABSENT, INVALID = "valid", "absent", "invalid"

#: Words that stand for "nothing" in award and recipient files, upper case.
NULL_WORDS: tuple[str, ...] = (
    "",
    "-",
    "--",
    ".",
    "<NA>",
    "NA",
    "N/A",
    "NAN",
    "NAT",
    "NONE",
    "NULL",
    "NIL",
    "\\N",
    "#N/A",
    "TBD",
    "PENDING",
    "UNKNOWN",
    "NOT APPLICABLE",
    "NOT AVAILABLE",
    "NOTAVAILABLE",
    "NOTAPPLICABLE",
)

# Twelve alphanumerics is the rule of the award file's own validation; the issuer leaves out the
# letters O and I, but a file that holds them is still better served by an exact comparison.
# No \d: it also means the digits of other scripts.
_UEI = r"^[0-9A-Za-z]{12}$"
_NINE_DIGITS = r"^[0-9]{9}$"
_ONE_CHARACTER = "^(" + "|".join(f"{c}+" for c in string.digits + string.ascii_uppercase) + ")$"


def clean_uei(raw: pl.Series) -> pl.DataFrame:
    """Unique Entity IDs as ``value`` (12 upper-case alphanumerics or null) and ``state``.

    Blanks around, quotes and case are forgiven; nothing inside the identifier is changed.

    >>> clean_uei(pl.Series([" zqggghjh74dw ", "NaN", "12345"])).rows()
    [('ZQGGGHJH74DW', 'valid'), (None, 'absent'), (None, 'invalid')]
    """
    written = _bare(raw)
    text = written.str.to_uppercase()
    valid = written.str.contains(_UEI).fill_null(False)
    return _states(text, text, valid, _one_character(text))


def clean_duns(raw: pl.Series) -> pl.DataFrame:
    """DUNS numbers as ``value`` (9 digits or null) and ``state``.

    Read as they are written: ``123456789``, ``12-345-6789``, ``123-456-789``, DUNS+4 (13 digits),
    text of a float (``78269681.0`` is 078269681), 7 or 8 digits (zeros lost in a spreadsheet).
    An employer number (``12-3456789``) and every other shape is invalid; one repeated digit is a
    placeholder, hence absent.

    >>> clean_duns(pl.Series(["78269681.0", "'079179794'", "12-3456789", "000000000"])).rows()
    [('078269681', 'valid'), ('079179794', 'valid'), (None, 'invalid'), (None, 'absent')]
    """
    text = _bare(raw).str.to_uppercase()
    plain = text.str.contains(_NINE_DIGITS).fill_null(False) | text.is_null()
    digits = (
        text if plain.all() else text.scatter((~plain).arg_true(), _digits(text.filter(~plain)))
    )
    valid = digits.str.contains(_NINE_DIGITS).fill_null(False)
    return _states(text, digits, valid, _one_character(digits))


def _digits(text: pl.Series) -> pl.Series:
    """The nine digits meant by a DUNS in another shape; the text itself where it is none."""
    text = text.str.replace(r"^D-?U-?N-?S\s*(NO|NUMBER|#)?\.?\s*[:#]?\s*", "")
    text = text.str.replace(r"\.0+$", "")
    grouped = r"^([0-9]{2})[- ]([0-9]{3})[- ]([0-9]{4})(?:[- ]?[0-9]{4})?$"
    thirds = r"^([0-9]{3})[- ]([0-9]{3})[- ]([0-9]{3})(?:[- ]?[0-9]{4})?$"
    plus4 = r"^([0-9]{9})[- ]?[0-9]{4}$"
    digits = (
        text.str.replace(grouped, "${1}${2}${3}")
        .str.replace(thirds, "${1}${2}${3}")
        .str.replace(plus4, "${1}")
    )
    lost_zeros = digits.str.contains(r"^[0-9]{7,8}$")
    return pl.select(pl.when(lost_zeros).then(digits.str.zfill(9)).otherwise(digits)).to_series()


def _bare(raw: pl.Series) -> pl.Series:
    """Without blanks and quotes around."""
    return raw.cast(pl.String).str.strip_chars(" \t\r\n'\"`\u00a0\u2019")


def _one_character(text: pl.Series) -> pl.Series:
    """Whether the value is one character repeated: a placeholder such as 000000000."""
    return text.str.contains(_ONE_CHARACTER).fill_null(False)


def _states(
    text: pl.Series, value: pl.Series, valid: pl.Series, placeholder: pl.Series
) -> pl.DataFrame:
    absent = text.is_null() | text.is_in(list(NULL_WORDS)) | placeholder
    return pl.select(
        value=pl.when(valid & ~absent).then(value),
        state=pl.when(absent)
        .then(pl.lit(ABSENT))
        .when(valid)
        .then(pl.lit(VALID))
        .otherwise(pl.lit(INVALID)),
    )
