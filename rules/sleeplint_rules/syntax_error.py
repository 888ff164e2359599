"""The rule `syntax-error`."""

from __future__ import annotations

from collections.abc import Iterator

from sleeplint.rule import Budget, Example, Finding, Related, Rule, Severity, TestFile, dataclass


@dataclass(frozen=True)
class SyntaxTrouble(Rule):
    """A part of a test file does not parse, and its waits may be missed.

    ## Why

    The rest of the file is read all the same, so that one broken function does not hide the findings in the
    others. It informs only: most such places are new syntax that the parser does not know yet. Rust functions in
    which nothing can wait are not parsed, and so are not spoken of.

    ## What to do instead

    If your compiler or interpreter takes the file, nothing: please report the place. Otherwise mend it.

    ## Fix safety

    No repair is offered.
    """

    code = "SLP903"
    name = "syntax-error"
    default = Severity.INFO
    strict = Severity.INFO
    examples = (
        Example(
            "python",
            """
            import asyncio


            async def test_counts_messages(bus):
                await bus.publish("one")
                await asyncio.sleep(0.1)  # error: settle-sleep
                assert bus.seen == 1


            def test_breaks(:  # error: syntax-error
                assert True
            """,
            title="A function that does not parse, and one beside it that is read",
        ),
        Example(
            "rust",
            """
            #[test]
            fn adds() {
                assert_eq!(add(1, 2), 3);
            }
            """,
            title="A file that parses",
        ),
    )

    def judge(self, file: TestFile, budget: Budget) -> Iterator[Finding]:
        """Yield one finding for a file of tests that does not parse, at the first place."""
        if not file.broken or not (file.in_test or any(wait.in_test for wait in file.waits)):
            return
        first, *others = file.broken
        places = "one place" if not others else f"{1 + len(others)} places"
        yield Finding(
            rule=self.name,
            code=self.code,
            severity=Severity.INFO,
            path=file.path,
            span=first,
            message=f"This file does not parse in {places}; the rest of it is read all the same.",
            related=tuple(Related(other, "and here") for other in others),
        )
