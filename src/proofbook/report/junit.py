"""JUnit of a run: a case for every notebook and every gate."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from proofbook.report.words import visible
from proofbook.suite.result import GateOutcome, NotebookOutcome, RunResult

#: States that say nothing about right or wrong: skipped, with the reason.
_UNDECIDED = ("unresolved", "no_baseline")


def junit_xml(result: RunResult) -> str:
    """The run as JUnit XML without control characters.

    A notebook that broke is an error, a failed or missing gate a failure; what was held back,
    left out or could not be decided is skipped, with the reason. A warning passes and says so.
    """
    root = ET.Element("testsuites", name="proofbook")
    books = _suite(root, "notebooks", result)
    for book in result.notebooks:
        _notebook(books, book)
    gates = _suite(root, "gates", result)
    blocked = {n.key: n for n in result.notebooks if n.status in ("blocked", "skipped")}
    for gate in result.gates:
        _gate(gates, gate, blocked.get(gate.notebook))
    for suite in (books, gates):
        _count(suite)
    for kind in ("tests", "errors", "failures", "skipped"):
        root.set(kind, str(sum(int(suite.get(kind, "0")) for suite in (books, gates))))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(root: ET.Element, name: str, result: RunResult) -> ET.Element:
    stamp = visible(result.provenance.started)[:19]
    return ET.SubElement(
        root, "testsuite", name=f"proofbook.{name}", id=visible(result.run_id), timestamp=stamp
    )


def _case(suite: ET.Element, name: str, group: str, seconds: float = 0.0) -> ET.Element:
    return ET.SubElement(
        suite, "testcase", name=visible(name), classname=visible(group), time=f"{seconds:.3f}"
    )


def _notebook(suite: ET.Element, book: NotebookOutcome) -> None:
    case = _case(suite, book.key, "proofbook.notebooks", book.seconds)
    reason = visible(book.reason or book.status)
    if book.status in ("blocked", "skipped"):
        ET.SubElement(case, "skipped", message=f"{book.status}: {reason}")
    elif book.status != "completed":
        error = book.error
        if error is not None:
            reason = visible(f"{error.ename}: {error.evalue}")
        found = ET.SubElement(case, "error", type=book.status, message=reason)
        found.text = visible(error.traceback if error else book.reason)


def _gate(suite: ET.Element, gate: GateOutcome, held: NotebookOutcome | None) -> None:
    size = f" at {gate.size}" if gate.size else ""
    case = _case(suite, f"{gate.metric}{size}", f"proofbook.gates.{gate.notebook or 'run'}")
    message = visible(gate.message or f"{gate.metric} is {gate.value}")
    if held is not None and gate.state == "missing":
        reason = visible(held.reason or held.status)
        ET.SubElement(case, "skipped", message=f"not measured: {reason}")
    elif gate.state in _UNDECIDED or (gate.state == "missing" and gate.severity == "warn"):
        ET.SubElement(case, "skipped", message=f"{gate.state}: {message}")
    elif gate.state in ("fail", "missing") and gate.severity == "error":
        found = ET.SubElement(case, "failure", type=gate.state, message=message)
        found.text = visible(f"value {gate.value}, warn {gate.warn}, fail {gate.fail}")
    elif gate.state != "pass":
        ET.SubElement(case, "system-out").text = f"{gate.state}: {message}"


def _count(suite: ET.Element) -> None:
    suite.set("tests", str(len(suite)))
    for kind, tag in (("errors", "error"), ("failures", "failure"), ("skipped", "skipped")):
        suite.set(kind, str(len(suite.findall(f"testcase/{tag}"))))
