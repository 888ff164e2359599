"""Functions that may be the project's own way to wait, by a byte search, and how calls of them look."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import cache, cached_property, reduce
from operator import or_

from sleeplint.languages.python.aliases import also_known_as, word_before
from sleeplint.languages.python.imports import IMPORT, above, imported, imports_of
from sleeplint.languages.python.paths import is_test_path
from sleeplint.languages.python.shapes import ANY, QUOTED, Shape, parts, shapes_of, sleeps_named
from sleeplint.regexes import regex
from sleeplint.source import Project

SUGGESTED = "python functions that may wait in"
"""Key, with a path, under which a project remembers what the file there suggests and imports."""

MAX_FILES = 80
"""Files around one whose own imports are looked at as well."""
BOUND = regex(rb"timeout|time_?limit|max_wait|deadline", re.IGNORECASE)
"""In the name of a parameter: it bounds how long the function waits."""
# A letter that a search can look for stands first: that is eight times as fast as a word's edge.
_DEFINED = regex(rb"def[ \t]+(\w+)")
_DEFINITION = regex(rb"def(?<!\wdef)[ \t]+(\w+)[ \t]*\(([^)]*)\)?")
_LAMBDA = regex(rb"lambda\b")
_NEAR = 400
"""How many bytes behind its parameters a thin wrapper has its wait."""
_WAITS = regex(rb"[sS]leep|(?<!\ba)wait|\bawait\w|Wait|[tT]imeout|[dD]elay|(?<![\"']\.)join")
_CALLED = regex(rb"(?<![\w\x80-\xff])(?!(?:return|await|if)\b)([\w\x80-\xff]+)[ \t]*\(")
_RECEIVERS = (b"self", b"cls")
_PLAIN = regex(rb"[\w\s,*]*")
_PARAMETER = regex(rb"[\w\x80-\xff]+")
_COLON = regex(rb"[^\n:]*:[ \t]*(?:#[^\n]*)?\r?\n")
_DOCSTRING = regex(rb"\s*[rbuRBU]{0,2}%s[ \t]*(?=[\r\n])" % QUOTED, re.DOTALL)
_LINE = regex(rb"\n([ \t]*)([^\s#][^\n]*)")
_CONTINUED = (b")", b"]", b"}", b"import ", b"from ")
"""Lines that begin no statement, or none that counts."""
_NO_CALL = regex(rb"[\w.]+[ \t]*=(?!=)|return[ \t]+(?:lambda|not)\b")
_RETURN = regex(rb"return\b[\s\w\\;]*(?:#.*)?")
"""At the end of a function, if that gives nothing, or what is there already."""
_COMPOUND = (b"with ", b"for ", b"while ", b"try:", b"async ", b"def ", b"class ", b"raise ", b"assert ", b"@", b"el")


class Suggestions:
    """Functions of a file that may be wrappers or bound a wait by a parameter, and other names of sleeps.

    They are looked for by a byte search, where somebody calls what is named so.
    """

    def __init__(self, code: bytes, aliases: Iterable[tuple[bytes, bytes]] | None = None) -> None:
        """Search `code`; `aliases` are what `also_known_as` says of all that waits, if that is known already."""
        self._code = code
        self._renamed = aliases
        self._known: dict[bytes, Shape | None] = {}
        self._waiting: dict[bytes, dict[int, Shape]] = {}

    def among(self, names: AbstractSet[bytes]) -> dict[bytes, Shape]:
        """How calls look that may wait, of those functions that are named so."""
        return {name: shape for name in names & self._names if (shape := self.get(name)) is not None}

    def get(self, name: bytes) -> Shape | None:
        """How a call of a function looks that may wait; None if it cannot."""
        if name not in self._known:
            self._known[name] = ANY if name in self._aliases else self._look(name)
        return self._known[name]

    @cached_property
    def _names(self) -> frozenset[bytes]:
        return frozenset(_DEFINED.findall(self._code)) | self._lambdas | self._aliases

    @cached_property
    def _aliases(self) -> frozenset[bytes]:
        sleeps = sleeps_named()
        renamed = also_known_as(self._code, sleeps) if self._renamed is None else self._renamed
        return frozenset(alias for alias, name in renamed if name in sleeps)

    @cached_property
    def _lambdas(self) -> frozenset[bytes]:
        return frozenset(_lambdas(self._code))

    @cached_property
    def _places(self) -> dict[bytes, list[int]]:
        """Where functions are defined that are given anything, by their names."""
        found: dict[bytes, list[int]] = {}
        for match in _DEFINITION.finditer(self._code):
            name, parameters = match[1], match[2].strip()
            if not name.startswith(b"__") and parameters and parameters not in _RECEIVERS:
                found.setdefault(name, []).append(match.start())
        return found

    def _look(self, name: bytes) -> Shape | None:
        if name not in self._names:
            return None
        waiting = self._itself(name)
        found = [*waiting.values()]
        for start in self._places.get(name, ()):
            definition = self._definition(start)
            if start not in waiting and self._calls(definition.end(), definition.end() + _NEAR):
                shape = _shape(self._code, definition, self._calls)  # a wrapper of a wrapper
                found += [shape] if shape is not None else []
        return reduce(or_, found) if found else None

    def _itself(self, name: bytes) -> dict[int, Shape]:
        """How a call looks of what waits itself, by its places."""
        if name not in self._waiting:
            found = self._waiting[name] = {-1: ANY} if name in self._lambdas else {}
            for start in self._places.get(name, ()):
                match = self._definition(start)
                near = self._code[match.end() : match.end() + _NEAR]
                if b"timeout" in match[2].lower() or _may_wait(near):
                    shape = _shape(self._code, match, self._waits)
                    if shape is not None:
                        found[start] = shape
        return self._waiting[name]

    def _definition(self, start: int) -> re.Match[bytes]:
        definition = _DEFINITION.match(self._code, start)
        assert definition is not None
        return definition

    def _waits(self, start: int, end: int) -> bool:
        return _WAITS.search(self._code, start, end) is not None

    def _calls(self, start: int, end: int) -> bool:
        """Whether what waits itself is called within a range."""
        body = self._code[start:end]
        return any(name + b"(" in body and self._itself(name) for name in (*self._lambdas, *self._places))


def _lambdas(code: bytes) -> Iterator[bytes]:
    """The names that are given to lambdas that may wait, one in a line."""
    end = 0
    for match in _LAMBDA.finditer(code):
        start = match.start()
        equals = code.rfind(b"=", max(start - _NEAR, end), start)
        if equals >= 0 and not code[equals + 1 : start].strip(b" \t") and (name := word_before(code, equals)):
            end = code.find(b"\n", start) % (len(code) + 1)
            if _WAITS.search(code, start, end):
                yield name


def _may_wait(near: bytes) -> bool:
    """Whether what `_WAITS` looks for may stand there."""
    return b"ait" in near or b"imeout" in near or b"leep" in near or b"join" in near or b"elay" in near


def _shape(code: bytes, definition: re.Match[bytes], waits: Callable[[int, int], bool]) -> Shape | None:
    written = _parameters(code, definition)
    if written is None:
        return ANY
    names, end = written
    bounds = []
    if BOUND.search(code, definition.start(2), end):
        bounds = [(at, name) for at, name in enumerate(names) if BOUND.search(name) and not name.startswith(b"*")]
    body = _thin(code, definition.start(), end)
    if body is not None and (bounds or waits(*body)):
        words = code[body[0] : body[1]]
        handed, called = _handed_on(words, names), _CALLED.findall(words)
        if handed and called:
            if not _bounding().issuperset(called):
                return ANY
            bounds += handed
    receiver = code[definition.start() - 1 : definition.start()] not in b"\n"  # it may be a method
    found: Shape | None = None
    for position, name in bounds:
        shape = Shape(max(position - receiver, 0), frozenset({name}))
        found = found | shape if found is not None else shape
    return found


def _handed_on(body: bytes, names: Iterable[bytes]) -> list[tuple[int, bytes]]:
    """The parameters that a body may pass on, each of which may be how long to wait."""
    words = frozenset(_PARAMETER.findall(body)).difference(_RECEIVERS)
    return [(at, name) for at, name in enumerate(names) if name in words]


@cache
def _bounding() -> frozenset[bytes]:
    """Names of what waits for no longer than it is told, and without being told is no wait that counts."""
    return frozenset(name[::-1] for name in shapes_of()) - sleeps_named() | {b"super"}


def _parameters(code: bytes, definition: re.Match[bytes]) -> tuple[list[bytes], int] | None:
    """What a definition's parameters begin with, and where they end; None if it is not clear at a glance."""
    if _PLAIN.fullmatch(definition[2]) and code[definition.end() - 1 : definition.end()] == b")":
        return [part.strip() for part in definition[2].split(b",")], definition.end() - 1
    written = parts(code, definition.start(2))
    if written is None:
        return None
    places, end = written
    names = [_PARAMETER.match(code, place) for place in places if code[place] != ord("/")]
    return [name[0] if name is not None else b"" for name in names], end


