"""A sleep past a time of the system under test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from tree_sitter import Node

from sleeplint.facts import Milliseconds, Related
from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.durations import fold
from sleeplint.languages.python.flow import Act, border
from sleeplint.languages.python.names import Names
from sleeplint.languages.python.neighbours import Surrounding, span_of
from sleeplint.languages.python.outcomes import outcome_of
from sleeplint.languages.python.scene import Scene, parts
from sleeplint.languages.python.site import Site
from sleeplint.languages.python.tree import arguments_of, bare
from sleeplint.languages.python.unfinished import is_shorter
from sleeplint.languages.python.verdict import Verdict
from sleeplint.regexes import regex

_SAME_SCALE = 6
"""A sleep past a time of the system under test is not many times as long."""
_CERTAIN_SCALE = 60
_BRIEF_MS = 500
"""Next to a lifetime of a millisecond, even a brief sleep is many times as long."""
_SETTERS = regex(r"(?i)(set|with|p?expire)")
_TIMED = regex(r"(Time_?[Oo]ut|Timer|T[Tt][Ll]|Expir\w*|Lease|TimeLimit|Deadline)$")
"""Classes of things that are over after a while."""
_AGED = {"setex": 1000, "psetex": 1, "expire": 1000, "pexpire": 1}
"""Calls whose second argument says how long a key lives."""
_UNITS = {"seconds": 1000, "secs": 1000, "milliseconds": 1, "ms": 1}
_SESSION = regex(r"(?i)\bset\b[^;]*?\b(\w*timeout)\s*(?:=|\bto\b)\s*'?(\d{1,9})(ms|s|min)?\b")
"""What is told to a database: `SET lock_timeout = '2s'`."""
_IN_MS = regex(r"(?i)(statement|lock|idle\w*|transaction)_(session_)?timeout$")
_UNITS_OF_SESSIONS = {"ms": 1, "s": 1000, "min": 60_000}
_CAMEL = regex(r"(?<=[a-z\d])(?=[A-Z])")
_LESS = 0.99
_OTHER_UNITS = frozenset({0.001, 60, 1000, 3600, 1_000_000})
"""By these a duration is said in another unit, and no longer or shorter."""
_NUMBER = regex(r"^(\d[\d_]*(?:\.\d*)?|\.\d+)$")


def named_expiry(scene: Scene, site: Site) -> str | None:
    """`sleep(ttl + 0.1)`: the duration itself names what must elapse."""
    value = _named(scene, site)
    if value is None or (_share(scene, value) or 1) < 1:
        return None  # `ttl / 4`: what it names is not over by then
    return " ".join(scene.text(value).split())


def _named(scene: Scene, site: Site) -> Node | None:
    """The duration, if it names something that elapses."""
    for value in durations(scene, site):
        identifiers = [scene.text(part) for part in parts(value) if part.type == "identifier"]
        if any(words.EXPIRIES.search(name) for name in identifiers):
            return value
        if value.type == "binary_operator" and any(words.WEAK_EXPIRIES.search(name) for name in identifiers):
            return value
    return None


def _share(scene: Scene, value: Node) -> float | None:
    """How many times a named duration an expression is, less than once if something is taken off; None if unsaid."""
    value = bare(value)
    if value.type in ("identifier", "attribute"):
        return 1
    left, right = value.child_by_field_name("left"), value.child_by_field_name("right")
    operator = value.child_by_field_name("operator")
    if value.type != "binary_operator" or left is None or right is None or operator is None:
        return None
    sign = scene.text(operator)
    if sign == "*" and _NUMBER.match(scene.text(left)):
        left, right = right, left
    share, number = _share(scene, left), _NUMBER.match(scene.text(right))
    if share is None:
        return None
    if sign == "-" and (number or right.type in ("identifier", "attribute")):
        return share * _LESS
    times = float(scene.text(right).replace("_", "")) if number else 0
    if times <= 0 or sign not in ("*", "/", "//"):
        return None
    if times in _OTHER_UNITS:
        return share
    return share * times if sign == "*" else share / times


def durations(scene: Scene, site: Site) -> list[Node]:
    """The argument that says how long, if there is one."""
    seconds = site.entry.seconds
    if seconds is None:
        return []
    arguments = arguments_of(site.call, scene.code)
    at = seconds.argument if isinstance(seconds.argument, int) else None
    keyword = seconds.argument if isinstance(seconds.argument, str) else seconds.keyword
    value = arguments.at(at, keyword)
    return [value] if value is not None else []


def elapsing(scene: Scene, site: Site, around: Surrounding) -> Verdict | None:
    """A time of the system under test that was set nearby and is no longer than the sleep."""
    duration = site.duration_ms
    outcome = around.outcome
    if outcome is not None and _expects_expiry(scene, outcome):
        related = (Related(span_of(outcome.node), "its end is expected here"),)
        return Verdict("expiry", True, related=related)
    if not duration:
        return None
    if _outlasts_a_bound(scene, site, around):
        return Verdict("expiry", True)
    for statement in _told_with(scene, outcome):
        found = _set_time(scene, statement, duration)
        if found is not None and found[1]:
            return Verdict("expiry", True, expires=found[0])
    for act in around.before:
        found = _set_time(scene, act.node, duration)
        if found is not None:
            return Verdict(
                "expiry", bool(words.CERTAIN_EXPIRIES.search(re.split(r"[ (]", found[0])[0])), expires=found[0]
            )
    first = border(site.chain)
    if first < 0:
        return None
    for outer in site.chain[max(0, first - 1) : first]:
        for decorator in outer.named_children if outer.type == "decorated_definition" else ():
            found = _set_time(scene, decorator, duration) if decorator.type == "decorator" else None
            if found is not None and found[1]:
                return Verdict("expiry", False, expires=found[0])
    body = site.chain[first].child_by_field_name("body")
    if body is None or body.type != "block":
        return None
    slept = {scene.text(part) for value in durations(scene, site) for part in parts(value) if part.type == "identifier"}
    for count, statement in enumerate(scene.statements(body)):
        if statement.start_byte >= site.call.start_byte or count > 40:
            break
        found = _set_time(scene, statement, duration)
        if found is not None and (found[1] or _is_meant(site, found[0].split(" ")[0], slept)):
            return Verdict("expiry", False, expires=found[0])
    for statement in _made(scene, site, around):
        found = _set_time(scene, statement, duration)
        if found is not None and found[1]:
            return Verdict("expiry", False, expires=found[0])
    return None


def _is_meant(site: Site, name: str, slept: set[str]) -> bool:
    """Whether a time that may be only a bound is what is slept, or what the test is named for."""
    named = site.test is not None and name in site.test.name.rpartition(".")[2]
    return bool(words.WEAK_EXPIRIES.search(name)) and (named or name in slept)


def _expects_expiry(scene: Scene, outcome: Act) -> bool:
    """`with raises(SignatureExpired):`, of which nothing but time is the cause."""
    if outcome.kind != "assert" or outcome.node.type != "with_statement":
        return False
    return any(
        words.EXPIRED.search(scene.text(argument))
        for call in scene.calls(outcome.node.named_children[0])
        for argument in arguments_of(call.node, scene.code).positional[:1]
    )


def _outlasts_a_bound(scene: Scene, site: Site, around: Surrounding) -> bool:
    """`late = lock.acquire(timeout=0.01)`, a sleep, and then it is seen to have run out: that is what it waits for."""
    for act in around.before:
        if act.kind == "wait":
            return False
        for call in act.calls:
            bound = scene.sites.get(call.node.id)
            if bound is None or bound.kind != "timeout" or not bound.duration_ms or not is_shorter(bound, site):
                continue
            outcome = outcome_of(scene, bound)
            seen = outcome.asserted
            if outcome.role == "burned" and seen is not None and seen.start_byte > site.call.end_byte:
                return True
    return False


def _told_with(scene: Scene, outcome: Act | None) -> tuple[Node, ...]:
    """The statements in which a check says how old something may be: `verify(token, max_age=1)`."""
    if outcome is None or outcome.kind != "assert":
        return ()
    body = outcome.node.child_by_field_name("body") if outcome.node.type == "with_statement" else None
    return scene.statements(body) if body is not None else (outcome.node,)


def _made(scene: Scene, site: Site, around: Surrounding) -> Iterator[Node]:
    """The statements of fixtures and of `setUp` that make what is asserted about."""
    if around.outcome is None or around.outcome.kind != "assert":
        return
    asserted = " ".join(scene.text(act.node) for act in (around.outcome, *around.before))
    own = re.findall(r"\bself\.(\w+)\.", asserted)
    first = border(site.chain)
    owner = next((node for node in reversed(site.chain[:first]) if node.type == "class_definition"), None)
    making = _definitions(scene, owner) if owner is not None and own else {}
    for name in ("setUp", "asyncSetUp", "setup_method", "setup"):
        for statement in _body(scene, making.get(name)):
            if any(re.match(rf"self\.{attribute} *=", scene.text(statement)) for attribute in own):
                yield statement
    parameters = site.chain[first].child_by_field_name("parameters")
    given = sorted({scene.text(part) for part in parameters.named_children}) if parameters is not None else []
    for name in given:
        if name != "self" and re.search(rf"\b{re.escape(name)}\b", asserted):
            yield from islice(_body(scene, _definitions(scene, scene.root).get(name)), 10)


def _definitions(scene: Scene, holder: Node) -> dict[str, Node]:
    """The functions defined in a class or module, by name."""
    known = scene.memory.get(("definitions", holder.id))
    if isinstance(known, dict):
        return known
    found: dict[str, Node] = {}
    for statement in scene.statements(holder.child_by_field_name("body") or holder):
        function = (
            statement.child_by_field_name("definition") if statement.type == "decorated_definition" else statement
        )
        name = function.child_by_field_name("name") if function is not None else None
        if function is not None and name is not None and function.type == "function_definition":
            found[scene.text(name)] = function
    scene.memory["definitions", holder.id] = found
    return found


def _body(scene: Scene, function: Node | None) -> tuple[Node, ...]:
    body = function.child_by_field_name("body") if function is not None else None
    return scene.statements(body) if body is not None else ()


def outlives(scene: Scene, site: Site, around: Surrounding) -> bool:
    """Whether what was set nearby, or what its duration is a part of, surely lasts longer than the sleep."""
    value = _named(scene, site)
    if value is not None and (_share(scene, value) or 1) < 1:
        return True
    duration = site.duration_ms
    if not duration:
        return False
    for act in around.before:
        _set_time(scene, act.node, duration)
        known = scene.memory["times", act.node.id]
        for written, ms, _ in known if isinstance(known, tuple) else ():
            if ms > duration and words.CERTAIN_EXPIRIES.search(written.split(" ")[0].split("(")[0]):
                return True
    return False


def _set_time(scene: Scene, node: Node, duration: Milliseconds) -> tuple[str, bool] | None:
    """A keyword or constant in `node` that names a time which elapses within `duration`."""
    known = scene.memory.get(("times", node.id))
    if not isinstance(known, tuple):
        known = scene.memory["times", node.id] = tuple(_times(scene, node))
    for written, ms, strong in known:
        certain = strong and words.CERTAIN_EXPIRIES.search(re.split(r"[ (]", written)[0])
        if ms <= duration <= ms * (_CERTAIN_SCALE if certain and duration <= _BRIEF_MS else _SAME_SCALE) and (
            strong or duration <= 3 * ms
        ):
            return written, strong
    return None


def _times(scene: Scene, node: Node) -> list[tuple[str, float, bool]]:
    found = []
    for part in parts(node):
        if part.type == "call":
            found += _set_by_call(scene, part)
            continue
        if part.type not in ("keyword_argument", "assignment", "pair"):
            continue
        if part.type == "keyword_argument":
            name, value = part.child_by_field_name("name"), part.child_by_field_name("value")
        elif part.type == "pair":
            name, value = part.child_by_field_name("key"), part.child_by_field_name("value")
        else:
            name, value = part.child_by_field_name("left"), part.child_by_field_name("right")
        if name is None or value is None:
            continue
        called = scene.text(name)
        called = re.sub(r"[-.]", "_", called.strip("\"'")) if name.type == "string" else called.split(".")[-1]
        called = _CAMEL.sub("_", called)  # `maxIdleTimeMS`
        strong = bool(words.EXPIRIES.search(called))
        if not strong and not words.WEAK_EXPIRIES.search(called):
            continue
        written = scene.text(value)
        if value.type == "call" and scene.called(value).name == "timedelta":
            inner = re.search(r"(milliseconds|seconds)\s*=\s*([\d.]+)", written)
            if inner is None:
                continue
            number = float(inner[2]) * (1 if inner[1] == "milliseconds" else 1000)
        else:
            scale = 1 if re.search(r"(?i)(_ms|ms|millis\w*)$|^px$|^x_(message_ttl|expires)$", called) else 1000
            for one in _either(value):
                amount = _amount(scene, one)
                if amount is not None and amount > 0:
                    found.append((f"{called} = {scene.text(one)}", amount * scale, strong))
            continue
        if number > 0:
            found.append((f"{called} = {written}", number, strong))
    return found


def _either(value: Node) -> tuple[Node, ...]:
    """What a value may be: `0.5 if brief else 60` is one of two."""
    value = bare(value)
    if value.type != "conditional_expression":
        return (value,)
    return tuple(bare(one) for one in (value.named_children[0], value.named_children[-1]))


def _amount(scene: Scene, value: Node) -> float | None:
    """A number, or the constant that a name stands for."""
    written = scene.text(value)
    if _NUMBER.match(written):
        return float(written.replace("_", ""))
    if value.type not in ("identifier", "attribute") or not isinstance(scene.names, Names):
        return None
    folded = fold(value, scene.names)
    return float(folded.number) if folded is not None and not folded.carries_unit else None


def _set_by_call(scene: Scene, call: Node) -> list[tuple[str, float, bool]]:
    """`cache.set_max_age(1)`, `Lease(seconds=1)`: the name of what is called says which time it sets."""
    name = scene.called(call).name
    if name in _AGED and len(given := arguments_of(call, scene.code).positional) > 1:
        amount = _amount(scene, given[1])
        return [(f"{name}({scene.text(given[1])})", amount * _AGED[name], True)] if amount else []
    made = name[:1].isupper() or re.match(r"_+[A-Z]", name) is not None
    if _TIMED.search(name) if made else words.CERTAIN_EXPIRIES.search(name):
        keywords = arguments_of(call, scene.code).keywords if call.id not in scene.sites else {}
        for keyword, scale in _UNITS.items():
            amount = _amount(scene, keywords[keyword]) if keyword in keywords else None
            if amount is not None and amount > 0:
                return [(f"{name}({keyword}={scene.text(keywords[keyword])})", amount * scale, True)]
    if made:
        return []
    given = arguments_of(call, scene.code).positional
    if given and given[0].type == "string" and (told := _SESSION.search(scene.text(given[0]))) is not None:
        scale = _UNITS_OF_SESSIONS[told[3].lower()] if told[3] else 1 if _IN_MS.match(told[1]) else 1000
        return [(f"{told[1]} = {told[2]}", float(told[2]) * scale, True)]
    if not _SETTERS.match(name) or not words.EXPIRIES.search(name):
        return []
    written = scene.text(given[-1]) if given else ""
    if not _NUMBER.match(written):
        return []
    number = float(written.replace("_", "")) * (1 if re.search(r"(?i)(_ms|millis\w*|^pexpire)$", name) else 1000)
    return [(f"{name}({written})", number, True)] if number > 0 else []
