"""Which rules speak under some settings, how loud, and with which options."""

from __future__ import annotations

from collections.abc import Iterator

from sleeplint.finding import Severity
from sleeplint.registry import Enabled, Registry
from sleeplint.settings import Settings


def enable(registry: Registry, settings: Settings) -> tuple[Enabled, ...]:
    """The rules that `settings` switch on, ordered by code.

    A rule that is selected by name and off in the profile speaks with the other profile's severity.
    """
    return tuple(_enabled(registry, settings))


def _enabled(registry: Registry, settings: Settings) -> Iterator[Enabled]:
    selected, ignored = set(settings.select), set(settings.ignore)
    for rule in registry.rules:
        keys = {rule.name, rule.code}
        severity = rule.severity_in(settings.profile)
        if selected:
            severity = (severity or rule.strict or rule.default or Severity.WARNING) if keys & selected else None
        if severity is not None and not keys & ignored:
            yield Enabled(rule.configured(settings.profile, settings.rules.get(rule.name)), severity)