def _is_replaced(code: bytes, start: int) -> bool:
    """Whether a decorator may make something else of the definition at a place."""
    line = code.rfind(b"\n", 0, start) + 1
    above = code[code.rfind(b"\n", 0, max(line - 1, 0)) + 1 : line].lstrip()
    return above.startswith(b"@") and not above.startswith((b"@staticmethod", b"@classmethod"))


def _thin(code: bytes, start: int, end: int) -> tuple[int, int] | None:
    """The body of a definition, given its start and its parameters' end, if it may hold one wait alone."""
    if _is_replaced(code, start):
        return None
    colon = _COLON.match(code, end + 1)
    if colon is None:
        return end, end + _NEAR  # all on one line, as far as can be told
    docstring = _DOCSTRING.match(code, colon.end())
    margin = _LINE.match(code, code.rfind(b"\n", 0, start)) if b"\n" in code[:start] else None
    outside = len(margin[1]) if margin is not None else 0
    column = inner = -1
    statements = 0
    first = last = docstring.end() if docstring is not None else colon.end() - 1
    for line in _LINE.finditer(code, first):
        indent, text = len(line[1]), line[2]
        if indent <= outside:
            break
        last = line.end()
        if b'"""' in text or b"'''" in text:
            return first, last + _NEAR  # its lines may stand anywhere
        if text.startswith(_CONTINUED):
            continue
        column = indent if column < 0 else column
        if (indent == column or inner == 0) and _NO_CALL.match(text):
            return None
        if indent == column:
            statements += 1
            if text.startswith(_COMPOUND) or statements > 1 + (_RETURN.fullmatch(text) is not None):
                return None
            inner = 0 if text.startswith(b"if") else -1
        elif inner == 0:
            inner = indent
        elif indent == inner:
            return None  # two statements under one condition
    return first, last


