"""SARIF 2.1.0 for code scanning: one run, every rule's page, repository-relative places.

What GitHub's code scanning documents as its limits and required properties decides the shape:
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from typing import Any, TextIO

from sleeplint import HOME, __version__
from sleeplint.engine import Report
from sleeplint.finding import Applicability, Finding, Problem, Severity
from sleeplint.pages import address, page, sections
from sleeplint.reporters import View
from sleeplint.reporters.objects import whole
from sleeplint.reporters.repository import Repository
from sleeplint.reporters.tally import Tally
from sleeplint.rule import Rule
from sleeplint.source import Source
from sleeplint.text import Location

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_RESULTS = 25_000
"""GitHub takes no more results in one run."""
MOST_BYTES = 10_000_000
"""GitHub takes no larger file, gzipped."""
CONTEXT = 2
"""Lines shown around a place."""
LINKED = 10
"""Related places that the message links to; only linked ones are shown."""
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEMS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
_ROOT = "%SRCROOT%"
Json = dict[str, Any]


class Reporter:
    """Gathers everything and writes the log at the end."""

    def __init__(self, out: TextIO, view: View) -> None:
        """Write to `out`."""
        self._out = out
        self._view = view
        self._repository = Repository.here()
        self._rules = {rule.code: number for number, rule in enumerate(view.registry.rules)}
        self._results: list[tuple[Finding, Json]] = []

    def report(self, report: Report) -> None:
        """Turn one file's findings into results, while its text is at hand."""
        source = self._view.source(report.path) if report.findings or report.silenced else None
        found = [*report.findings, *(report.silenced if self._view.show_suppressed else ())]
        self._results += ((finding, self._result(finding, source)) for finding in found)

    def finish(self, tally: Tally) -> None:
        """Write the log, cut to what code scanning takes."""
        kept = _worst(self._results, MOST_RESULTS)
        text = self._log(kept, tally)
        while len(kept) > 1 and (size := len(gzip.compress(text.encode("utf-8", "replace"), 6))) > MOST_BYTES:
            kept = _worst(self._results, min(len(kept) - 1, int(len(kept) * 0.95 * MOST_BYTES / size)))
            text = self._log(kept, tally)
        self._out.write(text + "\n")

    def _log(self, kept: list[tuple[Finding, Json]], tally: Tally) -> str:
        log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [self._run([result for _, result in kept], tally)]}
        return json.dumps(log, ensure_ascii=False, separators=(",", ":"))

    def _run(self, results: list[Json], tally: Tally) -> Json:
        run: Json = {
            "tool": {
                "driver": {
                    "name": "sleeplint",
                    "fullName": f"sleeplint {__version__}",
                    "organization": "sleeplint",
                    "version": __version__,
                    "semanticVersion": __version__,
                    "informationUri": HOME,
                    "rules": [_descriptor(rule) for rule in self._view.registry.rules],
                }
            },
            "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
            "columnKind": "unicodeCodePoints",
            "invocations": [self._invocation(tally, cut=len(self._results) - len(results))],
            "results": results,
        }
        if (provenance := self._repository.provenance()) is not None:
            where = {"repositoryUri": provenance[0], "revisionId": provenance[1], "mappedTo": {"uriBaseId": _ROOT}}
            run["versionControlProvenance"] = [where]
        if self._view.category:
            run["automationDetails"] = {"id": f"{self._view.category.rstrip('/')}/"}
        return run

    def _invocation(self, tally: Tally, cut: int) -> Json:
        failed = any(problem.internal for problem in tally.problems)
        invocation: Json = {"executionSuccessful": not failed, "exitCode": tally.exit_code}
        notifications = [self._notification(problem) for problem in tally.problems]
        if cut:
            words = f"{cut} results are left out, the least severe and cheapest: code scanning takes no more."
            notifications.append({"level": "warning", "message": {"text": words}})
        if notifications:
            invocation["toolExecutionNotifications"] = notifications
        return invocation

    def _notification(self, problem: Problem) -> Json:
        return {
            "level": "error" if problem.internal else "warning",
            "message": {"text": f"{problem.path}: {problem.message}"},
            "locations": [{"physicalLocation": {"artifactLocation": self._artifact(problem.path)}}],
        }

    def _result(self, finding: Finding, source: Source | None) -> Json:
        path = finding.path
        location = self._location(path, finding.location, source, context=True)
        if finding.test:
            location["logicalLocations"] = [{"fullyQualifiedName": finding.test, "kind": "function"}]
        result: Json = {
            "ruleId": finding.code,
            "ruleIndex": self._rules[finding.code],
            "level": _LEVELS[finding.severity],
            "message": {
                "text": _message(finding),
                "id": "default",
                "arguments": [finding.test or path, finding.message.removesuffix(".")],
            },
            "locations": [location],
            "partialFingerprints": {"sleeplint/v1": finding.fingerprint},
            "properties": _properties(finding),
        }
        related = zip(finding.related, finding.related_locations, strict=True)
        if finding.related:
            result["relatedLocations"] = [
                {"id": number, "message": {"text": f"{one.text}."}} | self._location(path, place, source)
                for number, (one, place) in enumerate(related, 1)
            ]
        if (fix := finding.fix) is not None and fix.edits and fix.applicability is not Applicability.DISPLAY_ONLY:
            result["fixes"] = [self._fix(finding)]
        if finding.suppressed_by is not None:
            result["suppressions"] = [{"kind": "inSource", "justification": finding.suppressed_by}]
        return result

    def _fix(self, finding: Finding) -> Json:
        assert finding.fix is not None
        replacements = [
            {"deletedRegion": _region(place), "insertedContent": {"text": edit.text}}
            for edit, place in zip(finding.fix.edits, finding.fix_locations, strict=True)
        ]
        change = {"artifactLocation": self._artifact(finding.path), "replacements": replacements}
        return {"description": {"text": f"{finding.fix.title}."}, "artifactChanges": [change]}

    def _location(self, path: str, place: Location, source: Source | None, context: bool = False) -> Json:
        physical: Json = {"artifactLocation": self._artifact(path), "region": _region(place)}
        if source is not None:
            lines = source.lines
            physical["region"]["snippet"] = {"text": _between(source, place)}
            if context:
                first, last = max(1, place.line - CONTEXT), min(lines.lines, place.end_line + CONTEXT)
                text = "\n".join(lines.line_text(line) for line in range(first, last + 1))
                physical["contextRegion"] = {"startLine": first, "endLine": last, "snippet": {"text": text}}
        return {"physicalLocation": physical}

    def _artifact(self, path: str) -> Json:
        uri = self._repository.uri(path)
        return {"uri": uri} if uri.startswith("file:") else {"uri": uri, "uriBaseId": _ROOT}


