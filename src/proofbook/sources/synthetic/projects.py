"""What awards are about: agencies and branches, titles, abstracts, topics and their numbers."""

from __future__ import annotations

import functools

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import lexicon
from .addresses import figures, padded
from .streams import Ints, below, ranked, stream, weighted, zipf

#: Agency, branch, weight in per mille of awards. Counted in sbir.gov's award file, rounded.
AGENCIES: tuple[tuple[str, str, float], ...] = (
    ("Department of Defense", "Air Force", 158),
    ("Department of Defense", "Navy", 130),
    ("Department of Defense", "Army", 108),
    ("Department of Defense", "Defense Advanced Research Projects Agency", 28),
    ("Department of Defense", "Missile Defense Agency", 36),
    ("Department of Defense", "Defense Health Program", 7),
    ("Department of Defense", "Special Operations Command", 5),
    ("Department of Defense", "Office of the Secretary of Defense", 14),
    ("Department of Defense", "Defense Logistics Agency", 3),
    ("Department of Defense", "", 4),
    ("Department of Health and Human Services", "National Institutes of Health", 218),
    ("Department of Health and Human Services", "Centers for Disease Control and Prevention", 4),
    ("Department of Health and Human Services", "Food and Drug Administration", 2),
    ("National Aeronautics and Space Administration", "", 86),
    ("Department of Energy", "", 74),
    ("National Science Foundation", "", 78),
    ("Department of Agriculture", "", 16),
    ("Department of Commerce", "National Oceanic and Atmospheric Administration", 5),
    ("Department of Commerce", "National Institute of Standards and Technology", 3),
    ("Department of Education", "", 7),
    ("Department of Transportation", "", 6),
    ("Department of Homeland Security", "", 6),
    ("Environmental Protection Agency", "", 6),
    ("Nuclear Regulatory Commission", "", 1),
)

_METHODS = """Scalable Compact Low-Cost Robust Real-Time Miniature High-Efficiency Wearable Autonomous
Adaptive Modular Distributed Portable Multi-Modal Non-Invasive High-Throughput Lightweight Novel
Rapid Integrated Reconfigurable Wide-Band Radiation-Hardened Self-Healing Automated Predictive
Three-Dimensional Broadband Ultra-Low-Power Hybrid""".split()
_THINGS = """Sensor|Laser Source|Antenna Array|Imaging System|Software Framework|Power Converter|Battery
|Composite Structure|Coating|Diagnostic Assay|Vaccine Platform|Decision Aid|Training Simulator|Detector
|Signal Processor|Propulsion System|Membrane|Catalyst|Robotic Platform|Navigation Aid|Data Fusion Engine
|Spectrometer|Thermal Management System|Fiber Amplifier|Nanomaterial|Implant|Drug Delivery System
|Algorithm Suite|Test Bed|Wireless Network|Radar Receiver|Bioreactor|Heat Exchanger|Actuator|Microscope
""".replace("\n", "").split("|")
_USES = """Unmanned Aerial Systems|Undersea Vehicles|Space Missions|Early Cancer Detection|Precision
 Agriculture|Additive Manufacturing|Combat Casualty Care|Cyber Defense|Grid Storage|Water Quality Monitoring
|Aircraft Structural Health|Missile Seekers|Soldier Protection|Drug Discovery|Hypersonic Flight|Nuclear
 Facilities|Remote Sensing|Electronic Warfare|Rural Hospitals|Special Education|Highway Safety|Border
 Security|Quantum Information|Semiconductor Inspection|Satellite Communications|Chronic Pain|Infectious
 Disease|Harsh Environments|Marine Aquaculture|Wildfire Response""".replace("\n", "").split("|")
_SENTENCES = (
    "This project develops a {m} {t} for {u}.",
    "The proposed {t} will reduce cost and weight while meeting the needs of {u}.",
    "In Phase I the team will demonstrate the feasibility of a {m} approach.",
    'Current solutions for {u} are limited in range, "accuracy" and endurance.',
    "The key innovation is a {m} {t} that operates without calibration.",
    "Results will be validated against field data collected for {u}.",
    "Commercial applications of the {t} include {u} and related markets.",
    "A prototype {t} will be built, tested and delivered at the end of the effort.",
)


@functools.cache
def _sentence_pool() -> pa.Array:
    """Some 4,000 sentences of the kind that abstracts are made of."""
    rng, n = stream(0, "sentences"), 4000
    m, t, u = (below(rng, n, len(w)) for w in (_METHODS, _THINGS, _USES))
    return pa.array(
        [
            _SENTENCES[i % len(_SENTENCES)].format(
                m=_METHODS[m[i]].lower(), t=_THINGS[t[i]].lower(), u=_USES[u[i]].lower()
            )
            for i in range(n)
        ],
        pa.string(),
    )


