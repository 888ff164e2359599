"""The rule `unread-code`."""

from __future__ import annotations

from collections.abc import Iterator

from sleeplint.rule import Budget, Example, Finding, Rule, Severity, Span, TestFile, dataclass


@dataclass(frozen=True)
class UnreadCode(Rule):
    """A file was not read, or only in part, because it reached a bound of size, depth, number or time.

    ## Why

    A linter that hangs on one file is switched off, so reading is bounded; and silence about what was not read would
    look like a clean file. The bounds lie far beyond what people write: what reaches them is generated, recorded, or
    made to break tools. It informs only, because the bound on time depends on the machine.

    ## What to do instead

    Put generated files under `exclude` in the settings. A test file that people write and that reaches a bound is
    best divided; please report it, too.

    ## Fix safety

    No repair is offered.
    """

    code = "SLP904"
    name = "unread-code"
    default = Severity.INFO
    strict = Severity.INFO
    tells_unread = True
    examples = (
        Example(
            "rust",
            f"""
            use std::{{thread, time::Duration}}; // error: unread-code

            #[test]
            fn generated() {{
                assert_eq!((), {"*&" * 300}thread::sleep(Duration::from_secs(2)));
            }}
            """,
            title="A generated expression, nested deeper than is read",
        ),
        Example(
            "python",
            """
            def test_adds():
                assert add(1, 2) == 3
            """,
            title="A file that is read to its end",
        ),
    )

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield one finding for a file that was not read to its end, at its head, with what was given up."""
        if not file.unread:
            return
        yield Finding(
            rule=self.name,
            code=self.code,
            severity=Severity.INFO,
            path=file.path,
            span=Span(0, 0),
            message=f"This file is {'; it is '.join(file.unread)}.",
        )
