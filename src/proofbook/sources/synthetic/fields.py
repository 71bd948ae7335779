"""The columns of an award besides name and identifiers: project, firm, place and people."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import addresses, forms, people, projects, typos
from .firms import Firms
from .forms import blanked
from .links import UEI
from .mixture import AwardShares, FaultShares, Share
from .places import Places
from .streams import Bools, Ints, below, chance, stream, weighted
from .writing import core_texts


class Faults:
    """Which award breaks which rule of validation: at most one each, so that shares add up."""

    def __init__(self, n: int, seed: int, shares: FaultShares) -> None:
        self._names = list(FaultShares.model_fields)
        weights = [getattr(shares, name).value for name in self._names]
        rest = max(1.0 - sum(weights), 0.0)
        self._fault = weighted(stream(seed, "faults"), n, [*weights, rest])

    def __call__(self, name: str) -> Bools:
        """The awards with the fault of that name (a field of FaultShares)."""
        return np.asarray(self._fault == self._names.index(name))


def project_columns(
    firm: Ints, year: Ints, faults: Faults, seed: int, shares: AwardShares
) -> dict[str, pa.Array]:
    """Everything about the project: agency, phase, numbers, dates, sum, title and abstract."""
    rng, n = stream(seed, "awards.project"), len(firm)

    def some(share: Share) -> Bools:
        return chance(rng, n, share.value)

    agencies = list(shares.agencies.value)
    agency = weighted(rng, n, list(shares.agencies.value.values()))
    second, sttr = some(shares.phase_two), some(shares.sttr)
    amount = _sums(rng, year, second)
    amount = np.where(faults("huge_amount"), amount * 40 + 5_000_001, amount)
    start, end = _spans(rng, year + 3 * faults("year_unlike_date"), second)
    end = np.where(faults("end_before_start"), start - 40, end)
    phase = pa.array(["Phase I", "Phase II"], pa.string()).take(pa.array(second.astype(int)))
    program = pa.array(["SBIR", "STTR"], pa.string()).take(pa.array(sttr.astype(int)))
    numbers = projects.number_columns(rng, agencies, agency, year)
    repeated = np.where(
        some(shares.repeated_contract), np.maximum(np.arange(n) - 1, 0), np.arange(n)
    )
    no_contract = some(shares.no_contract)
    shown = projects.agency_columns(agencies, agency)
    written_year = addresses.figures(np.where(faults("bad_year"), 1979, year))
    asked = addresses.figures(year - (rng.random(n) < 0.4))
    sums = forms.amounts(rng, amount, shares.amounts)
    for fault, instead in (("no_amount", ""), ("zero_amount", "0"), ("amount_in_words", "TBD")):
        sums = blanked(faults(fault), sums, instead)
    other_dates = {
        column: blanked(some(shares.no_other_date), forms.dates(rng, start - days, shares.dates))
        for column, days in (
            ("Solicitation Close Date", 200),
            ("Proposal Receipt Date", 190),
            ("Date of Notification", 45),
        )
    }
    return {
        "Award Title": blanked(faults("no_title"), projects.titles(rng, n)),
        "Agency": blanked(faults("no_agency"), shown["Agency"]),
        "Branch": shown["Branch"],
        "Phase": blanked(faults("bad_phase"), phase, "Phase 0"),
        "Program": blanked(faults("bad_program"), program, "SBIR/STTR"),
        "Agency Tracking Number": blanked(
            some(shares.no_tracking_number) & ~no_contract, numbers["Agency Tracking Number"]
        ),
        "Contract": blanked(no_contract, numbers["Contract"].take(pa.array(repeated))),
        "Topic Code": blanked(some(shares.no_topic), numbers["Topic Code"]),
        "Solicitation Number": blanked(
            some(shares.no_solicitation), numbers["Solicitation Number"]
        ),
        "Solicitation Year": blanked(some(shares.no_solicitation_year), asked),
        "Proposal Award Date": blanked(
            some(shares.no_award_date), forms.dates(rng, start, shares.dates)
        ),
        "Contract End Date": blanked(some(shares.no_end_date), forms.dates(rng, end, shares.dates)),
        **other_dates,
        "Award Year": written_year,
        "Award Amount": sums,
        "Abstract": blanked(some(shares.no_abstract), projects.abstracts(rng, n)),
    }


def _sums(rng: np.random.Generator, year: Ints, second: Bools) -> Ints:
    """Dollars by phase, growing over the years; three in ten are round sums."""
    n = len(year)
    middle = np.where(second, 780_000.0, 118_000.0) * (0.45 + 0.55 * (year - 1983) / 43.0)
    amount = (middle * np.exp((rng.random(n) + rng.random(n) - 1.0) * 0.8)).astype(np.int64)
    round_sum = np.maximum(amount // 25_000, 2) * 25_000
    return np.asarray(np.where(rng.random(n) < 0.3, round_sum, amount), dtype=np.int64)


def _spans(rng: np.random.Generator, year: Ints, second: Bools) -> tuple[np.ndarray, np.ndarray]:
    """First and last day of the contracts."""
    n = len(year)
    first = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]") + below(rng, n, 365)
    months = np.where(second, 24, np.where(rng.random(n) < 0.6, 6, 12))
    return first, first + months * 30 + below(rng, n, 30)


def firm_columns(firms: Firms, firm: Ints, seed: int, shares: AwardShares) -> dict[str, pa.Array]:
    """What an award tells about its firm: size, ownership, website."""
    rng, n = stream(seed, "awards.firm"), len(firm)
    size = np.exp(rng.random(len(firms)) * 4.2 + np.log2(firms.awards) * 0.25)
    count = np.maximum(size[firm] * (0.8 + 0.4 * rng.random(n)), 1.0).astype(np.int64)
    count[chance(rng, n, shares.zero_employees.value)] = 0
    staff = addresses.figures(count)
    floats = pa.array(chance(rng, n, shares.float_employees.value))
    staff = pc.if_else(floats, pc.binary_join_element_wise(staff, ".0", ""), staff)
    letters = pa.array(["N", "Y", "U"], pa.string())
    flags = {}
    for column, share in (
        ("HUBZone Owned", shares.hubzone),
        ("Socially and Economically Disadvantaged", shares.disadvantaged),
        ("Woman Owned", shares.woman_owned),
    ):
        owned = chance(rng, len(firms), share.value)[firm].astype(np.int64)
        owned[chance(rng, n, shares.unknown_flag.value)] = 2
        flags[column] = letters.take(pa.array(owned))
    slug = pc.replace_substring_regex(pc.utf8_lower(core_texts(firms.legal)), "[^a-z0-9]", "")
    site = pc.binary_join_element_wise("http://www.", slug, ".example.com", "")
    return {
        **flags,
        "Number Employees": blanked(chance(rng, n, shares.no_employees.value), staff),
        "Company Website": blanked(
            chance(rng, n, shares.no_website.value), site.take(pa.array(firm))
        ),
    }


def place_columns(
    places: Places, outcome: Ints, faults: Faults, seed: int, shares: AwardShares
) -> dict[str, pa.Array]:
    """The address; a state is missing or wrong only where a UEI decides."""
    rng, n = stream(seed, "awards.place"), len(outcome)
    line1, line2 = addresses.streets(rng, places)
    upper = pa.array(chance(rng, n, shares.upper_city.value))
    city = addresses.cities(places, np.zeros(n, dtype=bool))
    city = typos.apply(rng, city, chance(rng, n, shares.city_typo.value), typos.slip)
    full = pa.array(chance(rng, n, shares.state_name.value))
    state = pc.if_else(full, addresses.state_names(places), addresses.states(places))
    state = blanked(chance(rng, n, shares.no_state.value) & (outcome == UEI), state)
    zips = forms.zips(rng, places, shares.zips)
    return {
        "Address1": blanked(
            chance(rng, n, shares.no_street.value), pc.if_else(upper, pc.utf8_upper(line1), line1)
        ),
        "Address2": pc.fill_null(line2, ""),
        "City": blanked(
            chance(rng, n, shares.no_city.value), pc.if_else(upper, pc.utf8_upper(city), city)
        ),
        "State": blanked(faults("bad_state") & (outcome == UEI), state, "ZZ"),
        "Zip": blanked(faults("bad_zip"), zips, "UNKNOWN"),
    }


def people_columns(
    n_firms: int, firm: Ints, faults: Faults, seed: int, shares: AwardShares
) -> dict[str, pa.Array]:
    """Invented contacts, investigators and research institutions."""
    rng, n = stream(seed, "awards.people"), len(firm)
    given, family = people.draw_people(rng, n_firms)
    columns = {
        **people.person_columns(rng, "Contact", (given[firm], family[firm])),
        **people.person_columns(rng, "PI", people.draw_people(rng, n)),
    }
    wrong = pc.replace_substring(columns["Contact Email"], "@", ".")
    columns["Contact Email"] = pc.if_else(
        pa.array(faults("bad_email")), wrong, columns["Contact Email"]
    )
    columns["Contact Phone"] = blanked(faults("bad_phone"), columns["Contact Phone"], "555-01")
    missing = chance(rng, n, shares.no_contact.value)
    has = chance(rng, n, shares.research_institution.value)
    return {
        **{c: blanked(missing, v) for c, v in columns.items()},
        **people.institution_columns(rng, has),
    }