def suggested_around(code: bytes, project: Project, place: str, consulted: set[str]) -> list[Suggestions]:
    """What the project's files suggest that a file, which lies at `place`, imports or has fixtures from.

    Those count too that packages re-export, and that the helpers of tests are made with.

    The paths that were looked for are added to `consulted`.
    """
    files = [*imported(project, place, imports_of(code), consulted), *conftests(project, place, consulted)]
    known = {place, *files}
    for file in files:  # which grow
        if len(files) < MAX_FILES:
            more = [other for other in _passed_on(project, file, consulted) if other not in known]
            files += more
            known.update(more)
    return [_suggested_in(project, file) for file in files]


def suggesting(name: str, code: bytes, project: Project, place: str, consulted: set[str]) -> list[str]:
    """The files that a file imports or these re-export in which a byte search finds such a function of that name."""
    wanted = name.encode()
    return [
        file
        for file in _files_around(code, project, place, consulted)
        if _suggested_in(project, file).get(wanted) is not None
    ]


def _files_around(code: bytes, project: Project, place: str, consulted: set[str]) -> Iterable[str]:
    """The project's files that a file imports, each followed by those that it re-exports."""
    files: dict[str, None] = {}
    for file in imported(project, place, imports_of(code), consulted):
        files[file] = None
        if file.endswith("__init__.py"):
            files.update(dict.fromkeys(_passed_on(project, file, consulted)))
    return files


def conftests(project: Project, place: str, consulted: set[str]) -> Iterator[str]:
    """The `conftest.py`s whose fixtures a file may use without importing anything."""
    for folder in above(project, place.rpartition("/")[0]):
        file = f"{folder}/conftest.py"
        consulted.add(file)
        if file != place and project.source(file) is not None:
            yield file


def _passed_on(project: Project, file: str, consulted: set[str]) -> tuple[str, ...]:
    """The files that a package or a helper of tests imports, and whose names it so passes on, looked for once."""
    known = project.memory.get((IMPORT, file))
    if not isinstance(known, tuple):
        tried: set[str] = set()
        found: tuple[str, ...] = ()
        if file.endswith("__init__.py") or is_test_path(file.removeprefix(project.folder).lstrip("/")):
            tried.add(file)
            source = project.source(file)
            found = tuple(imported(project, file, imports_of(source.code), tried)) if source is not None else ()
        known = project.memory[IMPORT, file] = (found, frozenset(tried))
    consulted.update(known[1])
    return known[0] if isinstance(known[0], tuple) else ()


def _suggested_in(project: Project, file: str) -> Suggestions:
    """What a file suggests, looked for once."""
    known = project.memory.get((SUGGESTED, file))
    if not isinstance(known, Suggestions):
        source = project.source(file)
        known = project.memory[SUGGESTED, file] = Suggestions(source.code if source is not None else b"")
    return known
