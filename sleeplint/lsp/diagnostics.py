"""Findings as an editor's diagnostics."""

from __future__ import annotations

from lsprotocol import types

from sleeplint.engine import Report
from sleeplint.finding import Finding, Severity
from sleeplint.lsp.documents import Document
from sleeplint.pages import address
from sleeplint.registry import Registry

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}
_NEEDLESS = frozenset({"unused-suppression"})
"""Rules about text that could go: editors fade it."""


def diagnostics(document: Document, report: Report, rules: Registry) -> list[types.Diagnostic]:
    """What an editor shows for a report: a diagnostic for each finding, one for each problem."""
    shown = [diagnostic(document, finding, rules) for finding in report.findings]
    top = types.Range(types.Position(0, 0), types.Position(0, 0))
    for problem in report.problems:
        severity = types.DiagnosticSeverity.Error if problem.internal else types.DiagnosticSeverity.Information
        shown.append(types.Diagnostic(top, problem.message, severity=severity, source="sleeplint"))
    return shown


def diagnostic(document: Document, finding: Finding, rules: Registry) -> types.Diagnostic:
    """One finding as a diagnostic."""
    message = f"{finding.message}\n{finding.advice}" if finding.advice else finding.message
    return types.Diagnostic(
        range=document.positions.range(document.head(finding.span)),
        message=message,
        severity=_SEVERITIES[finding.severity],
        code=finding.rule,
        code_description=types.CodeDescription(address(rule)) if (rule := rules.find(finding.code)) else None,
        source="sleeplint",
        tags=[types.DiagnosticTag.Unnecessary] if finding.rule in _NEEDLESS else None,
        related_information=[
            types.DiagnosticRelatedInformation(
                types.Location(document.uri, document.positions.range(document.head(related.span))), related.text
            )
            for related in finding.related
        ]
        or None,
        data={"fingerprint": finding.fingerprint},
    )
