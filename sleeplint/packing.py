"""Plain data as JSON values and back: dataclasses become lists in the order of their fields."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from functools import cache, cached_property
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints, overload

from sleeplint.records import names_of

T = TypeVar("T")


def pack(value: object) -> Any:
    """The JSON value of a dataclass, tuple, enum or plain value."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [pack(item) for item in value]
    if isinstance(value, Mapping):
        return {key: pack(item) for key, item in value.items()}
    names = names_of(type(value))
    return value if names is None else [pack(getattr(value, name)) for name in names]


def unpack(kind: type[T], packed: Any) -> T:
    """What `pack` made, as a `kind` again. Raises ValueError if it does not fit."""
    return cast("T", _unpacker(cast("Any", kind))(packed))


class Packed(Sequence[T]):
    """Packed dataclasses in JSON text, which are unpacked when somebody looks at them; equal to a tuple of them."""

    def __init__(self, kind: type[T], text: bytes) -> None:
        """Hold a list of `kind`s; no text is none of them."""
        self._kind = kind
        self._text = text

    @cached_property
    def _items(self) -> tuple[T, ...]:
        if not self._text:
            return ()
        import json

        packed = json.loads(self._text)
        return tuple([unpack(self._kind, item) for item in packed])

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...

    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, tuple | Packed) and self._items == tuple(other)

    __hash__ = None  # type: ignore[assignment]


def _misfit(kind: object, packed: object) -> ValueError:
    return ValueError(f"{packed!r:.80} is no {kind}")


@cache
def _unpacker(kind: Any) -> Callable[[Any], Any]:
    origin, arguments = get_origin(kind), get_args(kind)
    if names_of(kind) is not None:
        hints = get_type_hints(kind)
        return _of_record(kind, kind, [hints[name] for name in names_of(kind) or ()])
    if origin is tuple and len(arguments) == 2 and arguments[1] is ...:
        return _of_tuple(kind, _unpacker(arguments[0]))
    if origin is tuple:
        return _of_record(kind, lambda *values: values, arguments)
    if origin is Mapping:
        return _of_mapping(kind, _unpacker(arguments[1]))
    if kind is Any:
        return lambda packed: packed
    if origin in (Union, types.UnionType):
        return _of_union(kind, arguments)
    if origin is Literal:
        return _of_literal(kind, frozenset(arguments))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    return _of_plain(kind)


def _plain(kind: Any) -> frozenset[type]:
    """The types of packed values that are a `kind` as they stand."""
    if get_origin(kind) in (Union, types.UnionType):
        return frozenset[type]().union(*map(_plain, get_args(kind)))
    if kind is float:
        return frozenset({int, float})
    return frozenset({kind} if kind in (int, str, bool, types.NoneType) else ())


def _of_record(kind: Any, make: Callable[..., Any], kinds: Sequence[Any]) -> Callable[[Any], Any]:
    """A function written for this kind: in a run with nothing new most time goes into unpacking."""
    known: dict[str, Any] = {"make": make, "misfit": _misfit, "kind": kind}
    values = []
    for number, inner in enumerate(kinds):
        known[f"plain_{number}"] = _plain(inner)
        known[f"unpack_{number}"] = _unpacker(inner)
        unpacked = f"unpack_{number}(item_{number})"
        as_it_is = f"item_{number} if type(item_{number}) in plain_{number} else "
        values.append(as_it_is + unpacked if known[f"plain_{number}"] else unpacked)
    text = f"""
def record(packed):
    if type(packed) is not list or len(packed) != {len(kinds)}:
        raise misfit(kind, packed)
    [{", ".join(f"item_{number}" for number in range(len(kinds)))}] = packed
    return make({", ".join(values)})
"""
    exec(text, known)
    record: Callable[[Any], Any] = known["record"]
    return record


def _of_tuple(kind: Any, item: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def several(packed: Any) -> Any:
        if type(packed) is not list:
            raise _misfit(kind, packed)
        return tuple([item(one) for one in packed]) if packed else ()

    return several


def _of_mapping(kind: Any, item: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def mapping(packed: Any) -> Any:
        if type(packed) is not dict:
            raise _misfit(kind, packed)
        return {key: item(one) for key, one in packed.items()}

    return mapping


def _of_union(kind: Any, arguments: tuple[Any, ...]) -> Callable[[Any], Any]:
    """At most one member of a union is packed as a list or an enum; the others are plain."""
    plain = _plain(kind)
    others = [_unpacker(argument) for argument in arguments if not _plain(argument)]

    def either(packed: Any) -> Any:
        if type(packed) in plain:
            return packed
        if not others:
            raise _misfit(kind, packed)
        return others[0](packed)

    return either


def _of_literal(kind: Any, values: frozenset[Any]) -> Callable[[Any], Any]:
    def literal(packed: Any) -> Any:
        if type(packed) is list or packed not in values:
            raise _misfit(kind, packed)
        return packed

    return literal


def _of_plain(kind: type) -> Callable[[Any], Any]:
    allowed = _plain(kind) or {kind}

    def plain(packed: Any) -> Any:
        if type(packed) not in allowed:
            raise _misfit(kind, packed)
        return packed

    return plain