def titles(rng: np.random.Generator, n: int) -> pa.Array:
    """Project titles such as "Compact Laser Source for Space Missions"."""
    fields = pa.array(lexicon.FIELDS, pa.string())
    columns = [pa.array(w, pa.string()) for w in (_METHODS, _THINGS, _USES)]
    method, thing, use = (
        c.take(pa.array(ranked(rng, n, zipf(len(c), 0.5)))) for c in columns
    )
    field = fields.take(pa.array(ranked(rng, n, zipf(len(fields), 0.6)), mask=rng.random(n) < 0.3))
    head = pc.binary_join_element_wise(method, field, thing, " ", null_handling="skip")
    link = pa.array([" for ", " in ", " to Support ", ": A New Approach to "], pa.string())
    link = link.take(pa.array(weighted(rng, n, [70, 10, 10, 10])))
    return pc.binary_join_element_wise(head, link, use, "")


def abstracts(rng: np.random.Generator, n: int) -> pa.Array:
    """Abstracts of two to four sentences; lines are broken between them as often as not.

    The award file has 533,599 lines for 214,381 awards: about 1.5 line breaks in each.
    """
    pool = _sentence_pool()
    breaks = pa.array(["\n", " "], pa.string())
    parts: list[pa.Array] = []
    for number in range(4):
        missing = rng.random(n) < (0.0, 0.0, 0.35, 0.6)[number]
        if number:
            parts.append(breaks.take(pa.array(below(rng, n, 2), mask=missing)))
        parts.append(pool.take(pa.array(below(rng, n, len(pool)), mask=missing)))
    return pc.binary_join_element_wise(*parts, "", null_handling="skip")


def draw_agencies(rng: np.random.Generator, n: int) -> Ints:
    """Positions in AGENCIES."""
    return weighted(rng, n, [a[2] for a in AGENCIES])


def agency_texts(agency: Ints) -> tuple[pa.Array, pa.Array]:
    """Agency and branch of every award."""
    index = pa.array(agency)
    names = pa.array([a[0] for a in AGENCIES], pa.string())
    branches = pa.array([a[1] for a in AGENCIES], pa.string())
    return names.take(index), branches.take(index)


def tracking_numbers(rng: np.random.Generator, agency: Ints, year: Ints) -> pa.Array:
    """Agency tracking numbers in the manner of the agencies."""
    n = len(agency)
    letter = pa.array(list("FNADMHSOLXRRRPDSACCETHVZ"), pa.string()).take(pa.array(agency))
    short = padded(year % 100, 2)
    topic, serial = padded(below(rng, n, 300), 3), padded(below(rng, n, 10_000), 4)
    return pc.binary_join_element_wise(
        pc.binary_join_element_wise(letter, short, figures(1 + below(rng, n, 3)), ""), topic, serial, "-"
    )


def contracts(rng: np.random.Generator, agency: Ints, year: Ints) -> pa.Array:
    """Contract or grant numbers in the manner of the agencies."""
    n = len(agency)
    prefix = pa.array(
        ["FA8650-", "N00014-", "W911NF-", "HR0011-", "HQ0147-", "W81XWH-", "H92405-", "W31P4Q-", "SP4701-",
         "FA9550-", "1R43CA", "75D301-", "1R43FD", "NNX-", "DE-SC00", "IIP-", "2013-", "WC-133R-", "70NANB-",
         "ED-IES-", "DTRT57-", "HSHQDC-", "EP-D-", "NRC-HQ-"],
        pa.string(),
    ).take(pa.array(agency))
    return pc.binary_join_element_wise(
        prefix, padded(year % 100, 2), pa.array(["-C-", "-P-", "-M-"]).take(pa.array(below(rng, n, 3))),
        padded(below(rng, n, 10_000), 4), "",
    )


def topics(rng: np.random.Generator, agency: Ints, year: Ints) -> tuple[pa.Array, pa.Array]:
    """Topic code and solicitation number."""
    n = len(agency)
    letter = pa.array(
        ["AF", "N", "A", "HR", "MDA", "DHA", "SOCOM", "OSD", "DLA", "", "NIH", "CDC", "FDA", "S", "C", "IT", "8.",
         "9.", "N", "ED", "FH", "H", "EPA", "R"],
        pa.string(),
    ).take(pa.array(agency))
    cycle = 1 + below(rng, n, 3)
    code = pc.binary_join_element_wise(letter, padded(year % 100, 2), figures(cycle), "-", padded(below(rng, n, 200), 3), "")
    number = pc.binary_join_element_wise(figures(year), figures(cycle), ".")
    return code, number
