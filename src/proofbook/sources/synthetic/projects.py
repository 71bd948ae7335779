"""What awards are about: titles, abstracts, and the numbers that agencies give them."""

from __future__ import annotations

import functools

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import lexicon
from .addresses import figures, padded
from .streams import Ints, below, chance, ranked, stream, weighted, zipf


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines())


_METHODS = lexicon.words(
    """Scalable Compact Low-Cost Robust Real-Time Miniature High-Efficiency Wearable Autonomous
    Adaptive Modular Distributed Portable Multi-Modal Non-Invasive High-Throughput Lightweight
    Novel Rapid Integrated Reconfigurable Wide-Band Radiation-Hardened Self-Healing Automated
    Predictive Three-Dimensional Broadband Ultra-Low-Power Hybrid"""
)
_THINGS = _phrases("""
    Sensor
    Laser Source
    Antenna Array
    Imaging System
    Software Framework
    Power Converter
    Battery
    Composite Structure
    Coating
    Diagnostic Assay
    Vaccine Platform
    Decision Aid
    Training Simulator
    Detector
    Signal Processor
    Propulsion System
    Membrane
    Catalyst
    Robotic Platform
    Navigation Aid
    Data Fusion Engine
    Spectrometer
    Thermal Management System
    Fiber Amplifier
    Nanomaterial
    Implant
    Drug Delivery System
    Algorithm Suite
    Test Bed
    Wireless Network
    Radar Receiver
    Bioreactor
    Heat Exchanger
    Actuator
    Microscope
""")
_USES = _phrases("""
    Unmanned Aerial Systems
    Undersea Vehicles
    Space Missions
    Early Cancer Detection
    Precision Agriculture
    Additive Manufacturing
    Combat Casualty Care
    Cyber Defense
    Grid Storage
    Water Quality Monitoring
    Aircraft Structural Health
    Missile Seekers
    Soldier Protection
    Drug Discovery
    Hypersonic Flight
    Nuclear Facilities
    Remote Sensing
    Electronic Warfare
    Rural Hospitals
    Special Education
    Highway Safety
    Border Security
    Quantum Information
    Semiconductor Inspection
    Satellite Communications
    Chronic Pain
    Infectious Disease
    Harsh Environments
    Marine Aquaculture
    Wildfire Response
""")
_SENTENCES = _phrases("""
    This project develops a {m} {t} for {u}.
    The proposed {t} will reduce cost and weight while meeting the needs of {u}.
    In Phase I the team will demonstrate the feasibility of a {m} approach to {u}.
    Current solutions for {u} are limited in range, "accuracy" and endurance.
    The key innovation is a {m} {t} that operates without calibration.
    Results will be validated against field data collected for {u}; see www.example.com/{m}.
    Commercial applications of the {t} include {u} and related markets.
    A prototype {t} will be built, tested & delivered at the end of the effort.
""")
#: Beginnings of tracking numbers, contracts and topic codes by agency and branch; others have the
#: last.
_PREFIXES: dict[str, tuple[str, str, str]] = {
    "Air Force": ("F", "FA8650-", "AF"),
    "Navy": ("N", "N00014-", "N"),
    "Army": ("A", "W911NF-", "A"),
    "Missile Defense Agency": ("B", "HQ0147-", "MDA"),
    "Defense Advanced Research Projects Agency": ("D", "HR0011-", "HR"),
    "Office of the Secretary of Defense": ("O", "W31P4Q-", "OSD"),
    "Defense Health Program": ("H", "W81XWH-", "DHA"),
    "Special Operations Command": ("S", "H92405-", "SOCOM"),
    "Defense Logistics Agency": ("L", "SP4701-", "DLA"),
    "National Institutes of Health": ("R", "1R43CA", "NIH"),
    "National Aeronautics and Space Administration": ("", "NNX", "S"),
    "National Science Foundation": ("", "IIP-", "IT"),
    "Department of Energy": ("", "DE-SC00", "0"),
    "Department of Agriculture": ("", "2013-", "8."),
    "": ("X", "70RSAT", "9."),
}


