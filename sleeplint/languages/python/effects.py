"""A sleep before an assertion: for an effect to be there, or to show that there is none."""

from __future__ import annotations

import re
from itertools import takewhile

from sleeplint.facts import Related, Role
from sleeplint.languages.python import vocabulary as words
from sleeplint.languages.python.assertions import expectation, names_in, subject
from sleeplint.languages.python.constancy import as_before, asked_again, told_apart, unchanged
from sleeplint.languages.python.flow import Act
from sleeplint.languages.python.neighbours import Surrounding, assigned, span_of
from sleeplint.languages.python.scene import Scene
from sleeplint.languages.python.startups import starter
from sleeplint.languages.python.verdict import Verdict
from sleeplint.regexes import regex

_PAIR = regex(
    r"^(?:assert ([\w.\[\]()]+) (?:is|==) ([\w.\[\]()]+)(?:,|$)|"
    r"(?:self\.)?assert(?:Is|Equals?)\(\s*([\w.\[\]()]+),\s*([\w.\[\]()]+?)\s*[,)]$)"
)
"""Two things that are to be the same."""


def effect(scene: Scene, around: Surrounding) -> Verdict | None:
    """What the next assertion says that a sleep waits for."""
    outcome = around.outcome
    if outcome is None or outcome.kind != "assert":
        later = next((act for act in around.after[:5] if act.kind == "assert"), None)
        if outcome is None or later is None:
            return None
        if _later_than(scene, later, around):
            return Verdict("pacing", False, related=(Related(span_of(later.node), "asserted here"),))
        if around.cause is None:
            return None
        role: Role = "absence" if _is_as_earlier(scene, later) else "settle"
        return Verdict(role, False, related=(Related(span_of(later.node), "asserted here"),))
    related = (Related(span_of(outcome.node), "asserted here"),)
    if _later_than(scene, outcome, around) or _one_later(scene, outcome, around):
        return Verdict("pacing", False, related=related)
    if told_apart(scene, outcome, around):
        return Verdict("pacing", False, related=related)
    staying = persistence(scene, around)
    if staying is not None:
        return staying
    expected = expectation(scene, outcome)
    cause = around.cause
    match expected.wants:
        case "nothing":
            if _outlived(scene, outcome):
                if _ends_later(scene, outcome, around):
                    return Verdict("absence", False, related=related)  # it was told to end, and has not yet
                held = _also_happened(scene, outcome, around, acting=True)
                return Verdict("settle" if held else "absence", False, related=related)
            if _is_ended_next(scene, outcome, around):
                return Verdict("settle", False, related=related)
            begun = cause is not None and starter(scene, cause) is not None
            about_it = cause is not None and bool(assigned(scene, cause) & names_in(scene, outcome.node))
            if not about_it and _also_happened(scene, outcome, around):
                return Verdict("absence" if begun else "settle", False, related=related)
            return Verdict("absence", expected.sure and (about_it or not begun), related=related)
        case "gone":
            done = takewhile(lambda act: act.kind not in ("assert", "wait"), around.before[:3])
            removed = any(words.REMOVALS.search(call.name) for act in done for call in act.calls)
            removed = removed or (cause is not None and cause.node.type == "delete_statement")
            if removed or expected.sure or _was_there(scene, outcome, around) or _also_happened(scene, outcome, around):
                sure = expected.sure or _was_seen(scene, outcome, around)
                return Verdict("settle", removed and sure, related=related)
            return Verdict("absence", False, related=related)
        case "still":
            return Verdict("settle", False, related=related)
    return Verdict("settle", cause is not None, related=related)


def _news(scene: Scene, outcome: Act, around: Surrounding) -> bool:
    """The assertions next to one that held before want something that none before did."""
    known = {"".join(scene.text(act.node).split()) for act in around.before if act.kind == "assert"}
    for act in around.after[around.after.index(outcome) + 1 :]:
        if act.kind in ("call", "wait"):
            return False
        new = act.kind == "assert" and "".join(scene.text(act.node).split()) not in known
        if new and expectation(scene, act).wants in ("happened", "gone"):
            return True
    return False


def _is_as_earlier(scene: Scene, later: Act) -> bool:
    """`assert last_seen == seen`: what was looked at before is still the same, by its name."""
    pair = _PAIR.match(scene.text(later.node))
    sides = [side for side in pair.groups() if side] if pair is not None else []
    return any(words.EARLIER.search(side) for side in sides)


def persistence(scene: Scene, around: Surrounding) -> Verdict | None:
    """What is asserted was so before the wait, or is that what was just begun has not ended."""
    outcome = around.outcome
    if outcome is None or outcome.kind != "assert":
        return None
    related = (Related(span_of(outcome.node), "asserted here"),)
    anew = (around.cause is not None and starter(scene, around.cause) is not None) or _news(scene, outcome, around)
    if unchanged(scene, outcome, around):  # what was as it is now may be so anew
        return Verdict("settle" if anew else "absence", not anew, related=related)
    if as_before(scene, outcome, around):
        return Verdict("absence", True, related=related)
    if not anew and asked_again(scene, outcome, around):
        return Verdict("absence", False, related=related)
    cause = around.cause
    begun = assigned(scene, cause) if cause is not None and starter(scene, cause) is not None else set()
    if begun & names_in(scene, outcome.node) and not _outlived(scene, outcome):
        expected = expectation(scene, outcome)
        return Verdict("absence", expected.sure, related=related) if expected.wants == "nothing" else None
    return None


