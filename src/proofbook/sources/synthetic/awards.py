"""The awards: 42 columns of text for every award of every firm, and what is hard about each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from proofbook.sources.columns import AWARD_COLUMNS

from . import addresses, people, projects
from .firms import ABSENT, ABSENT_WITH_TWIN, NOT_RENAMED, WITH_ALIAS, WITHOUT_ALIAS, Firms
from .links import OUTCOMES, UEI, identifier_columns, link
from .mixture import Mixture
from .names import Names
from .places import Places
from .recipients import Rows
from .spelling import (
    ABBREVIATED, ACCENTED, DROPPED, JOINED, REORDERED, TRUNCATED, TYPO, core_texts, finished, respelled, written,
)
from .streams import Bools, Ints, below, chance, shuffled, stream, weighted

LEGAL, OLD, TRADE, PARENT, BOTH = range(5)

#: What is hard about an award, in the order in which it is told.
KINDS = (
    "absent", "absent_with_twin", "blank_company", "parent", "renamed_no_alias", "renamed_with_alias", "dba",
    "identical", "typo", "truncated", "dropped_word", "reordered", "joined", "abbreviation", "suffix", "moved",
)


@dataclass(frozen=True)
class Awards:
    """The award table, and per award the firm, what is hard, and what its identifiers lead to."""

    table: pa.Table
    firm: Ints
    kind: pa.Array
    outcome: pa.Array
    names_parent: Bools


@dataclass(frozen=True)
class _Spellings:
    """The different spellings of names that awards use; several awards share one."""

    text: pa.Array
    done: Ints
    base: Ints
    firm: Ints
    of_award: Ints


def make_awards(
    firms: Firms, rows: Rows, row_names: pa.Array, row_done: Ints, seed: int, mixture: Mixture
) -> Awards:
    """All awards of a world, in their final order.

    ``rows`` are the recipient rows of award firms, ``row_names`` their names as written and
    ``row_done`` what was done to them.
    """
    order = shuffled(stream(seed, "awards.order"), int(firms.awards.sum()))
    firm = np.repeat(np.arange(len(firms)), firms.awards)[order]
    n = len(firm)
    rng = stream(seed, "awards.year")
    year = firms.first[firm] + below(rng, n, firms.last[firm] - firms.first[firm] + 1)
    early = year <= firms.first[firm] + 0.6 * (firms.last[firm] - firms.first[firm])

    links = link(firms, rows, firm, year, seed, mixture)
    base = _bases(firms, firm, early, seed, mixture)
    spellings = _spell(firms, firm, base, seed, mixture)
    places = firms.then.take(firm).where(early, firms.now.take(firm))

    company = spellings.text.take(pa.array(spellings.of_award))
    rng = stream(seed, "awards.blank")
    blank = chance(rng, n, 0.002) & (links.outcome == UEI)
    company = pc.if_else(pa.array(blank), "", company)
    uei, duns = identifier_columns(links, seed)
    columns = {
        "Company": company, "UEI": uei, "Duns": duns,
        **_project_columns(firm, year, seed), **_firm_columns(firms, firm, seed),
        **_place_columns(places, links.outcome, seed), **_people_columns(len(firms), firm, seed),
    }
    table = pa.table({c: columns[c].cast(pa.string()) for c in AWARD_COLUMNS})
    kind = _kinds(firms, rows, row_names, row_done, spellings, firm, places, blank)
    outcome = pa.array(OUTCOMES, pa.string()).take(pa.array(links.outcome))
    return Awards(table, firm, kind, outcome, base == PARENT)


def _bases(firms: Firms, firm: Ints, early: Bools, seed: int, mixture: Mixture) -> Ints:
    """Which of its names the firm uses on an award."""
    rng, n = stream(seed, "awards.base"), len(firm)
    base = np.full(n, LEGAL)
    base[early & (firms.renamed[firm] != NOT_RENAMED)] = OLD
    dice = rng.random(len(firms))[firm]
    trade = firms.has_trade[firm] & (dice < 0.7)
    base[trade] = np.where(dice[trade] < 0.4, TRADE, BOTH)
    parent = (firms.parent[firm] >= 0) & chance(rng, n, mixture.firms.award_names_parent.value)
    base[parent] = PARENT
    return base


def _spell(firms: Firms, firm: Ints, base: Ints, seed: int, mixture: Mixture) -> _Spellings:
    """The spellings of all names on awards: one usual, and now and then another, for each."""
    rng, n = stream(seed, "awards.variant"), len(firm)
    other = chance(rng, n, mixture.firms.second_spelling.value) & (firms.awards[firm] > 1)
    variety = np.minimum(1 + np.log2(firms.awards[firm]).astype(np.int64), 6)
    variant = np.where(other, 1 + below(rng, n, variety), 0)
    keys, of_award = np.unique((firm * 8 + base) * 8 + variant, return_inverse=True)
    who, what = keys // 64, keys // 8 % 8
    names = firms.legal.take(who).where(what != OLD, firms.old.take(who))
    names = names.where(what != TRADE, firms.trade.take(who))
    parents = firms.parents.take(np.maximum(firms.parent[who], 0))
    names = names.where(what != PARENT, parents)
    shares = mixture.award_names
    rng = stream(seed, "awards.spelling")
    entered, done = respelled(rng, names, shares)
    text, slips = written(rng, entered, shares)
    trade, _ = written(rng, firms.trade.take(who), shares)
    link_word = pa.array([" dba ", " d/b/a ", " DBA ", ", d/b/a "], pa.string())
    link_word = link_word.take(pa.array(below(rng, len(who), 4)))
    text = pc.if_else(pa.array(what == BOTH), pc.binary_join_element_wise(text, link_word, trade, ""), text)
    text, cut = finished(rng, text, shares)
    return _Spellings(text, done | slips | cut, what, who, of_award)


def _normal(texts: pa.Array) -> list[str]:
    """Names without case, punctuation and blanks."""
    plain = pc.replace_substring(pc.utf8_upper(texts), "&AMP;", "&")
    return pc.replace_substring_regex(plain, "[^A-Z0-9&]", "").to_pylist()  # type: ignore[no-any-return]


def _kinds(
    firms: Firms, rows: Rows, row_names: pa.Array, row_done: Ints, spellings: _Spellings,
    firm: Ints, places: Places, blank: Bools,
) -> pa.Array:
    """What is hard about every award: the first of KINDS that holds; "identical" and what follows
    compare the award's name with the names of the firm's rows."""
    mine = np.flatnonzero(rows.entity < len(firms))
    known = set(zip(rows.entity[mine].tolist(), _normal(row_names.take(pa.array(mine))), strict=True))
    same = np.fromiter(
        (pair in known for pair in zip(spellings.firm.tolist(), _normal(spellings.text), strict=True)),
        dtype=bool, count=len(spellings.firm),
    )
    main_done = np.zeros(len(firms), dtype=np.int64)
    main_done[rows.entity[mine[::-1]]] = row_done[mine[::-1]]
    done = spellings.done | main_done[spellings.firm]
    kind = np.full(len(done), KINDS.index("suffix"))
    for bits, name in (
        (ABBREVIATED, "abbreviation"), (JOINED, "joined"), (REORDERED, "reordered"),
        (DROPPED, "dropped_word"), (TRUNCATED, "truncated"), (TYPO | ACCENTED, "typo"),
    ):
        kind[(done & bits) != 0] = KINDS.index(name)
    kind[same] = KINDS.index("identical")
    base, how = spellings.base, firms.renamed[spellings.firm]
    kind[((base == TRADE) | (base == BOTH)) & ~same] = KINDS.index("dba")
    kind[(base == OLD) & (how == WITH_ALIAS)] = KINDS.index("renamed_with_alias")
    kind[(base == OLD) & (how == WITHOUT_ALIAS)] = KINDS.index("renamed_no_alias")
    kind[base == PARENT] = KINDS.index("parent")
    award = kind[spellings.of_award]
    plain = (award == KINDS.index("identical")) | (award == KINDS.index("suffix"))
    away = places.place != firms.now.place[firm]
    award = np.where(plain & away, KINDS.index("moved"), award)
    award = np.where(blank, KINDS.index("blank_company"), award)
    award = np.where(firms.status[firm] == ABSENT, KINDS.index("absent"), award)
    award = np.where(firms.status[firm] == ABSENT_WITH_TWIN, KINDS.index("absent_with_twin"), award)
    return pa.array(KINDS, pa.string()).take(pa.array(award))


def _project_columns(firm: Ints, year: Ints, seed: int) -> dict[str, pa.Array]:
    rng, n = stream(seed, "awards.project"), len(firm)
    agency = projects.draw_agencies(rng, n)
    agencies, branches = projects.agency_texts(agency)
    second = rng.random(n) < 0.33
    sttr = rng.random(n) < 0.125
    start = (year - 1970).astype("datetime64[Y]").astype("datetime64[D]") + below(rng, n, 365)
    months = np.where(second, 24, np.where(rng.random(n) < 0.6, 6, 12))
    end = start + months * 30 + below(rng, n, 30)
    end = np.where(rng.random(n) < 0.003, start - 40, end)
    code, solicitation = projects.topics(rng, agency, year)
    amount = np.where(second, 780_000, 118_000) * np.exp((rng.random(n) + rng.random(n) - 1.0) * 0.8)
    amount = amount * (0.45 + 0.55 * (year - 1983) / 43.0)
    amount = np.where(rng.random(n) < 0.004, amount * 12.0, amount).astype(np.int64)
    round_sum = rng.random(n) < 0.3
    amount = np.where(round_sum, np.maximum(amount // 25_000, 2) * 25_000, amount)
    bad = rng.random(n)
    phases = pa.array(["Phase I", "Phase II", "Phase 0", ""], pa.string())
    phase = np.where(bad < 0.003, 2, np.where(bad < 0.005, 3, second))
    programs = pa.array(["SBIR", "STTR", "SBIR/STTR", ""], pa.string())
    program = np.where((bad > 0.01) & (bad < 0.012), 2, np.where((bad > 0.012) & (bad < 0.014), 3, sttr))
    shown = addresses.figures(year)
    shown = pc.if_else(pa.array((bad > 0.02) & (bad < 0.022)), "", shown)
    shown = pc.if_else(pa.array((bad > 0.022) & (bad < 0.0225)), "1979", shown)
    agencies = pc.if_else(pa.array((bad > 0.03) & (bad < 0.0315)), "", agencies)
    title = pc.if_else(pa.array((bad > 0.04) & (bad < 0.042)), "", projects.titles(rng, n))
    no_contract = rng.random(n) < 0.028
    no_tracking = ~no_contract & (rng.random(n) < 0.01)
    tracking = projects.tracking_numbers(rng, agency, year)
    contract = projects.contracts(rng, agency, year)
    notified = _dates(rng, start - 45)
    return {
        "Award Title": title, "Agency": agencies, "Branch": branches,
        "Phase": phases.take(pa.array(phase)), "Program": programs.take(pa.array(program)),
        "Agency Tracking Number": _blank(no_tracking, tracking),
        "Contract": _blank(no_contract, contract),
        "Proposal Award Date": _blank(rng.random(n) < 0.018, _dates(rng, start)),
        "Contract End Date": _blank(rng.random(n) < 0.03, _dates(rng, end)),
        "Solicitation Number": _blank(rng.random(n) < 0.1, solicitation),
        "Solicitation Year": _blank(rng.random(n) < 0.05, addresses.figures(year - (rng.random(n) < 0.4))),
        "Solicitation Close Date": _blank(rng.random(n) < 0.8, _dates(rng, start - 200)),
        "Proposal Receipt Date": _blank(rng.random(n) < 0.8, _dates(rng, start - 180)),
        "Date of Notification": _blank(rng.random(n) < 0.8, notified),
        "Topic Code": _blank(rng.random(n) < 0.07, code),
        "Award Year": shown, "Award Amount": _amounts(rng, amount),
        "Abstract": _blank(rng.random(n) < 0.08, projects.abstracts(rng, n)),
    }


def _amounts(rng: np.random.Generator, amount: Ints) -> pa.Array:
    """Sums plain, with decimals, with commas; a few missing, zero or in words."""
    n = len(amount)
    plain = addresses.figures(amount)
    decimals = pc.binary_join_element_wise(plain, ".00", "")
    commas = pc.replace_substring_regex(plain, r"^(\d+?)(\d{3})?(\d{3})$", r"\1,\2,\3")
    commas = pc.replace_substring(commas, ",,", ",")
    form = weighted(rng, n, [640, 240, 112, 3, 3, 2])
    empty = pa.repeat(pa.scalar("", pa.string()), n)
    zero, words = pa.repeat(pa.scalar("0", pa.string()), n), pa.repeat(pa.scalar("TBD", pa.string()), n)
    return pc.choose(pa.array(form), plain, decimals, commas, empty, zero, words)


_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")


def _dates(rng: np.random.Generator, days: np.ndarray) -> pa.Array:
    """Dates as 08-28-2018, 08/28/2018 and August 28, 2018."""
    months = days.astype("datetime64[M]")
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12
    day = addresses.padded((days - months.astype("datetime64[D]")).astype(np.int64) + 1, 2)
    number, year = addresses.padded(month + 1, 2), addresses.figures(years)
    word = pa.array(_MONTHS, pa.string()).take(pa.array(month))
    long = pc.binary_join_element_wise(pc.binary_join_element_wise(word, day, " "), year, ", ")
    form = weighted(rng, len(month), [52, 40, 8])
    return pc.choose(
        pa.array(form), pc.binary_join_element_wise(number, day, year, "-"),
        pc.binary_join_element_wise(number, day, year, "/"), long,
    )


def _blank(mask: Bools, text: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(mask), "", text)


def _firm_columns(firms: Firms, firm: Ints, seed: int) -> dict[str, pa.Array]:
    """What an award tells about its firm: size, ownership, website."""
    rng, n = stream(seed, "awards.firm"), len(firm)
    size = np.exp(rng.random(len(firms)) * 4.2 + np.log2(firms.awards) * 0.25)
    staff = np.maximum(size[firm] * (0.8 + 0.4 * rng.random(n)), 1.0).astype(np.int64)
    staff = addresses.figures(np.where(rng.random(n) < 0.03, 0, staff))
    staff = pc.if_else(pa.array(rng.random(n) < 0.03), pc.binary_join_element_wise(staff, ".0", ""), staff)
    flags = {}
    for column, share in (
        ("HUBZone Owned", 0.025), ("Socially and Economically Disadvantaged", 0.065), ("Woman Owned", 0.11)
    ):
        owned = (rng.random(len(firms)) < share)[firm]
        letter = np.where(rng.random(n) < 0.002, 2, owned)
        flags[column] = pa.array(["N", "Y", "U"], pa.string()).take(pa.array(letter))
    slug = pc.replace_substring_regex(pc.utf8_lower(core_texts(firms.legal)), "[^a-z0-9]", "")
    site = pc.binary_join_element_wise("http://www.", slug, ".example.com", "").take(pa.array(firm))
    return {
        **flags, "Number Employees": _blank(rng.random(n) < 0.045, staff),
        "Company Website": _blank(rng.random(n) < 0.42, site),
    }


def _place_columns(places: Places, outcome: Ints, seed: int) -> dict[str, pa.Array]:
    """The address on the award; the state is missing only where an identifier decides."""
    rng, n = stream(seed, "awards.place"), len(outcome)
    line1, line2 = addresses.streets(rng, places)
    upper = pa.array(rng.random(n) < 0.3)
    city = addresses.cities(places)
    city = pc.if_else(upper, pc.utf8_upper(city), city)
    state = pc.if_else(pa.array(rng.random(n) < 0.14), addresses.state_names(places), addresses.states(places))
    zip5, zip4 = addresses.padded(places.zip5, 5), addresses.padded(places.zip4, 4)
    forms = [
        zip5, pc.binary_join_element_wise(zip5, zip4, "-"), pc.binary_join_element_wise(zip5, "-", ""),
        pc.binary_join_element_wise(zip5, "-Array", ""), pa.repeat(pa.scalar("-", pa.string()), n),
        pc.utf8_ltrim(zip5, "0"), pc.binary_join_element_wise(zip5, zip4, ""), pa.repeat(pa.scalar("", pa.string()), n),
    ]
    form = weighted(rng, n, [610, 300, 20, 10, 8, 30, 6, 6])
    return {
        "Address1": _blank(rng.random(n) < 0.01, pc.if_else(upper, pc.utf8_upper(line1), line1)),
        "Address2": pc.fill_null(line2, ""),
        "City": _blank(rng.random(n) < 0.004, city),
        "State": _blank((rng.random(n) < 0.004) & (outcome == UEI), state),
        "Zip": pc.choose(pa.array(form), *forms),
    }


def _people_columns(n_firms: int, firm: Ints, seed: int) -> dict[str, pa.Array]:
    """Invented contacts, investigators and research institutions."""
    rng, n = stream(seed, "awards.people"), len(firm)
    given, family = people.people(rng, n_firms)
    contact = people.contact_columns(rng, "Contact", (given[firm], family[firm]))
    investigator = people.contact_columns(rng, "PI", people.people(rng, n))
    institution = people.institution_columns(rng, n, rng.random(n) < 0.14)
    missing = rng.random(n) < 0.06
    return {**{c: _blank(missing, v) for c, v in {**contact, **investigator}.items()}, **institution}
