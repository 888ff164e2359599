"""The compiled grammars of tree-sitter, without what their packages import beside them."""

from __future__ import annotations

from importlib import import_module
from importlib.machinery import PathFinder
from types import ModuleType

from tree_sitter import Language


def grammar(package: str) -> Language:
    """The language of a grammar's package. Raises ImportError if it is not installed.

    The package's own module loads `importlib.resources` for query files, which nobody asks for here, and that takes
    about as long as an interpreter takes to start. So the compiled part is loaded by itself where it can be found.
    """
    return Language((_compiled(package) or import_module(package)).language())


def _compiled(package: str) -> ModuleType | None:
    home = PathFinder.find_spec(package)
    places = home.submodule_search_locations if home is not None else None
    found = PathFinder.find_spec(f"{package}._binding", places) if places else None
    if found is None or found.loader is None:
        return None
    module = found.loader.create_module(found)
    if module is not None:
        found.loader.exec_module(module)
    return module
