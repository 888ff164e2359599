"""One JSON object a line for each finding, written as it is found."""

from __future__ import annotations

import json
from typing import TextIO

from sleeplint.engine import Report
from sleeplint.reporters import View
from sleeplint.reporters.objects import finding_object
from sleeplint.reporters.tally import Tally


class Reporter:
    """Writes each finding as it comes."""

    def __init__(self, out: TextIO, view: View) -> None:
        """Write to `out`."""
        self._out = out

    def report(self, report: Report) -> None:
        """Write a line for each finding, and let it be read at once."""
        for finding in report.findings:
            self._out.write(json.dumps(finding_object(finding), ensure_ascii=False) + "\n")
        if report.findings:
            self._out.flush()

    def finish(self, tally: Tally) -> None:
        """Nothing follows the findings."""
