"""JUnit XML: a test suite for each file with findings, a failed test case for each finding."""

from __future__ import annotations

from typing import TextIO
from xml.etree import ElementTree

from sleeplint.engine import Report
from sleeplint.finding import Finding
from sleeplint.regexes import regex
from sleeplint.reporters import View
from sleeplint.reporters.tally import Tally

_NOT_XML = regex(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Reporter:
    """Gathers the suites and writes one document at the end."""

    def __init__(self, out: TextIO, view: View) -> None:
        """Write to `out`."""
        self._out = out
        self._suites = ElementTree.Element("testsuites", name="sleeplint")

    def report(self, report: Report) -> None:
        """Keep a suite for a file with findings."""
        if report.findings:
            self._suite(report.path, failures=len(report.findings))
            for finding in report.findings:
                self._case(finding)

    def finish(self, tally: Tally) -> None:
        """Write the document; a run without findings is one passed case, for readers that want some."""
        if not len(self._suites):
            self._suite("sleeplint", failures=0)
            ElementTree.SubElement(self._suites[-1], "testcase", name="no findings", classname="sleeplint")
        for problem in tally.problems:
            self._suite(problem.path, errors=1)
            case = ElementTree.SubElement(self._suites[-1], "testcase", name="reading", classname=_clean(problem.path))
            ElementTree.SubElement(case, "error", message=_clean(problem.message))
        failures = sum(int(suite.get("failures", "0")) for suite in self._suites)
        errors = sum(int(suite.get("errors", "0")) for suite in self._suites)
        tests = sum(int(suite.get("tests", "0")) for suite in self._suites)
        for name, number in (("tests", tests), ("failures", failures), ("errors", errors)):
            self._suites.set(name, str(number))
        ElementTree.indent(self._suites)
        self._out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        self._out.write(ElementTree.tostring(self._suites, encoding="unicode") + "\n")

    def _suite(self, path: str, failures: int = 0, errors: int = 0) -> None:
        suite = ElementTree.SubElement(self._suites, "testsuite", name=_clean(path))
        suite.set("tests", str(max(1, failures + errors)))
        suite.set("failures", str(failures))
        suite.set("errors", str(errors))

    def _case(self, finding: Finding) -> None:
        place = f"{finding.path}:{finding.location.line}:{finding.location.column}"
        case = ElementTree.SubElement(
            self._suites[-1],
            "testcase",
            name=_clean(f"{finding.rule} at line {finding.location.line}"),
            classname=_clean(finding.path),
            file=_clean(finding.path),
            line=str(finding.location.line),
        )
        failure = ElementTree.SubElement(case, "failure", message=_clean(finding.message), type=finding.code)
        failure.text = _clean("\n".join([f"{place}: {finding.severity.value}", *filter(None, [finding.advice])]))


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
