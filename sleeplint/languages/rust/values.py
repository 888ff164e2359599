"""The values that durations are made of, and what is reckoned with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from sleeplint.facts import Milliseconds
from sleeplint.languages.catalogue import Unit
from sleeplint.records import dataclass
from sleeplint.regexes import regex

if TYPE_CHECKING:
    from fractions import Fraction

Amount: TypeAlias = "int | Fraction"
"""An exact number."""
_NANOSECONDS: dict[str, int] = {
    "from_nanos": 1,
    "from_micros": 10**3,
    "from_millis": 10**6,
    "from_secs": 10**9,
    "from_mins": 60 * 10**9,
    "from_minutes": 60 * 10**9,
    "from_hours": 3600 * 10**9,
    "from_days": 86400 * 10**9,
    "from_weeks": 7 * 86400 * 10**9,
    "from_ticks": 0,
    # chrono's and time's
    "nanoseconds": 1,
    "microseconds": 10**3,
    "milliseconds": 10**6,
    "seconds": 10**9,
    "minutes": 60 * 10**9,
    "hours": 3600 * 10**9,
    "days": 86400 * 10**9,
    "weeks": 7 * 86400 * 10**9,
}
_UNITS: dict[Unit, int] = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
_SUFFIXES = {"secs": 10**9, "millis": 10**6, "micros": 10**3, "nanos": 1}
_WORDS = {
    "second": 10**9,
    "sec": 10**9,
    "milli": 10**6,
    "millisecond": 10**6,
    "m": 10**6,
    "micro": 10**3,
    "microsecond": 10**3,
    "minute": 60 * 10**9,
    "hour": 3600 * 10**9,
}
_INTEGER = regex(r"(0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+|[0-9][0-9_]*)(?:[iu](?:8|16|32|64|128|size))?\Z")
_FLOAT = regex(r"([0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]+)?)_?(?:f32|f64)?\Z")
_BITS = regex(r"(?:std::)?([iu])(8|16|32|64|128|size)(?:::|::)(?:MAX|max_value)\Z")
_BITS_LIMIT = 512
_CONSTANTS = {
    "ZERO": 0,
    "MAX": (2**64 - 1) * 10**9 + 999_999_999,
    "SECOND": 10**9,
    "MILLISECOND": 10**6,
    "MICROSECOND": 10**3,
}

Shape = Literal["duration", "number", "moment"]


@dataclass(frozen=True, slots=True)
class Value:
    """A folded expression: nanoseconds, a bare number, or nanoseconds from now."""

    shape: Shape
    amount: Amount
    whole: bool = True
    """Of a number: it is an integer, whose division drops the rest."""


def over(amount: Amount, divisor: Amount) -> Amount:
    """What a division makes, without an error."""
    if isinstance(amount, int) and isinstance(divisor, int) and amount % divisor == 0:
        return amount // divisor
    from fractions import Fraction  # costs as much to load as a short file to read, and few lengths need it

    return Fraction(amount) / divisor


def whole(amount: Amount) -> Milliseconds:
    """A number of milliseconds, as an int where it is one."""
    return int(amount) if amount.denominator == 1 else float(amount)


def milliseconds(value: Value, unit: Unit) -> Milliseconds | None:
    """How long a value says, in a call that counts in `unit`."""
    match unit, value.shape:
        case ("duration", "duration") | ("deadline", "moment"):
            return whole(over(value.amount, 10**6))
        case ("s" | "ms" | "us" | "ns", "number"):
            return whole(over(value.amount * _UNITS[unit], 10**6))
    return None


def duration(method: str, values: list[Value | None]) -> Value | None:
    """What a constructor of a duration makes: `from_secs(5)`, `new(1, 0)`."""
    numbers = [value.amount for value in values if value is not None and value.shape == "number"]
    if len(numbers) != len(values):
        return None
    if method == "new" and len(numbers) == 2:
        return Value("duration", numbers[0] * 10**9 + numbers[1])
    base = method.removesuffix("_f64").removesuffix("_f32").removeprefix("try_")
    if base in _NANOSECONDS and base != "from_ticks" and len(numbers) == 1 and numbers[0] >= 0:
        return Value("duration", numbers[0] * _NANOSECONDS[base])
    return None


def extreme(name: str, a: Value, b: Value) -> Value | None:
    """The lesser or the greater of two values."""
    if a.shape != b.shape:
        return None
    pick = min if name == "min" else max
    return Value(a.shape, pick(a.amount, b.amount), a.whole and b.whole)


def arithmetic(sign: str, a: Value, b: Value) -> Value | None:
    """What two values make; None if that means nothing, or is beyond all bounds."""
    value = _computed(sign, a, b)
    if value is None or max(value.amount.numerator.bit_length(), value.amount.denominator.bit_length()) > _BITS_LIMIT:
        return None
    if value.shape == "number":
        both = a.whole and b.whole
        return Value("number", int(value.amount) if both else value.amount, both)
    return value


def _computed(sign: str, a: Value, b: Value) -> Value | None:
    match sign, a.shape, b.shape:
        case ("+", "duration", "duration") | ("+", "number", "number"):
            return Value(a.shape, a.amount + b.amount)
        case ("+", "moment", "duration") | ("+", "duration", "moment"):
            return Value("moment", a.amount + b.amount)
        case ("-", "duration", "duration") | ("-", "number", "number"):
            rest = a.amount - b.amount
            return Value(a.shape, max(rest, 0) if a.shape == "duration" else rest)
        case ("-", "moment", "duration"):
            return Value("moment", a.amount - b.amount)
        case ("-", "moment", "moment"):
            return None  # time that really passed
        case ("*", "duration", "number") | ("*", "number", "duration"):
            return Value("duration", a.amount * b.amount)
        case ("*", "number", "number"):
            return Value("number", a.amount * b.amount)
        case ("/", "duration", "number") if b.amount:
            return Value("duration", over(a.amount, b.amount))
        case ("/", "number", "number") if b.amount:
            return Value("number", over(a.amount, b.amount))
        case ("%", "number", "number") if b.amount > 0:
            return Value("number", a.amount % b.amount)
        case ("<<", "number", "number") if 0 <= b.amount < 128 and b.amount.denominator == a.amount.denominator == 1:
            return Value("number", int(a.amount) << int(b.amount))
    return None


def number(text: str) -> Value | None:
    """The value of a literal."""
    if match := _INTEGER.match(text):
        digits = match[1].replace("_", "")
        if len(digits) > 40:
            return None
        base = {"0x": 16, "0o": 8, "0b": 2}.get(digits[:2], 10)
        return Value("number", int(digits, base))
    if (match := _FLOAT.match(text)) and len(text) < 40 and not re.search(r"[eE][+-]?\d{3}", text):
        from fractions import Fraction

        return Value("number", Fraction(match[1].replace("_", "")), whole=False)
    return None


def constant(name: str) -> Value | None:
    """The constant of that name that a duration's type has."""
    return Value("duration", _CONSTANTS[name]) if name in _CONSTANTS else None


