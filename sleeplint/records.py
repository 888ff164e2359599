"""Dataclasses that are made ready when they are first used: a usual run needs few of ours, and none of `dataclasses`.

The standard library's decorator compiles six functions for a frozen class, which costs as much as reading
fifty kilobytes of tests, and imports `inspect` and `ast` to do so. This one knows no more than ours need; to
`dataclasses.fields`, `replace`, `asdict` and to a dataclass that inherits from one of them they are dataclasses.
"""

from __future__ import annotations

from functools import partial
from operator import attrgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from dataclasses import field as field
    from dataclasses import replace as replace

    def names_of(kind: object) -> tuple[str, ...] | None:
        """The names of a record's or a dataclass's fields, given itself or its class; None if it is neither."""

else:
    _NOTHING = object()
    _MEMBERS = "__record_members__"
    _FEW = 10

    class _Member:
        """A field as it was declared."""

        __slots__ = ("default", "factory", "init", "name", "repr", "type")

        def __init__(self, default=_NOTHING, factory=None, init=True, repr=True) -> None:
            self.default = default
            self.factory = factory
            self.init = init
            self.repr = repr

    def field(*, default=_NOTHING, default_factory=None, init=True, repr=True):
        """A field with more to it than a default."""
        return _Member(default, default_factory, init, repr)

    def dataclass(cls=None, /, *, frozen=False, slots=False, order=False):
        """A class whose annotated names are its fields."""

        def decorate(kind):
            return _made(kind, frozen, slots, order)

        return decorate if cls is None else decorate(cls)

    def replace(record, /, **changes):
        """A record like another but for some of its fields."""
        cls = record.__class__
        members = cls.__dict__.get(_MEMBERS)
        if members is None:  # a stranger's
            import dataclasses

            return dataclasses.replace(record, **changes)
        for name, member in members.items():
            if name not in changes and member.init:
                changes[name] = getattr(record, name)
        return cls(**changes)

    def names_of(kind):
        """The names of a record's or a dataclass's fields, given itself or its class; None if it is neither."""
        for cls in (kind if isinstance(kind, type) else type(kind)).__mro__:
            if _MEMBERS in cls.__dict__:
                return tuple(cls.__dict__[_MEMBERS])
            if "__dataclass_fields__" in cls.__dict__:
                return tuple(cls.__dict__["__dataclass_fields__"])
        return None

    def _made(cls, frozen, slots, order):
        members = {}
        for base in cls.__mro__[-1:0:-1]:
            members.update(base.__dict__.get(_MEMBERS, ()))
        inherited = set(members)
        for name, hint in cls.__annotations__.items():
            if str(hint).startswith(("ClassVar", "typing.ClassVar")):
                continue
            given = cls.__dict__.get(name, _NOTHING)
            member = given if isinstance(given, _Member) else _Member(given)
            member.name, member.type = name, hint
            members[name] = member
        names = tuple(members)
        parts = {
            _MEMBERS: members,
            "__record_frozen__": frozen,
            "__record_order__": order,
            "__record_key__": attrgetter(*names) if names else _no_key,
            "__match_args__": tuple(name for name in names if members[name].init),
            "__dataclass_fields__": _FIELDS,
            "__dataclass_params__": _PARAMETERS,
            "__init__": _INIT,
            "__repr__": _repr,
            "__eq__": _eq,
            "__hash__": _hash if frozen else None,
        }
        if order:
            parts |= {"__lt__": _lt, "__le__": _le, "__gt__": _gt, "__ge__": _ge}
        if frozen:
            parts |= {"__setattr__": _refuse, "__delattr__": _refuse}
        own = cls.__dict__
        parts = {
            name: part for name, part in parts.items() if name not in own or (name == "__hash__" and not own[name])
        }
        if not slots:
            for name, member in members.items():
                if isinstance(own.get(name), _Member):
                    if member.default is _NOTHING:
                        delattr(cls, name)
                    else:
                        setattr(cls, name, member.default)
            for name, part in parts.items():
                setattr(cls, name, part)
            return cls
        body = {name: value for name, value in own.items() if name not in members}
        body.pop("__dict__", None)
        body.pop("__weakref__", None)
        body |= parts
        body["__slots__"] = tuple(name for name in names if name not in inherited)
        body["__getstate__"], body["__setstate__"] = _get_state, _set_state
        made = type(cls)(cls.__name__, cls.__bases__, body)
        made.__qualname__ = cls.__qualname__
        return made

    class _Init:
        """`__init__` until it is asked for more than a few times: to compile it takes as long as to fill some."""

        def __init__(self) -> None:
            self._fillings = {}

        def __get__(self, record, owner):
            asked = (*owner.__mro__, *(record.__mro__ if isinstance(record, type) else ()))  # as `inspect` does it
            cls = next(base for base in asked if base.__dict__.get("__init__") is self)
            if isinstance(record, cls):
                filling = self._fillings.get(cls) or self._fillings.setdefault(cls, _Filling(cls))
                filling.done += 1
                if filling.done <= _FEW:
                    return partial(filling.fill, record)
            cls.__init__ = _init_of(cls)
            return cls.__init__ if record is None else cls.__init__.__get__(record, owner)

    class _Filling:
        """How records of a class are filled as long as there are few."""

        def __init__(self, cls) -> None:
            members = getattr(cls, _MEMBERS).items()
            self._cls = cls
            self._asked = [name for name, member in members if member.init]
            self._factories = {name: member.factory for name, member in members if member.factory is not None}
            self._defaults = {name: member.default for name, member in members if member.default is not _NOTHING}
            self._all = set(self._asked) | self._factories.keys() | self._defaults.keys()
            self.done = 0

        def fill(self, record, /, *values, **named):
            """Fill a new record."""
            said = dict(zip(self._asked, values))  # noqa: B905 - too many are told below
            given = {**self._defaults, **said, **named}
            for name, make in self._factories.items():
                if name not in given:
                    given[name] = make()
            wrong = len(said) < len(values) or (named and not named.keys() <= {*self._asked} - said.keys())
            if wrong or given.keys() != self._all:
                _init_of(self._cls)(record, *values, **named)  # which says what is wrong
                return
            for name, value in given.items():
                object.__setattr__(record, name, value)
            if hasattr(record, "__post_init__"):
                record.__post_init__()

    class _Fields:
        """What `dataclasses` notes about a class of its own, when somebody asks for it."""

        def __init__(self, name) -> None:
            self.name = name

        def __get__(self, record, owner):
            from dataclasses import dataclass as real
            from dataclasses import field as real_field

            members = getattr(owner, _MEMBERS)
            body = {}
            for name, member in members.items():
                said = {"init": member.init, "repr": member.repr}
                if member.factory is not None:
                    said["default_factory"] = member.factory
                elif member.default is not _NOTHING:
                    said["default"] = member.default
                body[name] = real_field(**said)
            body["__annotations__"] = {name: member.type for name, member in members.items()}
            body["__module__"] = owner.__module__
            made = real(frozen=owner.__record_frozen__, order=owner.__record_order__)
            twin = made(type(owner.__name__, (), body))
            type.__setattr__(owner, self.name, twin.__dict__[self.name])
            return twin.__dict__[self.name]

    def _init_of(cls):
        """The function that fills a new record."""
        members = getattr(cls, _MEMBERS)
        known = {"_nothing": _NOTHING}
        head, body = ["self"], []
        frozen = cls.__record_frozen__
        for name, member in members.items():
            value = name
            if member.factory is not None:
                known[f"_make_{name}"] = member.factory
                value = f"_make_{name}() if {name} is _nothing else {name}" if member.init else f"_make_{name}()"
                default = "=_nothing"
            elif member.default is not _NOTHING:
                known[f"_default_{name}"] = member.default
                default = f"=_default_{name}"
                value = name if member.init else f"_default_{name}"
            elif member.init:
                default = ""
            else:
                continue
            if member.init:
                head.append(name + default)
            slot = getattr(cls, name, None)
            if not frozen:
                body.append(f"self.{name} = {value}")
            elif hasattr(slot, "__set__"):
                known[f"_set_{name}"] = slot.__set__
                body.append(f"_set_{name}(self, {value})")
            else:
                body.append(f"self.__dict__[{name!r}] = {value}")
        if hasattr(cls, "__post_init__"):
            body.append("self.__post_init__()")
        text = f"def __init__({', '.join(head)}):\n " + "\n ".join(body or ["pass"])
        exec(text, known)
        function = known["__init__"]
        function.__qualname__ = f"{cls.__qualname__}.__init__"
        function.__module__ = cls.__module__
        function.__annotations__ = {name: member.type for name, member in members.items() if member.init}
        function.__annotations__["return"] = "None"
        return function

    def _no_key(record):
        return ()

    def _eq(self, other):
        cls = self.__class__
        return cls.__record_key__(self) == cls.__record_key__(other) if other.__class__ is cls else NotImplemented

    def _hash(self):
        return hash(self.__class__.__record_key__(self))

    def _lt(self, other):
        cls = self.__class__
        return cls.__record_key__(self) < cls.__record_key__(other) if other.__class__ is cls else NotImplemented

    def _le(self, other):
        cls = self.__class__
        return cls.__record_key__(self) <= cls.__record_key__(other) if other.__class__ is cls else NotImplemented

    def _gt(self, other):
        cls = self.__class__
        return cls.__record_key__(self) > cls.__record_key__(other) if other.__class__ is cls else NotImplemented

    def _ge(self, other):
        cls = self.__class__
        return cls.__record_key__(self) >= cls.__record_key__(other) if other.__class__ is cls else NotImplemented

    def _repr(self) -> str:
        members = getattr(self, _MEMBERS).values()
        shown = ", ".join(f"{member.name}={getattr(self, member.name)!r}" for member in members if member.repr)
        return f"{self.__class__.__qualname__}({shown})"

    def _refuse(self, name, value=None):
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def _get_state(self):
        return [getattr(self, name, _NOTHING) for name in getattr(self, _MEMBERS)]

    def _set_state(self, state) -> None:
        for name, value in zip(getattr(self, _MEMBERS), state, strict=True):
            if value is not _NOTHING:
                object.__setattr__(self, name, value)

    _INIT = _Init()
    _FIELDS = _Fields("__dataclass_fields__")
    _PARAMETERS = _Fields("__dataclass_params__")
