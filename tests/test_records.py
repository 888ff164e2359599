"""Our records are dataclasses to whoever asks, and cost nothing before."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import pytest

from sleeplint.records import dataclass, field, names_of, replace


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """A place."""

    x: int
    y: int = 2
    kind: ClassVar[str] = "plane"

    @property
    def sum(self) -> int:
        """Of both."""
        return self.x + self.y


@dataclass(slots=True)
class Basket:
    """With things in it."""

    name: str
    things: list[int] = field(default_factory=list)
    size: int = field(init=False)
    secret: str = field(default="s", repr=False)

    def __post_init__(self) -> None:
        self.size = len(self.things)


@dataclass(frozen=True)
class Base:
    """A rule, say."""

    limit: int = 3
    name: ClassVar[str] = "base"


@dataclass(frozen=True)
class Derived(Base):
    """With an option more."""

    more: str = "m"


@dataclasses.dataclass(frozen=True)
class Stranger(Base):
    """Somebody else's."""

    own: int = 7


def test_a_record_is_filled_and_compared_by_its_fields() -> None:
    point = Point(1)
    assert (point.x, point.y, point.sum, point) == (1, 2, 3, Point(x=1, y=2))
    assert point != Point(1, 3)
    assert point != Basket("b")  # type: ignore[comparison-overlap]
    assert hash(point) == hash(Point(1, 2))
    assert sorted([Point(2, 1), Point(1, 9)]) == [Point(1, 9), Point(2, 1)]
    assert [Point(1) < Point(2), Point(1) <= Point(1), Point(2) > Point(2), Point(2) >= Point(2)] == [
        True, True, False, True,
    ]  # fmt: skip
    assert repr(point) == "Point(x=1, y=2)"
    assert Point.__match_args__ == ("x", "y")
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]
    with pytest.raises(dataclasses.FrozenInstanceError):
        point.x = 3  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del point.x
    assert not hasattr(point, "__dict__")


def test_a_record_that_changes_has_its_own_things() -> None:
    one, other = Basket("one"), Basket("other", [1, 2])
    one.things.append(5)
    assert (one.things, one.size, other.size, other.things) == ([5], 0, 2, [1, 2])
    assert repr(other) == "Basket(name='other', things=[1, 2], size=2)"
    with pytest.raises(TypeError):
        hash(one)


def test_records_inherit() -> None:
    assert (Derived(), Derived(4, more="x").limit, Derived.name) == (Derived(3, "m"), 4, "base")
    assert Base() != Derived()
    assert repr(Stranger(limit=1)) == "Stranger(limit=1, own=7)"
    assert names_of(Stranger) == ("limit", "own")
    assert names_of(Derived()) == ("limit", "more")
    assert names_of(int) is None
    assert replace(Stranger(), own=1) == Stranger(own=1)


@pytest.mark.parametrize("record", [Point(3, 4), Derived(2, "z")], ids=repr)
def test_records_are_copied_and_pickled(record: object) -> None:
    assert pickle.loads(pickle.dumps(record)) == record
    assert copy.deepcopy(record) == record
    basket = Basket("b", [1])
    assert pickle.loads(pickle.dumps(basket)) == basket


def test_records_are_replaced() -> None:
    assert replace(Point(3, 4), y=1) == Point(3, 1) == dataclasses.replace(Point(3, 4), y=1)
    assert replace(Basket("b", [1]), name="c").size == 1
    with pytest.raises(TypeError):
        replace(Point(3, 4), z=1)  # type: ignore[call-arg]


def test_a_record_is_a_dataclass_to_whoever_asks() -> None:
    assert dataclasses.is_dataclass(Point)
    found = [(f.name, f.type, f.default) for f in dataclasses.fields(Point)]
    assert found == [("x", "int", dataclasses.MISSING), ("y", "int", 2)]
    assert dataclasses.asdict(Basket("b", [1])) == {"name": "b", "things": [1], "size": 1, "secret": "s"}
    assert [f.name for f in dataclasses.fields(Derived)] == ["limit", "more"]
    assert [f.name for f in dataclasses.fields(Stranger)] == ["limit", "own"]
    assert str(inspect.signature(Point)) == "(x: 'int', y: 'int' = 2) -> 'None'"


def test_whoever_asks_a_fresh_class_for_its_signature_is_told() -> None:
    @dataclass(frozen=True, slots=True)
    class Fresh:
        x: int
        y: int = 2

    assert str(inspect.signature(Fresh)) == "(x: 'int', y: 'int' = 2) -> 'None'"


def test_a_class_is_asked_as_if_it_were_its_own_instance() -> None:
    """`inspect` does so since Python 3.13."""

    @dataclass
    class Fresh:
        x: int

    asked = Fresh.__dict__["__init__"].__get__(Fresh, type(Fresh))
    assert list(inspect.signature(asked).parameters) == ["x"]


def test_a_run_does_not_import_what_makes_dataclasses(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_adds():\n    assert add(1, 2) == 3\n")
    words = (
        "import argparse, sys; argparse.ArgumentParser().parse_args([]); theirs = set(sys.modules);"
        "from sleeplint.cli import main; main(['check', '--isolated', '-q', '--no-cache', sys.argv[1]]);"
        "print(*{'dataclasses', 'inspect', 'ast', 'pydantic', 'tree_sitter'} & (set(sys.modules) - theirs))"
    )  # on Python 3.14 the library itself imports what makes dataclasses to read a command line
    done = subprocess.run([sys.executable, "-c", words, tmp_path], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("made", [0, 100], ids=["at first", "after many"])
def test_a_record_is_filled_alike_however_many_were_made(made: int) -> None:
    @dataclass(frozen=True, slots=True)
    class Fresh:
        x: int
        y: int = 2
        things: list[int] = field(default_factory=list)
        kind: str = field(default="k", init=False)

    @dataclass
    class Open:
        name: str
        size: int = 0

        def __post_init__(self) -> None:
            self.size += len(self.name)

    for _ in range(made):
        Fresh(1), Open("a")
    assert repr(Fresh(1)) == repr(Fresh(x=1, y=2))
    assert Fresh(1).things is not Fresh(1).things
    assert repr(Fresh(3, things=[4])).endswith("Fresh(x=3, y=2, things=[4], kind='k')")
    assert Open("abc", size=2).size == 5
    wrong: list[tuple[tuple[object, ...], dict[str, object]]] = [
        ((), {}),
        ((1, 2, [], 4), {}),
        ((1,), {"x": 1}),
        ((1,), {"z": 1}),
        ((1,), {"kind": "l"}),
    ]
    for values, named in wrong:
        with pytest.raises(TypeError, match="__init__"):
            Fresh(*values, **named)  # type: ignore[arg-type]
