"""The Python reader: one source in, its facts out."""

from __future__ import annotations

from pathlib import Path

from tree_sitter import Tree

from sleeplint.facts import TestFile, Wait
from sleeplint.languages import Surroundings
from sleeplint.languages.catalogue import Call
from sleeplint.languages.circumstances import Circumstances
from sleeplint.languages.python.calls import CALLED_NAMES, Found, also_known_as, find, own_entries
from sleeplint.languages.python.modules import Module
from sleeplint.languages.python.names import Names, names_of
from sleeplint.languages.python.parsing import parse
from sleeplint.languages.python.pragmas import read_pragmas
from sleeplint.languages.python.scopes import Tests, is_test_path
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tree import statement_of
from sleeplint.source import Source
from sleeplint.text import Span


def may_wait(code: bytes, calls: tuple[Call, ...] = ()) -> bool:
    """Whether a byte search says that reading `code` can yield anything."""
    return True


def read(source: Source, around: Surroundings) -> TestFile:
    """Read the facts of one Python file."""
    tree = parse(source.code)
    if not isinstance(tree, Tree):
        return TestFile(source.path, "python", around.in_test, unread=(tree,))
    module = Module(source.path, source.code, tree, around.project)
    names = names_of(module)
    in_test = around.in_test or is_test_path(_below_root(module))
    tests = Tests(names, in_test)
    own = own_entries(around.calls)
    wanted = CALLED_NAMES | {path.rpartition(".")[2] for path in own}
    wanted |= also_known_as(source.code, wanted)
    sites, founds = [], []
    for found in find(names, frozenset(wanted), own):
        scope = tests.scope(found.chain, found.call)
        founds.append(found)
        sites.append(
            Site(
                found.call,
                found.chain,
                source.code,
                names,
                found.entry,
                found.api,
                found.entry.kind,
                found.duration_ms,
                scope.in_test,
                scope.in_async,
                False,
                scope.test,
                found.wrapper,
                found.by_reference,
            )
        )
    waits = [_wait(f, s, Circumstances("sync", "low", None), names) for f, s in zip(founds, sites, strict=True)]
    return TestFile(
        path=source.path,
        language="python",
        in_test=in_test,
        waits=tuple(sorted(waits, key=lambda wait: wait.span)),
        tests=tests.all() if in_test else (),
        pragmas=tuple(read_pragmas(module)),
    )


def _below_root(module: Module) -> str:
    if module.place is not None and module.project is not None:
        return module.place.relative_to(module.project.root).as_posix()
    return Path(module.path).as_posix()


def _wait(found: Found, site: Site, around: Circumstances, names: Names) -> Wait:
    statement = statement_of(site.chain, site.call)
    same_line = b"\n" not in site.code[found.function.start_byte : found.name.start_byte]
    start = found.function.start_byte if same_line else found.name.start_byte
    return Wait(
        span=Span(start, site.call.end_byte),
        statement=Span(statement.start_byte, statement.end_byte),
        language="python",
        kind=site.kind,
        api=site.api,
        duration_ms=site.duration_ms,
        in_test=site.in_test,
        role=around.role,
        role_confidence=around.role_confidence,
        cost_ms=around.cost_ms,
        repeats=around.repeats,
        awaited=around.awaited,
        checked=around.checked,
        loop=around.loop,
        task=around.task,
        limit=around.limit,
        order=around.order,
        expires=around.expires,
        readiness=around.readiness,
        related=around.related,
        written=found.written,
        wrapper=found.wrapper,
        test=site.test.name if site.test else None,
        blocking=site.entry.blocking,
        in_async=site.in_async,
        purpose=site.entry.purpose,
    )