def titles(rng: np.random.Generator, n: int) -> pa.Array:
    """Project titles such as "Compact Laser Source for Space Missions"."""
    columns = [pa.array(w, pa.string()) for w in (_METHODS, _THINGS, _USES, lexicon.FIELDS)]
    method, thing, use, field = (
        c.take(pa.array(ranked(rng, n, zipf(len(c), 0.5)))) for c in columns
    )
    field = pc.if_else(pa.array(chance(rng, n, 0.3)), pa.scalar(None, pa.string()), field)
    head = pc.binary_join_element_wise(method, field, thing, " ", null_handling="skip")
    links = pa.array([" for ", " in ", " to Support ", ": A New Approach to "], pa.string())
    return pc.binary_join_element_wise(
        head, links.take(pa.array(weighted(rng, n, [70, 10, 10, 10]))), use, ""
    )


@functools.cache
def _sentences() -> pa.Array:
    """Some 4,000 sentences of the kind that abstracts are made of; the same in every world."""
    rng, n = stream(0, "sentences"), 4000
    method, thing, use = (
        [words[i].lower() for i in below(rng, n, len(words))]
        for words in (_METHODS, _THINGS, _USES)
    )
    rows = zip(range(n), method, thing, use, strict=True)
    made = [_SENTENCES[i % len(_SENTENCES)].format(m=m, t=t, u=u) for i, m, t, u in rows]
    return pa.array(made, pa.string())


def abstracts(rng: np.random.Generator, n: int) -> pa.Array:
    """Abstracts of two to five sentences; three times in four a new line is begun between them.

    The award file has 533,599 lines for 214,381 awards: about 1.5 line breaks in each.
    """
    pool, breaks = _sentences(), pa.array(["\n", " "], pa.string())
    parts: list[pa.Array] = []
    for number in range(5):
        missing = rng.random(n) < (0.0, 0.0, 0.3, 0.6, 0.8)[number]
        if number:
            line = (rng.random(n) > 0.75).astype(np.int64)
            parts.append(breaks.take(pa.array(line, mask=missing)))
        parts.append(pool.take(pa.array(below(rng, n, len(pool)), mask=missing)))
    return pc.binary_join_element_wise(*parts, "", null_handling="skip")


def agency_columns(names: list[str], agency: Ints) -> dict[str, pa.Array]:
    """Agency and branch; ``names`` are written "Agency|Branch", ``agency`` positions in them."""
    halves = [name.partition("|") for name in names]
    index = pa.array(agency)
    return {
        "Agency": pa.array([h[0] for h in halves], pa.string()).take(index),
        "Branch": pa.array([h[2] for h in halves], pa.string()).take(index),
    }


def number_columns(
    rng: np.random.Generator, names: list[str], agency: Ints, year: Ints
) -> dict[str, pa.Array]:
    """Tracking number, contract, topic code and solicitation in the manner of the agencies."""
    n = len(agency)
    keys = [name.partition("|")[2] or name.partition("|")[0] for name in names]
    prefixes = [_PREFIXES.get(key, _PREFIXES[""]) for key in keys]
    index = pa.array(agency)
    letter, office, area = (
        pa.array([p[i] for p in prefixes], pa.string()).take(index) for i in range(3)
    )
    short, cycle = padded(year % 100, 2), figures(1 + below(rng, n, 3))
    issue = pc.binary_join_element_wise(short, cycle, "")
    topic = padded(1 + below(rng, n, 300), 3)
    serial = padded(below(rng, n, 10_000), 4)
    kind = pa.array(["-C-", "-P-", "-M-"], pa.string()).take(pa.array(below(rng, n, 3)))
    order = padded(below(rng, n, 10_000), 4)
    head = pc.binary_join_element_wise(letter, issue, "")
    return {
        "Agency Tracking Number": pc.binary_join_element_wise(head, topic, serial, "-"),
        "Contract": pc.binary_join_element_wise(office, short, kind, order, ""),
        "Topic Code": pc.binary_join_element_wise(
            pc.binary_join_element_wise(area, issue, ""), topic, "-"
        ),
        "Solicitation Number": pc.binary_join_element_wise(figures(year), cycle, "."),
    }
