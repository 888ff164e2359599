"""What the editor's own settings decide."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Options:
    """They come as `initializationOptions` and with `workspace/didChangeConfiguration`."""

    show_cost: Literal["off", "codeLens", "inlayHint"] = "off"
    """How to show beside each test what it pays."""
    rule_packs: bool = True
    """Load the rule packs of the installed environment."""

    def said(self, said: Any) -> Options:
        """What holds after an editor sent `said`; what is not understood stays as it was."""
        if isinstance(said, dict):
            said = said.get("sleeplint", said)
        if not isinstance(said, dict):
            return self
        options = self
        if said.get("showCost") in ("off", "codeLens", "inlayHint"):
            options = replace(options, show_cost=said["showCost"])
        if isinstance(said.get("rulePacks"), bool):
            options = replace(options, rule_packs=said["rulePacks"])
        return options
