"""The rule `unused-suppression`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sleeplint.rule import Example, Finding, Rule, Severity, Silencing, TestFile, dataclass


@dataclass(frozen=True)
class UnusedSuppression(Rule):
    """An ignore comment silences nothing, cannot be understood, or lacks a reason that the settings ask for.

    ## Why

    A comment that outlives its finding makes the next reader believe in a problem that is gone, and hides the
    next one. A comment without a reason cannot be judged when the code around it changes.

    ## What to do instead

    Remove the comment, or the rule's name in it, when there is nothing left to silence. Put the reason behind
    the brackets: `sleeplint: ignore[startup-sleep] the device has no ready line`.

    ## Fix safety

    Removing what is unused is safe. A reason is for the author to write.
    """

    code = "SLP901"
    name = "unused-suppression"
    default = Severity.WARNING
    strict = Severity.WARNING
    examples = (
        Example(
            "python",
            """
            def test_adds():
                # sleeplint: ignore[sleep-over-budget] there was a sleep here once  # error: unused-suppression
                assert add(1, 2) == 3
            """,
            title="A comment that outlived its sleep",
        ),
        Example(
            "rust",
            """
            use std::time::Duration;

            #[test]
            fn forgets_old_entries() {
                let cache = Cache::with_ttl(Duration::from_secs(1));
                cache.insert("key", 7);
                // sleeplint: ignore[sleep-over-budget] the cache has no clock of its own
                std::thread::sleep(Duration::from_millis(1100));
                assert_eq!(cache.get("key"), None);
            }
            """,
            title="A comment that silences something",
            profile="default",
        ),
    )

    def judge_silencing(self, file: TestFile, silencings: Iterable[Silencing]) -> Iterator[Finding]:
        """Yield what is wrong with each ignore comment, one finding for each fault."""
        for silencing in silencings:
            if silencing.trouble is not None:
                yield self._about(
                    file,
                    silencing,
                    f"This ignore comment silences nothing, because {silencing.trouble.rstrip('.')}.",
                    None,
                )
                continue
            if silencing.unused:
                names = ", ".join(f"`{name}`" for name in silencing.unused)
                yield self._about(
                    file,
                    silencing,
                    f"This ignore comment silences nothing of {names}.",
                    "Remove the comment, or that part of it.",
                )
            if silencing.reason_required and not silencing.reason.strip():
                yield self._about(
                    file,
                    silencing,
                    "This ignore comment gives no reason, and the settings ask for one.",
                    "Write the reason behind the closing bracket.",
                )

    def _about(self, file: TestFile, silencing: Silencing, message: str, advice: str | None) -> Finding:
        return Finding(
            rule=self.name,
            code=self.code,
            severity=Severity.WARNING,
            path=file.path,
            span=silencing.span,
            message=message,
            advice=advice,
            identity=" ".join(silencing.rules),
        )
