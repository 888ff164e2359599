"""Whether a sleep runs to its end, or is cut off by what limits it."""

from __future__ import annotations

from sleeplint.facts import Milliseconds
from sleeplint.languages.rust.expiry import cutting, limits_of_users
from sleeplint.languages.rust.scene import Scene


def within(scene: Scene, name: bytes = b"") -> bool | None:
    """Whether it is over before what limits it; None if the source does not say.

    That is a bound around it, around the future of that name or what is made of it, or the limit that the test
    gives to the code under test.
    """
    bound = _bound(scene, name or scene.bound_name) or cutting(scene.way, scene.function)
    if bound is None or scene.site.duration_ms is None:
        return None
    return scene.site.duration_ms < bound


def is_cut_off(scene: Scene) -> bool:
    """Whether a timeout around it, or around the future of a name in which it stands, is over before it."""
    named = scene.carrier.taken == "here" and scene.way.nodes[scene.carrier.at].type == "let_declaration"
    bound = _bound(scene, scene.carrier.word if named else b"")
    return bound is not None and scene.site.duration_ms is not None and scene.site.duration_ms >= bound


def is_cut_off_by_users(scene: Scene) -> bool:
    """Whether it is longer than each limit that those give to the code under test who give it the function."""
    ms = scene.site.duration_ms
    users = limits_of_users(scene.way, scene.way.word(scene.function.child_by_field_name("name")))
    return bool(users) and ms is not None and all(limit is not None and limit < ms for limit in users)


def _bound(scene: Scene, name: bytes) -> Milliseconds | None:
    return scene.limit.ms if scene.limit is not None else scene.bound_of(name)
