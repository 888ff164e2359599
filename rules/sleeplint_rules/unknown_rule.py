"""The rule `unknown-rule`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sleeplint.rule import Example, Finding, Rule, Severity, Silencing, TestFile, dataclass


@dataclass(frozen=True)
class UnknownRule(Rule):
    """An ignore comment names a rule that does not exist.

    ## Why

    A misspelt name silences nothing, and the finding that it was meant for looks like a fault of the linter.

    ## What to do instead

    Use the rule's name or code as `sleeplint rule` lists them. A rule of another pack is known only where that
    pack is installed.

    ## Fix safety

    No repair is offered: the nearest name need not be the one that is meant.
    """

    code = "SLP902"
    name = "unknown-rule"
    default = Severity.WARNING
    strict = Severity.WARNING
    examples = (
        Example(
            "python",
            """
            def test_adds():
                # sleeplint: ignore[startup-slep] not up yet  # error: unknown-rule
                assert add(1, 2) == 3
            """,
            title="A misspelt name",
        ),
        Example(
            "rust",
            """
            use std::time::Duration;

            #[test]
            fn forgets_old_entries() {
                let cache = Cache::with_ttl(Duration::from_secs(1));
                cache.insert("key", 7);
                // sleeplint: ignore[SLP101] the cache has no clock of its own
                std::thread::sleep(Duration::from_millis(1100));
                assert_eq!(cache.get("key"), None);
            }
            """,
            title="A rule, by its code",
            profile="default",
        ),
    )

    def judge_silencing(self, file: TestFile, silencings: Iterable[Silencing]) -> Iterator[Finding]:
        """Yield a finding for each key that is no rule's."""
        for silencing in silencings:
            for key, nearest in silencing.unknown:
                yield Finding(
                    rule=self.name,
                    code=self.code,
                    severity=Severity.WARNING,
                    path=file.path,
                    span=silencing.span,
                    message=f"There is no rule `{key}`.",
                    advice=f"Did you mean `{nearest}`?" if nearest else "`sleeplint rule` lists the rules.",
                    identity=key,
                )
