"""What the editor's own settings decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from sleeplint.errors import nearest

_VALUES: Mapping[str, tuple[object, ...]] = {
    "showCost": ("off", "codeLens", "inlayHint"),
    "rulePacks": (True, False),
}
_EDITORS = frozenset({"command", "trace", "trace.server", "enable", "enabled"})
"""What an extension keeps beside our settings for itself, and may send with them."""


@dataclass(frozen=True, slots=True)
class Options:
    """They come as `initializationOptions` and with `workspace/didChangeConfiguration`."""

    show_cost: Literal["off", "codeLens", "inlayHint"] = "off"
    """How to show beside each test what it pays."""
    rule_packs: bool = True
    """Load the rule packs of the installed environment."""

    def said(self, said: Any, *, all_ours: bool = False) -> tuple[Options, tuple[str, ...]]:
        """What holds after an editor sent `said`, and what is wrong with that; what is wrong stays as it was.

        Unknown keys are a mistake if `all_ours` or below `sleeplint`: elsewhere they may be other servers'.
        """
        if isinstance(said, dict) and "sleeplint" in said:
            said, all_ours = said["sleeplint"], True
        if said is None or said == []:  # how some editors say that nothing is set
            return self, ()
        if not isinstance(said, dict):
            return self, (f"a table is expected, not {_shown(said)}",) if all_ours else ()
        options = self
        if _is_a_value("showCost", said.get("showCost")):
            options = replace(options, show_cost=said["showCost"])
        if _is_a_value("rulePacks", said.get("rulePacks")):
            options = replace(options, rule_packs=said["rulePacks"])
        return options, tuple(_troubles(said, all_ours))


def _is_a_value(key: str, value: object) -> bool:
    return any(type(value) is type(one) and value == one for one in _VALUES[key])


def _troubles(said: Mapping[object, object], all_ours: bool) -> Iterator[str]:
    for key, value in said.items():
        name = str(key)
        if name in _VALUES:
            if value is not None and not _is_a_value(name, value):
                known = ", ".join(map(_shown, _VALUES[name]))
                yield f"`{name}` is one of {known}, not {_shown(value)}"
        elif all_ours and name not in _EDITORS:
            close = nearest(name, _VALUES)
            hint = f"did you mean `{close}`?" if close else "rules and budgets belong in `sleeplint.toml`"
            yield f"there is no `{name[:60]}` ({hint})"


def _shown(value: object) -> str:
    import json

    return f"`{json.dumps(value)[:60]}`"
