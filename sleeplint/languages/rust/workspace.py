"""The crates around a file: what `Cargo.toml` says, and which file is which module."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

from sleeplint.records import dataclass, field
from sleeplint.regexes import regex
from sleeplint.source import Project

_ROOTS = frozenset({"lib", "main", "mod"})
_TEST_WORD = regex(r"(?:^|[-_])(?:tests?|testing|testutils?|testsuite|testkit|testlib|testing?_?utils?)(?:$|[-_])")
_NAME = regex(rb"\bname[\"']?\s*=\s*[\"']([^\"'\n]*)[\"']")
"""What a manifest may call its package, or its library."""
_KINDS = ("dependencies", "dev-dependencies", "build-dependencies")


@dataclass(frozen=True, slots=True)
class Crate:
    """One package."""

    folder: str
    name: str
    library: str
    """The root file of its library, whether or not it exists."""
    renamed: dict[str, str] = field(default_factory=dict)
    """Dependencies under another name than their package's, with `_` for `-`."""
    normal: frozenset[str] = frozenset()
    """Packages that its own code depends on."""
    testing: frozenset[str] = frozenset()
    """Packages that only its tests depend on."""
    published: bool = True
    beside: dict[str, str] = field(default_factory=dict)
    """The folders of dependencies that are given by their path."""
    tested: tuple[str, ...] = ()
    """The roots of tests that do not stand in `tests`."""
    others: frozenset[str] = frozenset()
    """What the crates are called in its code that it depends on."""

    def tests(self, file: str) -> bool:
        """Whether a file is the root of a test that stands elsewhere, or lies beside one in a folder of its own."""
        return any(
            file == root or (own not in self._shared and file.startswith(os.path.join(own, "")))
            for root, own in ((root, os.path.dirname(root)) for root in self.tested)
        )

    @property
    def _shared(self) -> tuple[str, str]:
        """Folders in which other code stands as well."""
        return self.folder, os.path.dirname(self.library)


class Workspace:
    """The packages of a project, read when asked for and kept in `Project.memory`."""

    def __init__(self, project: Project) -> None:
        """Look at nothing yet."""
        self.project = project
        self.seen: set[str] = set()
        """Files that were consulted."""
        self._root = "" if project.folder == os.curdir else project.folder
        self._tables: dict[str, dict[str, Any]] = {}
        self._crates: dict[str, Crate | None] = {}
        self._owners: dict[str, tuple[Crate | None, tuple[str, ...]]] = {}
        self._manifests: set[str] = set()
        self._texts: dict[str, bytes] | None = None
        self._written: dict[str, list[str]] = {}
        self._members: dict[str, Crate | None] = {}
        self._helpers: dict[str, bool] = {}

    @classmethod
    def of(cls, project: Project) -> Workspace:
        """The one of a project."""
        found = project.memory.get("rust workspace")
        if found is None:
            found = project.memory["rust workspace"] = cls(project)
        return cast("Workspace", found)

    def crate_of(self, file: str) -> Crate | None:
        """The package in whose folder a file lies."""
        folder = os.path.dirname(file)
        if folder not in self._owners:
            self._owners[folder] = self._owner(folder)
        crate, manifests = self._owners[folder]
        self.seen.update(manifests)
        return crate

    def _owner(self, folder: str) -> tuple[Crate | None, tuple[str, ...]]:
        """The package of a folder's files, and the manifests that were looked for."""
        manifests = []
        above = folder
        while self.project.holds(above):
            manifests.append(told(os.path.join(above, "Cargo.toml")))
            crate = self._crate(above)
            if crate is not None:
                return crate, tuple(manifests)
            if above == os.path.dirname(above):
                break
            above = os.path.dirname(above)
        return None, tuple(manifests)

    def knows(self, name: str) -> bool:
        """Whether the workspace has a library of that name."""
        return self._named(name) is not None

    def member(self, name: str, near: Crate | None = None) -> Crate | None:
        """The package whose library is called `name` in code.

        That is the workspace's; else the package `near` itself, or what it depends on by its path.
        """
        member = self._named(name)
        if member is not None or near is None:
            return member
        if _library_name(near) == name:
            return near
        folder = near.beside.get(name)
        return self._crate(folder) if folder is not None and self.project.holds(folder) else None

    def is_test_crate(self, crate: Crate) -> bool:
        """Whether a package is a helper of tests: named so, or depended on by tests alone."""
        if _TEST_WORD.search(crate.name):
            return True
        if crate.name not in self._helpers:
            self._helpers[crate.name] = self._is_helper(crate)
        self._consult()
        return self._helpers[crate.name]

    def _is_helper(self, crate: Crate) -> bool:
        """Whether a package of the workspace is depended on by others' tests alone."""
        texts = self._consult()
        own = [self._crate(folder) for folder in self._written.get(crate.name.replace("-", "_"), ())]
        # What is published is somebody's product, even if only tests use it here.
        if all(one is None or one.published or one.name != crate.name for one in own):
            return False
        word = crate.name.encode()
        named = [folder for folder, text in texts.items() if word in text]
        # Those first that name it before they speak of tests: one whose own code depends on it is enough.
        named.sort(key=lambda folder: word not in texts[folder].partition(b"[dev-dependencies")[0])
        tested = False
        for user in map(self._crate, named):
            if user is not None and crate.name in user.normal:
                return False
            tested = tested or (user is not None and user.name != crate.name and crate.name in user.testing)
        return tested

    def _crate(self, folder: str) -> Crate | None:
        if folder not in self._crates:
            table = self._manifest(folder)
            package = table.get("package")
            crate = None
            if isinstance(package, dict) and isinstance(package.get("name"), str):
                crate = _crate(folder, package["name"], table)
            self._crates[folder] = crate
        return self._crates[folder]

    def _manifest(self, folder: str) -> dict[str, Any]:
        if folder not in self._tables:
            import tomllib

            source = self.project.source(os.path.join(folder, "Cargo.toml"))
            try:
                self._tables[folder] = tomllib.loads(source.code.decode("utf-8", "replace")) if source else {}
            except tomllib.TOMLDecodeError:
                self._tables[folder] = {}  # Cargo itself will say so
        return self._tables[folder]

    def _named(self, name: str) -> Crate | None:
        """The workspace's package whose library is called `name` in code; of several the last."""
        self._consult()
        if name not in self._members:
            crates = [self._crate(folder) for folder in self._written.get(name, ())]
            fitting = [crate for crate in crates if crate is not None and _library_name(crate) == name]
            self._members[name] = fitting[-1] if fitting else None
        return self._members[name]

    def _consult(self) -> dict[str, bytes]:
        """The manifests of the workspace by their folders. Most are only asked which names they write."""
        if self._texts is None:
            self._texts = {}
            for folder in (self._root, *_member_folders(self._root, self._manifest(self._root))):
                source = self.project.source(os.path.join(folder, "Cargo.toml"))
                if source is not None and folder not in self._texts:
                    self._texts[folder] = source.code
                    for name in dict.fromkeys(_NAME.findall(source.code)):
                        self._written.setdefault(name.decode("utf-8", "replace").replace("-", "_"), []).append(folder)
            self._manifests = {told(os.path.join(folder, "Cargo.toml")) for folder in self._texts}
        self.seen |= self._manifests
        return self._texts