def happens_too(scene: Scene, around: Surrounding) -> bool:
    """Whether something behind the next assertion, and perhaps another act, is to have happened."""
    return around.outcome is not None and _also_happened(scene, around.outcome, around, acting=True)


def _also_happened(scene: Scene, outcome: Act, around: Surrounding, acting: bool = False) -> bool:
    """The next assertions see that something did happen; with `acting`, also those behind another act."""
    for act in around.after[around.after.index(outcome) + 1 :]:
        if act.kind == "wait" or (act.kind == "call" and not acting):
            return False
        if act.kind == "assert" and expectation(scene, act).wants == "happened":
            return True
    return False


def _was_seen(scene: Scene, outcome: Act, around: Surrounding) -> bool:
    """An assertion before was about the very thing that is gone now."""
    gone = subject(scene, outcome)
    return any(act.kind == "assert" and subject(scene, act) == gone for act in around.before)


def _was_there(scene: Scene, outcome: Act, around: Surrounding) -> bool:
    """An assertion before saw the thing that is gone now."""
    names = names_in(scene, outcome.node) - {"self", "len", "assert"}
    return any(
        act.kind == "assert"
        and expectation(scene, act).wants in ("happened", "still")
        and bool({name for name in names_in(scene, act.node) & names if not name.startswith("assert")})
        for act in around.before
    )


def _outlived(scene: Scene, outcome: Act) -> bool:
    """A process has no exit code: it lives, which may be the effect or the lack of one."""
    return bool(re.search(r"(poll\(\)|returncode|exitcode)\s*(is not|is|==|!=|,)\s*None", scene.text(outcome.node)))


def _reads_clock(scene: Scene, acts: tuple[Act, ...], names: list[str]) -> bool:
    return any(
        assigned(scene, act).intersection(names) and any(call.name in words.CLOCKS for call in act.calls)
        for act in acts
    )


def _ends_later(scene: Scene, outcome: Act, around: Surrounding) -> bool:
    """A later assertion wants to see the exit code that there is none of yet."""
    about = subject(scene, outcome)
    later = around.after[around.after.index(outcome) + 1 :]
    return any(
        act.kind == "assert" and subject(scene, act) == about and expectation(scene, act).wants == "happened"
        for act in later
    )


def _is_ended_next(scene: Scene, outcome: Act, around: Surrounding) -> bool:
    """`assert not link.closed`, and then `link.close()`: something is to be under way until the test ends it."""
    after = around.after[around.after.index(outcome) + 1 :]
    then = next((act for act in after if act.kind not in ("mark", "neutral")), None)
    if then is None or then.kind != "call":
        return False
    about = subject(scene, outcome)
    return any(
        call.receiver and words.REMOVALS.match(call.name) and about.startswith(f"{call.receiver}.")
        for call in then.calls
    )


_ONE_LATER = regex(
    r"\bassert(?:Greater|Less|NotEqual)\(\s*[\w.\[\]]+\.(\w+),\s*[\w.\[\]]+\.(\w+)\s*,?\s*\)|"
    r"\bassert [\w.\[\]]+\.(\w+) (?:<|>|!=) [\w.\[\]]+\.(\w+)(?:,|$)"
)
"""The same of two things, compared."""


def _one_later(scene: Scene, outcome: Act, around: Surrounding) -> bool:
    """Among what is asserted, `second.taken_at > first.taken_at`: the same timestamp of two things."""
    for act in around.after[around.after.index(outcome) :]:
        if act.kind in ("call", "wait"):
            return False
        found = _ONE_LATER.match(scene.text(act.node).removeprefix("self.")) if act.kind == "assert" else None
        if found is not None:
            label, other = (side for side in found.groups() if side is not None)
            if label == other and words.TIMESTAMPS.search(label):
                return True
    return False


def _later_than(scene: Scene, outcome: Act, around: Surrounding) -> bool:
    """Two timestamps are to differ."""
    written = scene.text(outcome.node)
    if not re.search(r"assertGreater\b|assertLess\b|assertNotEqual\b|[^<>=-][<>][^<>=]|!=", written):
        return False
    if re.search(r"\b(time|monotonic|perf_counter)\(\)|elapsed|duration", written):
        return False
    used = sorted(names_in(scene, outcome.node))
    if _reads_clock(scene, around.before, used) and _reads_clock(scene, around.after, used):
        return True  # `later = clock() - start`, and that is more than before
    names = [name for name in used if words.TIMESTAMPS.search(name)]
    if len(names) == 1:  # `first = thing.updated_at` before
        for act in around.before:
            if act.kind != "assert" and assigned(scene, act) & set(used) - set(names):
                return bool(re.search(rf"\b{re.escape(names[0])}\b", scene.text(act.node)))
    return len(names) > 1