def _worst(results: Iterable[tuple[Finding, Json]], most: int) -> list[tuple[Finding, Json]]:
    """The `most` severe and expensive results, in their old order."""
    numbered = list(enumerate(results))
    if len(numbered) > most:
        numbered.sort(key=lambda item: (-item[1][0].severity.rank, -(item[1][0].cost_ms or 0), item[0]))
        numbered = sorted(numbered[:most], key=lambda item: item[0])
    return [result for _, result in numbered]


def _descriptor(rule: type[Rule]) -> Json:
    level = rule.default or rule.strict or Severity.WARNING
    why = next(iter(sections(rule).values()), rule.summary)
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": _short(rule.summary)},
        "fullDescription": {"text": _short(" ".join(why.split("\n\n")[0].split()))},
        "messageStrings": {"default": {"text": "In '{0}': '{1}'."}},
        "help": {"text": page(rule), "markdown": page(rule)},
        "helpUri": address(rule),
        "defaultConfiguration": {"level": _LEVELS[level], "enabled": rule.default is not None},
        "properties": {
            "tags": ["tests", "flakiness" if rule.code < "SLP2" else "timing"],
            "precision": "high" if rule.default in (Severity.ERROR, Severity.WARNING) else "medium",
            "problem.severity": _PROBLEMS[level],
        },
    }


def _short(text: str, most: int = 1024) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _message(finding: Finding) -> str:
    parts = [finding.message]
    if finding.advice:
        parts.append(finding.advice if finding.advice.endswith(".") else f"{finding.advice}.")
    links = [f"[{_linkable(one.text)}]({number})" for number, one in enumerate(finding.related[:LINKED], 1)]
    if links:
        parts.append(f"See: {', '.join(links)}.")
    return " ".join(parts)


def _linkable(text: str) -> str:
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _properties(finding: Finding) -> Json:
    said = {
        "rule": finding.rule,
        "role": finding.role,
        "durationMs": whole(finding.duration_ms),
        "costMs": whole(finding.cost_ms),
        "applicability": finding.fix.applicability.value if finding.fix else None,
    }
    return {key: value for key, value in said.items() if value is not None}


def _region(place: Location) -> Json:
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


def _between(source: Source, place: Location) -> str:
    lines = source.lines
    start, end = lines.offset(place.line, place.column), lines.offset(place.end_line, place.end_column)
    return source.code[start:end].decode("utf-8", "replace")