def told(path: str) -> str:
    """A path as files are told that were consulted."""
    return path if os.sep == "/" else path.replace(os.sep, "/")


def stem_of(file: str) -> str:
    """A file's name without its suffix."""
    return os.path.splitext(os.path.basename(file))[0]


def parts_within(file: str, folder: str) -> tuple[str, ...]:
    """The names on the way from a folder to a file that lies in it."""
    inside = file if folder in ("", os.curdir) else file[len(os.path.join(folder, "")) :]
    return tuple(inside.split(os.sep))


def path_in(project: Project | None, path: str) -> str | None:
    """A source's path as its project knows it; None if it lies outside."""
    if project is None or path == "-":
        return None
    absolute = os.path.isabs(project.folder)
    if os.path.isabs(path) and not absolute:
        return None
    here = project.absolute(path) if absolute else os.path.normpath(path)
    return here if project.holds(here) else None


def parent_files(file: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Where a file's module may be declared: the files to look into, each with the module's path there."""
    stem, folder = stem_of(file), os.path.dirname(file)
    name = os.path.basename(folder) if stem == "mod" else stem
    above = os.path.dirname(folder) if stem == "mod" else folder
    higher, own = os.path.split(above)
    for root in ("mod", "lib", "main"):
        candidate = os.path.join(above, f"{root}.rs")
        if candidate != file:
            yield candidate, (name,)
    yield os.path.join(higher, f"{own}.rs"), (name,)
    # `mod tests { mod inner; }` in `a.rs` or `mod.rs`
    for root in ("mod", "lib", "main"):
        yield os.path.join(higher, f"{root}.rs"), (own, name)
    yield os.path.join(os.path.dirname(higher), f"{os.path.basename(higher)}.rs"), (own, name)


def attribute_files(file: str) -> Iterator[str]:
    """Where a file may be declared by a `#[path]`: beside it or above it, by what it tests or by the folder."""
    bare, own = bare_name(stem_of(file)), os.path.dirname(file)
    for folder in (own, os.path.dirname(own)):
        for name in dict.fromkeys((bare, "mod", "lib", "main", os.path.basename(own))):
            candidate = os.path.join(folder, f"{name}.rs")
            if candidate != file:
                yield candidate


def bare_name(stem: str) -> str:
    """What a file named so tests, if its name tells."""
    return re.sub(r"^tests?_|_(?:unit_?)?tests?$", "", stem)


def module_files(file: str, inline: tuple[str, ...], name: str, path: str | None, is_root: bool) -> Iterator[str]:
    """Where the module `name`, declared in the module `inline` of `file`, may stand."""
    folder, stem = os.path.dirname(file), stem_of(file)
    own = os.path.join(folder if is_root or stem in _ROOTS else os.path.join(folder, stem), *inline)
    if path is not None:
        yield os.path.normpath(os.path.join(own if inline else folder, path))
        return
    yield os.path.join(own, f"{name}.rs")
    yield os.path.join(own, name, "mod.rs")


def is_root(file: str, crate: Crate | None) -> bool:
    """Whether a file is the root of a crate: a library, a program, an integration test."""
    if crate is None:
        return stem_of(file) in {"lib", "main"}
    if file == crate.library:
        return True
    places = parts_within(file, crate.folder)
    if len(places) == 2 and places[0] in {"tests", "benches", "examples"}:
        return True
    if len(places) == 3 and places[0] in {"tests", "benches", "examples"} and places[2] == "main.rs":
        return True
    return places in {("src", "main.rs"), ("src", "lib.rs"), ("build.rs",)} or places[:2] == ("src", "bin")


def crate_root(file: str, crate: Crate | None, exists: Callable[[str], bool]) -> str | None:
    """The root file of the crate that `file` belongs to; None if the source does not say."""
    if is_root(file, crate):
        return file
    if crate is None:
        return None
    places = parts_within(file, crate.folder)
    if places[0] in {"tests", "benches", "examples"}:
        # `tests/common/mod.rs` belongs to every test that declares it: then the file says nothing.
        main = os.path.join(crate.folder, places[0], places[1], "main.rs")
        return main if exists(main) else None
    if file.startswith(os.path.join(os.path.dirname(crate.library), "")) and exists(crate.library):
        return crate.library
    main = os.path.join(crate.folder, "src", "main.rs")
    return main if exists(main) else None


def module_path(file: str, crate: Crate | None) -> tuple[str, ...]:
    """The path of a file's module, its crate first."""
    if crate is None:
        return (os.path.basename(os.path.dirname(file)) if stem_of(file) == "mod" else stem_of(file),)
    places = [*parts_within(file, crate.folder)[:-1], stem_of(file)]
    if places[0] in {"tests", "benches", "examples"}:
        places.pop(0)
    elif places[0] == "src":
        places[0] = _library_name(crate)
    if len(places) > 1 and places[-1] in _ROOTS:
        places.pop()
    return tuple(places)


def _library_name(crate: Crate) -> str:
    return crate.renamed.get("", crate.name).replace("-", "_")


def _crate(folder: str, name: str, table: dict[str, Any]) -> Crate:
    library = table.get("lib")
    library = library if isinstance(library, dict) else {}
    root = library.get("path")
    renamed: dict[str, str] = {}
    beside: dict[str, str] = {}
    if isinstance(library.get("name"), str):
        renamed[""] = library["name"]
    found: dict[str, set[str]] = {kind: set() for kind in _KINDS}
    others: set[str] = set()
    targets = table.get("target")
    platforms = targets.values() if isinstance(targets, dict) else ()
    for holder in (table, *(platform for platform in platforms if isinstance(platform, dict))):
        for kind in _KINDS:
            entries = holder.get(kind)
            for alias, value in entries.items() if isinstance(entries, dict) else ():
                package = value.get("package", alias) if isinstance(value, dict) else alias
                if isinstance(package, str):
                    found[kind].add(package)
                    if isinstance(value, dict) and isinstance(value.get("path"), str):
                        beside[package.replace("-", "_")] = os.path.normpath(os.path.join(folder, value["path"]))
                    others.add(alias.replace("-", "_"))
                    if package != alias:
                        renamed[alias.replace("-", "_")] = package.replace("-", "_")
    normal = found["dependencies"] | found["build-dependencies"]
    file = os.fspath(Path(folder, root if isinstance(root, str) else "src/lib.rs"))
    package = table.get("package", {})
    # The registry takes no package without a description.
    published = "description" in package and package.get("publish", True) not in (False, [])
    testing = frozenset(found["dev-dependencies"] - normal)
    tests = table.get("test")
    given = [test.get("path") for test in tests if isinstance(test, dict)] if isinstance(tests, list) else []
    paths = [os.path.normpath(os.path.join(folder, path)) for path in given if isinstance(path, str)]
    usual = os.path.join(folder, "tests", "")
    tested = tuple(path for path in paths if not path.startswith(usual))
    return Crate(folder, name, file, renamed, frozenset(normal), testing, published, beside, tested, frozenset(others))


def _member_folders(root: str, table: dict[str, Any]) -> Iterator[str]:
    workspace = table.get("workspace")
    members = workspace.get("members") if isinstance(workspace, dict) else None
    for pattern in members if isinstance(members, list) else ():
        if not isinstance(pattern, str) or pattern.startswith(("/", "..")):
            continue
        if any(sign in pattern for sign in "*?["):
            yield from map(os.fspath, sorted(folder for folder in Path(root).glob(pattern) if folder.is_dir()))
        else:
            yield os.fspath(Path(root, pattern))