def largest(path: str) -> Value | None:
    """The largest number of a type: `u64::MAX`."""
    match = _BITS.search(path)
    if match is None:
        return None
    bits = 64 if match[2] == "size" else int(match[2])
    return Value("number", 2 ** (bits - (match[1] == "i")) - 1)


def power(value: Value, exponent: Value) -> Value | None:
    """A number to a small power."""
    if not (value.shape == exponent.shape == "number" and 0 <= exponent.amount <= 64):
        return None
    small = value.amount.numerator.bit_length() * exponent.amount <= _BITS_LIMIT
    return Value("number", value.amount ** int(exponent.amount), value.whole) if small else None


def conversion(name: str, value: Value) -> Value | None:
    """What a method without arguments makes of a value: `as_millis`, and the `seconds` of extension traits."""
    if value.shape == "duration" and name.startswith("as_"):
        unit = name.removeprefix("as_")
        if unit in _SUFFIXES:
            return Value("number", value.amount // _SUFFIXES[unit])
        if unit in {"secs_f64", "secs_f32"}:
            return Value("number", over(value.amount, 10**9), whole=False)
    # extension traits that write `5.seconds()`
    if value.shape == "number" and name.rstrip("s") in _WORDS:
        return Value("duration", value.amount * _WORDS[name.rstrip("s")])
    return None
