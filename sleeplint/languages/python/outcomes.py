"""What becomes of a timeout: whether its expiry is expected, bounds what normally ends first, or is not looked at."""

from __future__ import annotations

from sleeplint.languages.python.answers import asserted, looked_at_later
from sleeplint.languages.python.expirations import drained, gathered, outlasted, raised_later
from sleeplint.languages.python.flow import border
from sleeplint.languages.python.occurrences import occurrences
from sleeplint.languages.python.otherwise import ends_otherwise, works_on
from sleeplint.languages.python.raised import (
    alarmed,
    caught,
    expected,
    raised,
    raised_around_its_run,
    set_before,
)
from sleeplint.languages.python.scene import Scene
from sleeplint.languages.python.silences import bounded_before, chosen, silent
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tasks import class_of, is_test_class
from sleeplint.languages.python.unreleased import overrun, unreleased
from sleeplint.languages.python.verdict import Outcome
from sleeplint.records import replace


def outcome_of(scene: Scene, site: Site) -> Outcome:
    """What becomes of a timeout."""
    found = _outcome(scene, site)
    if found.role != "sleep" and (works_on(scene, site) or ends_otherwise(scene, site)):
        return Outcome("guard", False, found.checked, found.asserted)
    if found.role == "burned" and found.sure and _may_be_released(scene, site):
        return replace(found, sure=False)
    return found


def _may_be_released(scene: Scene, site: Site) -> bool:
    """Whether another method of the class sets the event of its own that a method waits for."""
    receiver, first = scene.called(site.call).receiver, border(site.chain)
    owner = class_of(site.chain, first) if receiver.startswith("self.") else None
    if owner is None or is_test_class(scene, owner):
        return False
    own, release = site.chain[first], f"{receiver}.set()".encode()
    places = occurrences(scene.code, release, owner.start_byte, owner.end_byte)
    return any(not own.start_byte <= place < own.end_byte for place in places)


def _outcome(scene: Scene, site: Site) -> Outcome:
    return (
        raised(scene, site)
        or set_before(scene, site)
        or alarmed(scene, site)
        or caught(scene, site)
        or raised_around_its_run(scene, site)
        or _told_apart(scene, site)
        or silent(scene, site)
        or chosen(scene, site)
        or asserted(scene, site)
        or overrun(scene, site)
        or unreleased(scene, site)
        or bounded_before(scene, site)
        or looked_at_later(scene, site)
        or Outcome("guard", True, None)
    )


def _told_apart(scene: Scene, site: Site) -> Outcome | None:
    """What says that it runs out is neither around the call nor asserts what it gives."""
    leaves = drained(scene, site)
    if leaves is not None:
        return Outcome("burned", False, True, leaves)
    least = outlasted(scene, site)
    if least is not None:
        return Outcome("burned", True, True, least)
    together = gathered(scene, site)
    if together is not None:
        return Outcome("burned" if together[1] else "guard", True, True, together[0])
    raises = raised_later(scene, site)
    return expected(scene, raises, False) if raises is not None else None


__all__ = ["Outcome", "outcome_of"]
