"""What stands around one wait, looked up when a question needs it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property
from itertools import islice

from tree_sitter import Node

from sleeplint.facts import Limit, Milliseconds
from sleeplint.languages.rust import vocabulary
from sleeplint.languages.rust.bare import remark
from sleeplint.languages.rust.carriers import Carrier, borders
from sleeplint.languages.rust.flow import NEAR, Way, after, before, has_effect, statement, way
from sleeplint.languages.rust.flow import loops as loops_between
from sleeplint.languages.rust.loops import Shape, shape
from sleeplint.languages.rust.site import Site
from sleeplint.languages.rust.survey import survey
from sleeplint.languages.rust.tasks import Background, background
from sleeplint.regexes import regex
from sleeplint.text import Span

_NEAR = 8
"""Statements that are looked at before and after a wait."""


class Scene:
    """The surroundings of a wait."""

    def __init__(self, site: Site, sites: Sequence[Site]) -> None:
        """Look at nothing yet."""
        self.site = site
        self.sites = sites
        self.way: Way = way(site)
        self.here = len(self.way.nodes) - 1

    @cached_property
    def borders(self) -> list[tuple[int, Carrier]]:
        """The functions, closures and async blocks around it, innermost first."""
        return borders(self.way)

    @cached_property
    def own(self) -> int:
        """The index of the innermost border; -1 at the root."""
        return self.borders[0][0] if self.borders else -1

    @cached_property
    def carrier(self) -> Carrier:
        """What takes the innermost function, closure or async block."""
        return self.borders[0][1] if self.borders else Carrier("kept", 0)

    @cached_property
    def background(self) -> Background | None:
        """The background work in which it runs."""
        return background(self.way, self.borders)

    @cached_property
    def function(self) -> Node:
        """The innermost named function; the file's root if there is none."""
        for at, _ in self.borders:
            if self.way.nodes[at].type == "function_item":
                return self.way.nodes[at]
        return self.way.nodes[0]

    @cached_property
    def function_at(self) -> int:
        """The index of the innermost named function; -1 if there is none."""
        return next((at for at, _ in self.borders if self.way.nodes[at].type == "function_item"), -1)

    @cached_property
    def is_test_function(self) -> bool:
        """Whether the innermost function is the test itself."""
        test = self.site.test
        return test is not None and self.function.start_byte <= test.name_span.start < self.function.end_byte

    @cached_property
    def place(self) -> int:
        """The index of the statement that holds it."""
        return statement(self.way, self.here)

    @cached_property
    def statement(self) -> Node:
        """The statement that holds it."""
        return self.way.nodes[self.place]

    @cached_property
    def ahead(self) -> list[Node]:
        """The next statements, up to the end of the loop, closure, async block or function."""
        return list(islice(after(self.way, self.here), _NEAR))

    @cached_property
    def behind(self) -> list[Node]:
        """The statements before it, last first."""
        return list(islice(before(self.way, self.here), _NEAR))

    @cached_property
    def next(self) -> list[Node]:
        """The next statements that do something."""
        return [node for node in self.ahead if has_effect(self.way.text(node))]

    @cached_property
    def last(self) -> list[Node]:
        """The statements that did something before it, last first."""
        texts = ((node, self.way.text(node)) for node in self.behind)
        return [node for node, text in texts if has_effect(text) or vocabulary.ENDS.match(text.lstrip())]

    @cached_property
    def earlier(self) -> tuple[tuple[int, Milliseconds], ...]:
        """Where the last few sleeps before it in the same function begin, and how long they are."""
        until = bisect_left(self.sites, self.site.call.start_byte, key=lambda site: site.call.start_byte)
        return tuple(
            (site.call.start_byte, site.duration_ms)
            for site in self.sites[max(0, until - _NEAR) : until]
            if site.kind == "sleep" and site.duration_ms and site.call.start_byte > self.function.start_byte
        )

    @cached_property
    def loops(self) -> list[int]:
        """The indexes of the loops around it in its own function, closure or async block, innermost first."""
        return loops_between(self.way.nodes, self.here, self.own)

    @cached_property
    def loop(self) -> Shape | None:
        """The innermost loop around it."""
        return shape(self.way, self.loops[0]) if self.loops else None

    @cached_property
    def remark(self) -> bytes:
        """What the comment above it, or behind it on its line, says."""
        node = self.statement
        if node.end_byte - node.start_byte > 600:
            node = self.site.call
        return remark(self.site.code, node.start_byte, node.end_byte)

    @cached_property
    def around(self) -> list[tuple[Node, Site | None]]:
        """The calls around it within its own task, innermost first, with what a timeout's entry says of them."""
        timeouts = survey(self.sites).timeouts
        top = -1
        if self.background is not None:
            top = self.background.border if self.background.spawn is None else self.background.spawn
        nodes = (self.way.nodes[at] for at in range(self.here - 1, top, -1))
        calls = (node for node in nodes if node.type == "call_expression")
        return [(node, timeouts.get((node.start_byte, node.end_byte))) for node in calls]

    @cached_property
    def limit(self) -> Limit | None:
        """The tightest bound around it."""
        found: Limit | None = None
        for node, outer in self.around:
            if outer is None or outer.duration_ms is None or outer.entry.purpose != "operation":
                continue
            if found is None or outer.duration_ms < found.ms:
                found = Limit(outer.duration_ms, outer.api, Span(node.start_byte, node.end_byte))
        test = self.site.test
        if test is not None and test.limit_ms is not None and (found is None or test.limit_ms < found.ms):
            found = Limit(test.limit_ms, "test", test.name_span)
        return found

    @cached_property
    def bound_name(self) -> bytes:
        """The name to which what takes the innermost closure or async block around it is bound; empty if to none."""
        taken = self.carrier
        if taken.taken == "function":
            return b""
        for at in range(taken.at, max(-1, taken.at - _NEAR), -1):
            node = self.way.nodes[at]
            if node.type == "let_declaration":
                pattern = node.child_by_field_name("pattern")
                return self.way.text(pattern).rpartition(b" ")[2] if pattern is not None else b""
            if node.type == "block":
                break
        return b""

    def bound_of(self, name: bytes) -> Milliseconds | None:
        """The bound that a timeout further down sets to the future of a name, or to what is made of it."""
        if not re.fullmatch(rb"\w+", name):
            return None
        start, end = self.site.call.end_byte, self.function.end_byte
        timeouts = [(span, outer) for span, outer in survey(self.sites).timeouts.items() if start <= span[0] < end]
        if not timeouts:
            return None
        names = {name}
        for made, value in _MADE.findall(self.way.bare, start, min(end, start + NEAR)):
            if not names.isdisjoint(_WORD.findall(value)):
                names.add(made)
        use = re.compile(rb"\b(?:" + b"|".join(sorted(names)) + rb")\b")
        for (place, stop), outer in timeouts:
            if use.search(self.way.bare, place, stop):
                return outer.duration_ms
        return None


_WORD = regex(rb"\w+")
_MADE = regex(rb"\blet\s+(?:mut\s+)?(\w+)\s*+=\s*+([^;{}]*);")
