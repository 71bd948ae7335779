"""Awards are held against the rules their users know."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofbook.errors import ParameterError
from proofbook.quality.award_values import amount_of, date_of, year_of
from proofbook.quality.validation import Validation, rules, validate_awards
from proofbook.sources import is_personal, read_awards

TODAY = date(2026, 8, 1)

GOOD = {
    "Company": "Acme, Inc.",
    "Award Title": "A Sensor",
    "Agency": "Department of Energy",
    "Phase": "Phase I",
    "Program": "SBIR",
    "Agency Tracking Number": "T-1",
    "Contract": "C-1",
    "Proposal Award Date": "04-05-2019",
    "Contract End Date": "01-05-2020",
    "Award Year": "2019",
    "Award Amount": "149943",
    "UEI": "ABCDEFGHJK12",
    "Duns": "079179794",
    "State": "NV",
    "Zip": "89501-0001",
    "Contact Email": "ann@example.com",
    "Contact Phone": "(555) 010-1234",
    "PI Email": "",
    "PI Phone": "555-010-1234",
    "RI POC Phone": "5550101234",
}


def validated(*changes: dict[str, str | None]) -> Validation:
    rows = [GOOD | change for change in changes]
    table = pa.table({c: pa.array([row[c] for row in rows], pa.string()) for c in GOOD})
    return validate_awards(table, TODAY)


def broken(change: dict[str, str | None]) -> set[str]:
    issues = validated(change).issues
    return set(issues.loc[issues["count"] > 0, "rule"])


def test_a_good_award_breaks_nothing() -> None:
    result = validated({})
    assert (result.rows, result.valid_rows, result.valid_rate, result.warning_rows) == (
        1,
        1,
        1.0,
        0,
    )
    assert result.issues["count"].sum() == 0
    assert list(result.issues.columns[:5]) == ["rule", "severity", "column", "count", "rate"]
    assert list(result.issues["rule"]) == [rule.name for rule in rules(TODAY)]


ERRORS = [
    ("company_blank", {"Company": ""}),
    ("company_blank", {"Company": " \t"}),
    ("company_blank", {"Company": "N/A"}),
    ("company_blank", {"Company": None}),
    ("award_title_blank", {"Award Title": "null"}),
    ("agency_blank", {"Agency": "<NA>"}),
    ("phase_unknown", {"Phase": ""}),
    ("phase_unknown", {"Phase": "Phase IV"}),
    ("phase_unknown", {"Phase": "Phase IIB"}),
    ("phase_unknown", {"Phase": None}),
    ("phase_unknown", {"Phase": "Phase"}),
    ("program_unknown", {"Program": "SBIR/STTR"}),
    ("program_unknown", {"Program": ""}),
    ("award_year_invalid", {"Award Year": "1982"}),
    ("award_year_invalid", {"Award Year": "2027"}),
    ("award_year_invalid", {"Award Year": ""}),
    ("award_year_invalid", {"Award Year": "19"}),
    ("award_year_invalid", {"Award Year": "2019.5"}),
    ("award_amount_invalid", {"Award Amount": ""}),
    ("award_amount_invalid", {"Award Amount": "0"}),
    ("award_amount_invalid", {"Award Amount": "-5"}),
    ("award_amount_invalid", {"Award Amount": "n.a."}),
    ("award_amount_invalid", {"Award Amount": "1,23"}),
    ("award_amount_invalid", {"Award Amount": "inf"}),
]
WARNINGS = [
    ("award_amount_large", {"Award Amount": "5,000,000.01"}),
    ("uei_malformed", {"UEI": "ABCDEFGHJK1"}),
    ("uei_malformed", {"UEI": "ABCDEFGHJK-2"}),
    ("duns_malformed", {"Duns": "'079179794'"}),
    ("duns_malformed", {"Duns": "78269681.0"}),
    ("duns_malformed", {"Duns": "78269681"}),
    ("contact_email_malformed", {"Contact Email": "ann@example"}),
    ("pi_email_malformed", {"PI Email": "ann at example.com"}),
    ("contact_phone_malformed", {"Contact Phone": "010-1234"}),
    ("pi_phone_malformed", {"PI Phone": "call me"}),
    ("ri_poc_phone_malformed", {"RI POC Phone": "() -"}),
    ("state_unknown", {"State": "ZZ"}),
    ("state_unknown", {"State": "Nevad"}),
    ("zip_malformed", {"Zip": "-"}),
    ("zip_malformed", {"Zip": "89501-"}),
    ("zip_malformed", {"Zip": "89501-Array"}),
    ("zip_malformed", {"Zip": "8950"}),
    ("end_before_start", {"Contract End Date": "04/04/2019"}),
    ("end_before_start", {"Contract End Date": "April 4, 2019"}),
    ("year_unlike_award_date", {"Award Year": "2020"}),
]


@pytest.mark.parametrize(("rule", "change"), ERRORS)
def test_each_error_makes_a_row_invalid(rule: str, change: dict[str, str | None]) -> None:
    assert rule in broken(change)
    assert broken(change) <= {rule, "year_unlike_award_date"}
    assert validated(change, {}).valid_rate == 0.5


@pytest.mark.parametrize(("rule", "change"), WARNINGS)
def test_each_warning_leaves_a_row_valid(rule: str, change: dict[str, str | None]) -> None:
    assert broken(change) == {rule}
    result = validated(change, {})
    assert (result.valid_rate, result.warning_rows, result.warning_rate) == (1.0, 1, 0.5)


def test_every_rule_has_a_case() -> None:
    assert {case[0] for case in ERRORS} == {r.name for r in rules(TODAY) if r.severity == "error"}
    assert {case[0] for case in WARNINGS} == {
        r.name for r in rules(TODAY) if r.severity == "warning"
    }


@pytest.mark.parametrize(
    "change",
    [
        *({"Phase": p} for p in ("I", "II", "III", "1", "3", "phase ii", "PHASE-III", " Phase I ")),
        *({"Program": p} for p in ("STTR", "sbir", " SBIR ")),
        {"Award Year": "2019.0"},
        {"Award Year": "1983", "Proposal Award Date": ""},
        {"Award Year": "2026", "Proposal Award Date": ""},
        *({"Award Amount": a} for a in ("1,234,567", "$149,943.50", "149943.", "1.5E+06", " 5 ")),
        {"Award Amount": "5000000"},
        *({"State": s} for s in ("nv", "Nevada", "NEW YORK", "District of Columbia", "PR", "Guam")),
        *({"Zip": z} for z in ("89501", "895010001", "89501-0001 ", "")),
        *({c: ""} for c in ("UEI", "Duns", "State", "Contact Email", "Contact Phone")),
        *({c: "N/A"} for c in ("UEI", "Duns", "State", "Zip", "PI Phone")),
        *({"Contact Phone": p} for p in ("555.010.1234", "+1 555 010 1234", "5550101234 x12")),
        {"Contract End Date": "04-05-2019"},
        {"Contract End Date": "unknown"},
        {"Contract End Date": ""},
        {"Proposal Award Date": "2019-04-05T00:00:00"},
        {"Proposal Award Date": "Apr 05, 2019"},
    ],
)
def test_what_breaks_nothing(change: dict[str, str | None]) -> None:
    assert broken(change) == set()


def test_rows_are_counted_once_however_many_rules_they_break() -> None:
    result = validated({"Company": "", "Phase": "", "Zip": "-", "Duns": "1"}, {"Zip": "-"}, {})
    assert (result.rows, result.valid_rows, result.warning_rows) == (3, 2, 2)
    counts = result.issues.set_index("rule")["count"]
    assert (counts["company_blank"], counts["zip_malformed"]) == (1, 2)
    assert result.issues.set_index("rule")["rate"]["zip_malformed"] == pytest.approx(2 / 3)


def test_missing_columns_fail_closed() -> None:
    result = validate_awards(pa.table({"Company": ["A", "B"]}), TODAY)
    assert result.valid_rows == 0
    counts = result.issues.set_index("rule")["count"]
    assert (counts["company_blank"], counts["agency_blank"], counts["uei_malformed"]) == (0, 2, 0)


def test_no_awards_are_not_valid() -> None:
    result = validate_awards(pa.table({"Company": pa.array([], pa.string())}), TODAY)
    assert (result.rows, result.valid_rate, result.warning_rate) == (0, 0.0, 0.0)


def test_this_year_is_the_bound_unless_told() -> None:
    year = str(date.today().year)
    table = pa.table({k: [v] for k, v in GOOD.items()} | {"Award Year": [year]})
    counts = validate_awards(table).issues.set_index("rule")["count"]
    assert counts["award_year_invalid"] == 0


def test_examples_have_keys_and_the_value() -> None:
    result = validated({}, {"Zip": "-"}, {"Zip": "8-"}, {"Zip": "9-"})
    assert result.examples("zip_malformed", 2).to_dict("records") == [
        {"award_row": 1, "Company": "Acme, Inc.", "Agency Tracking Number": "T-1",
         "Contract": "C-1", "value": "-"},
        {"award_row": 2, "Company": "Acme, Inc.", "Agency Tracking Number": "T-1",
         "Contract": "C-1", "value": "8-"},
    ]  # fmt: skip
    assert result.examples("company_blank").empty
    late = validated({"Award Year": "2020"}).examples("year_unlike_award_date")
    assert late["value"][0] == "Award Year: 2020; Proposal Award Date: 04-05-2019"


def test_examples_of_errors_name_a_rule_once_per_row() -> None:
    result = validated({}, {"Phase": "", "Company": ""}, {"Award Amount": "0"}, {"Zip": "-"})
    examples = result.invalid_examples()
    assert list(examples["award_row"]) == [1, 2]
    assert list(examples["rule"]) == ["company_blank", "award_amount_invalid"]
    assert validated({}).invalid_examples().empty


def test_examples_never_show_personal_values() -> None:
    secret = "ann.example(at)example.com 010-12"
    columns = [c for c in GOOD if is_personal(c)]
    result = validated(dict.fromkeys(columns, secret))
    personal = [r.name for r in rules(TODAY) if any(is_personal(c) for c in r.columns)]
    assert len(personal) == len(columns) == 5
    for rule in personal:
        examples = result.examples(rule)
        assert len(examples) == 1
        assert secret not in examples.to_string()
        assert "personal" in examples["value"][0]


def test_an_unknown_rule() -> None:
    with pytest.raises(ParameterError, match="did you mean 'zip_malformed'"):
        validated({}).examples("zip_malform")


def value(expression: pl.Expr, text: str) -> object:
    return pl.DataFrame({"x": [text]}).select(expression).item()


@given(st.dates(date(1980, 1, 1), date(2040, 12, 31)), st.sampled_from(
    ["%m-%d-%Y", "%m/%d/%Y", "%Y-%m-%d", "%B %d, %Y", "%Y-%m-%d 13:00:00"]))  # fmt: skip
def test_dates_in_every_format(day: date, layout: str) -> None:
    assert value(date_of("x"), day.strftime(layout)) == day


@pytest.mark.parametrize("text", ["", "13-13-2019", "02/30/2019", "soon", "2019"])
def test_what_is_no_date(text: str) -> None:
    assert value(date_of("x"), text) is None


@given(st.integers(0, 10**9), st.sampled_from(["{}", "{:,}", "${:,}", "{:,}.00", "{}.0", " {} "]))
def test_amounts_in_every_format(amount: int, layout: str) -> None:
    assert value(amount_of("x"), layout.format(amount)) == amount


@pytest.mark.parametrize("text", ["", "$", ".", "1,2", "1,2345", "12,34,567", "nan", "1 000", "-"])
def test_what_is_no_amount(text: str) -> None:
    assert value(amount_of("x"), text) is None


@pytest.mark.parametrize(("text", "year"), [("2019", 2019), (" 2019.0 ", 2019), ("20190", None)])
def test_years(text: str, year: int | None) -> None:
    assert value(year_of("x"), text) == year


@pytest.mark.real
def test_the_real_awards(real_data: Path) -> None:
    awards = read_awards(real_data / "sbir_awards.csv.gz").table
    result = validate_awards(awards, TODAY)
    counts = result.issues.set_index("rule")["count"]
    assert result.valid_rows == result.rows - 14  # fourteen awards of nothing
    assert counts["award_amount_invalid"] == 14
    assert counts["zip_malformed"] == 48
    assert counts["duns_malformed"] == 269 + 8 + 1  # quoted, seven or eight digits, one digit
    assert counts["state_unknown"] == counts["phase_unknown"] == 0
