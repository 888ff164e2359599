"""What bounds a wait from outside: a timeout block, a call that gives up, a limit on the test."""

from __future__ import annotations

import re

from tree_sitter import Node

from sleeplint.facts import Limit, Milliseconds
from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.flow import border
from sleeplint.languages.python.scene import Called, Scene
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.suite import BY_RUNNER
from sleeplint.languages.python.tree import Chain, arguments_of
from sleeplint.text import Span

_WRAPPERS = frozenset({"wait_for", "with_timeout", "timeout", "fail_after", "move_on_after"})


def limit_of(scene: Scene, site: Site) -> Limit | None:
    """The tightest bound around a wait."""
    found: list[Limit] = []
    chain = site.chain
    inner: Node = site.call
    first = border(chain)
    for index in range(len(chain) - 1, first, -1):
        outer = chain[index]
        if outer.type == "with_statement" and inner.type == "block" and outer.named_child_count:
            for call in scene.calls(outer.named_children[0]):
                if _bounds(scene, call):
                    found += _known(scene, call.node)
        elif outer.type == "call" and inner.type == "argument_list" and scene.called(outer).name in _WRAPPERS:
            found += _known(scene, outer)
        inner = outer
    for index, outer in enumerate(chain):
        if outer.type == "decorated_definition":
            found += _decorated(scene, outer)
        if index > first >= 0:
            break
    test = site.test
    if test is not None and test.limit_ms is not None and not any("timeout" in limit.by for limit in found):
        found.append(Limit(test.limit_ms, test.limited_by or BY_RUNNER, test.name_span))
    if test is None and site.in_test and site.suite_limit_ms is not None:
        found.append(Limit(site.suite_limit_ms, BY_RUNNER, Span(site.call.start_byte, site.call.end_byte)))
    if site.of_this_project:  # its suite nests it to see what becomes of that
        found = [limit for limit in found if limit.by != site.api]
    return min(found, key=lambda limit: limit.ms, default=None)


def _bounds(scene: Scene, call: Called) -> bool:
    """Whether a call makes a timeout block, be it under another name: `from asyncio import timeout as within`."""
    if call.name in words.TIMEOUT_BLOCKS:
        return True
    return not call.receiver and scene.path(call.node).rpartition(".")[2] in words.TIMEOUT_BLOCKS


def _known(scene: Scene, call: Node) -> list[Limit]:
    bound = scene.sites.get(call.id)
    span = Span(call.start_byte, call.end_byte)
    if bound is not None:
        return [Limit(bound.duration_ms, bound.api, span)] if bound.duration_ms is not None else []
    arguments = arguments_of(call, scene.code)
    for value in (arguments.keywords.get("timeout"), arguments.at(0, "delay"), arguments.at(1, None)):
        ms = _literal(scene, value) if value is not None else None
        if ms is not None:
            return [Limit(ms, scene.path(call), span)]
    return []


def _decorated(scene: Scene, definition: Node) -> list[Limit]:
    found = []
    for child in definition.children:
        if child.type != "decorator" or not child.named_child_count:
            continue
        call = child.named_children[0]
        if call.type != "call":
            continue
        called = scene.called(call)
        if called.name not in ("timeout", "timeout_decorator", "with_timeout", "fail_after"):
            continue
        arguments = arguments_of(call, scene.code)
        value = arguments.at(0, "timeout") or arguments.at(0, "seconds")
        ms = _literal(scene, value) if value is not None else None
        if ms:
            by = scene.path(call)
            found.append(Limit(ms, by, Span(call.start_byte, call.end_byte)))
    return found


def _literal(scene: Scene, node: Node) -> Milliseconds | None:
    written = scene.text(node).replace("_", "").strip()
    if not re.fullmatch(r"\d{1,12}(\.\d{0,12})?|\.\d{1,12}", written):
        return None
    ms = float(written) * 1000
    return int(ms) if ms == int(ms) else ms


def enclosed(scene: Scene, chain: Chain) -> bool:
    """Whether a timeout block stands around the place at the end of a chain, in its own function."""
    for outer in reversed(chain[border(chain) + 1 :]):
        if outer.type == "with_statement" and outer.named_child_count:
            if any(_bounds(scene, call) for call in scene.calls(outer.named_children[0])):
                return True
        elif outer.type == "call" and scene.called(outer).name in _WRAPPERS:
            return True
    return False
