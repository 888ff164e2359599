"""A sleep in the test's own flow: what was done before it, and what comes next, tell what is awaited."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import takewhile

from sleeplint.facts import Related
from sleeplint.languages.rust import vocabulary
from sleeplint.languages.rust.absence import as_at_first, forbidden, reached, sign, unchanged, unset, untouched, watched
from sleeplint.languages.rust.expiry import Elapsing, expiring
from sleeplint.languages.rust.flow import is_noise, is_value
from sleeplint.languages.rust.readiness import first_use, of_settling, of_startup
from sleeplint.languages.rust.refills import refilled
from sleeplint.languages.rust.scene import Scene
from sleeplint.languages.rust.verdict import Verdict
from sleeplint.languages.rust.words import places
from sleeplint.regexes import regex
from sleeplint.text import Span


def own_flow(scene: Scene) -> Verdict | None:
    """The test itself waits: what was done before, and what comes next."""
    way = scene.way
    following = [way.text(node) for node in scene.next[:4]]
    checked = next((index for index, text in enumerate(following) if _is_checked(text)), None)
    elapsing = expiring(way, scene.function, scene.site.duration_ms, scene.earlier)
    shown = _asserted(scene, checked)
    if watched(scene):
        return Verdict("absence", "low", related=shown)
    if checked is not None and checked <= 1 and (sure := unchanged(scene, checked)) is not None:
        return Verdict("absence", sure, related=shown)
    if checked is not None and checked <= 1 and reached(scene, checked):
        return Verdict("absence", "low", related=shown)
    if (checked is None or checked == 0) and forbidden(scene):
        return Verdict("absence", "low", related=shown)
    if elapsing and elapsing.holds:
        if checked is not None and checked <= 1 and _is_asked(following, checked) and _is_of_expiry(scene):
            return Verdict("absence", "low", related=shown)
        elapsing = None
    if elapsing and elapsing.strength == "strong":
        return Verdict("expiry", "high" if checked is not None else "low", expires=elapsing.words, related=shown)
    if checked is not None and checked <= 1 and refilled(scene, checked):
        return Verdict("expiry", "low", related=shown)
    if _shows_nothing(following):
        return Verdict("absence", "high", related=shown)
    if checked is None and scene.behind and vocabulary.MEASURED.match(way.text(scene.behind[0])):
        return Verdict("workload", "low")
    if checked == 0 and (untouched(scene) or as_at_first(scene)):
        return Verdict("absence", "high", related=shown)
    if elapsing and elapsing.strength == "named" and checked is not None:
        return Verdict("expiry", "low", expires=elapsing.words, related=shown)
    if checked is not None and checked <= 1 and _denies(following[checked]):
        if elapsing is not None:
            return Verdict("expiry", "low", expires=elapsing.words, related=shown)
        if _is_opposite(scene, following[checked]):
            return Verdict("settle", "low", readiness=of_settling(way, scene.function), related=shown)
        told = sign(scene, checked)
        if vocabulary.ENDED.search(following[checked]) and told in (None, "end"):
            return Verdict("settle", "high", readiness=of_settling(way, scene.function), related=shown)
        if (
            told is None
            and not unset(following[checked])
            and scene.last
            and vocabulary.ENDS.search(way.text(scene.last[0]))
        ):
            return Verdict("settle", "low", readiness=of_settling(way, scene.function), related=shown)
        if _is_of_expiry(scene):
            return Verdict("expiry", "low", related=shown)
        if told == "end" or (told is None and _is_of_end(scene)):
            return Verdict("settle", "low", readiness=of_settling(way, scene.function), related=shown)
        return Verdict("absence", "low", related=shown)
    if (verdict := _starting(scene, checked)) is not None or (verdict := _helping(scene)) is not None:
        return verdict
    if (verdict := _passing(scene, following, checked, elapsing)) is not None:
        return verdict
    if checked is None and _is_spaced(scene):
        return Verdict("pacing", "low")
    if checked is not None and checked <= 2:
        confident = (
            scene.last
            and _is_asked(following, checked)
            and not _is_checked(way.text(scene.last[0]))
            and _TAKES.match(following[checked]) is None  # which waits by itself
            and not _is_timed_against(scene, following[checked])
            and not _is_at_hand(following, checked)
        )
        if _is_of_expiry(scene) and (_is_asked(following, checked) or _TAKES.match(following[0])):
            return Verdict("expiry", "low", related=shown)
        told = sign(scene, checked) if checked <= 1 else None
        if told == "absence":
            return Verdict("absence", "low", related=shown)
        if _is_of_rounds(scene):
            return Verdict("expiry", "low", related=shown)
        return Verdict(
            "settle",
            "high" if confident and told in (None, "end") else "low",
            readiness=of_settling(way, scene.function),
            related=shown,
        )
    if scene.last and following:
        return Verdict("settle", "low", readiness=of_settling(way, scene.function))
    if scene.last and not following and vocabulary.ENDS.search(way.text(scene.last[0])):
        return Verdict("settle", "low")
    return None


def _denies(text: bytes) -> bool:
    """Whether a statement asserts in the negative; what a loop says of the items that came does not count."""
    return _LOOPS.match(text) is None and vocabulary.NEGATIVE.search(text) is not None


_TAKES = regex(rb"\s*+while\s+let\b[^{;]*\.\s*+await\b")
_LOOPS = regex(rb"\s*+(?:while|for|loop)\b")


def _shows_nothing(following: list[bytes]) -> bool:
    """Whether the first that is checked is that nothing came."""
    if not following or vocabulary.NOTHING.search(following[0]):
        return bool(following)
    if re.match(rb"\s*+(?:\w+::)*assert\w*!", following[0]):
        return False
    return len(following) > 1 and vocabulary.NOTHING.search(following[1]) is not None


def _is_of_expiry(scene: Scene) -> bool:
    """Whether the name of the function is about time running out."""
    return vocabulary.EXPIRY_TEST.search(scene.way.word(scene.function.child_by_field_name("name"))) is not None


def _is_of_rounds(scene: Scene) -> bool:
    """Whether it lasts some of the rounds that the code under test goes by itself: `sleep(interval * 2)`."""
    arguments = scene.site.call.child_by_field_name("arguments")
    return arguments is not None and _ROUNDS.search(scene.way.text(arguments)) is not None


_ROUNDS = regex(rb"(?:interval|period)\w*\s*+\*|\*\s*+[\w.]*(?:interval|period)", re.IGNORECASE)


def _is_of_end(scene: Scene) -> bool:
    """Whether the name of the function says that something ends, so that its absence is the effect."""
    return _ENDING.search(scene.way.word(scene.function.child_by_field_name("name"))) is not None


_ENDING = regex(
    rb"_(?:is|are|gets?|be)_(?:disconnected|removed|closed|released|deleted|dropped|cleaned|unregistered|reaped|stopped"
    rb"|killed|purged|forgotten|cleared)(?:_|$)"
    rb"|(?:^|_)(?:cleans?_up|cleanup|removes?|disconnects?|deletes?|releases?|reaps?|clears?|unregisters?|purges?)(?:_|$)"
)


def _is_spaced(scene: Scene) -> bool:
    """Whether it is the last of equal sleeps that stand behind one kind of action each."""
    texts = [scene.way.text(node) for node in (scene.statement, *scene.behind[:5])]
    return (
        len(texts) > 4
        and texts[0] == texts[2] == texts[4]
        and _same_action(texts[1], texts[3])
        and (len(texts) == 5 or _same_action(texts[3], texts[5]))
    )


def _is_asked(following: list[bytes], checked: int) -> bool:
    """Whether the next statement asserts, or fetches what the one after it asserts."""
    if checked == 0:
        return True
    fetched = re.match(rb"\s*+let\s+(?:mut\s+)?\(?\s*+(\w+)", following[0])
    return (
        checked == 1 and fetched is not None and re.search(rb"\b" + fetched.group(1) + rb"\b", following[1]) is not None
    )


def _is_at_hand(following: list[bytes], checked: int) -> bool:
    """Whether what is asserted is a value, or all that is asserted are results, that the test had before the wait."""
    if _KNOWN.fullmatch(following[checked]):
        return True
    return checked == 0 and all(_CAME.fullmatch(text) for text in takewhile(_is_checked, following))


_CLAIM = (
    rb"\s*+(?:\w+::)*assert(?:_eq|_ne)?!\s*+\(\s*+!?\s*+&?[a-z]\w*%s\s*+(?:(?:,|[!=]=|[<>]=?)\s*+&?[\w:]+\s*+)?"
    rb"(?:,[^()]*)?\)\s*+;?\s*+"
)
_KNOWN = regex(_CLAIM % b"")
"""What is asserted of a value that the test had before, nothing that happens meanwhile changes."""
_CAME = regex(_CLAIM % rb"(?:\s*+\.\s*+is_(?:ok|err|some|none)\(\))?")
"""So is it with how something ended."""


def _is_timed_against(scene: Scene, following: bytes) -> bool:
    """Whether it is measured by the sleeps of what was just started, from which the next statement receives."""
    node = scene.last[0]
    if _RECEIVES.search(following) is None or vocabulary.SPAWN.search(scene.way.text(node)) is None:
        return False
    first = bisect_left(scene.sites, node.start_byte, key=lambda site: site.call.start_byte)
    until = bisect_left(scene.sites, node.end_byte, key=lambda site: site.call.start_byte)
    return any(site.kind == "sleep" and site.duration_ms for site in scene.sites[first:until])


_RECEIVES = regex(rb"\.\s*+(?:recv|next|accept)\s*+\(\s*+\)\s*+\.\s*+(?:await|unwrap|expect)\b")


def _is_opposite(scene: Scene, assertion: bytes) -> bool:
    """Whether the opposite was asserted just before the wait."""
    if not scene.last:
        return False
    return re.sub(rb"\s|(?<!t)!", b"", assertion) == re.sub(rb"\s|(?<!t)!", b"", scene.way.text(scene.last[0]))


def _is_checked(text: bytes) -> bool:
    """Whether a statement asserts, rather than starting a task that does."""
    if vocabulary.SPAWN.search(text) and re.search(rb"\basync\b|\|", text):
        return False
    return vocabulary.ASSERTION.search(text) is not None


def _passing(scene: Scene, following: list[bytes], checked: int | None, elapsing: Elapsing | None) -> Verdict | None:
    """Nothing is awaited but that time passes."""
    way = scene.way
    if not following:
        return None
    seen = following[: 1 if checked is None else checked + 1]
    if vocabulary.CLOCK.search(b" ".join(text for text in seen if not _BEGINS.match(text))):
        return Verdict("pacing", "low")
    if elapsing is None and checked != 0 and scene.last and _same_action(way.text(scene.last[0]), following[0]):
        return Verdict("pacing", "low")
    if elapsing is None and _is_done_again(scene, following[0]):
        return Verdict("pacing", "low")
    near = (*scene.behind[:4], *scene.ahead[:4])
    if any(vocabulary.STAMP.search(scene.site.code[node.start_byte : node.end_byte]) for node in near):
        return Verdict("pacing", "low")
    if elapsing is not None:
        return Verdict("expiry", "low", expires=elapsing.words)
    if checked is not None and not scene.site.in_async and scene.site.test is not None:
        story = way.text(scene.function)
        if not (vocabulary.SPAWN.search(story) or vocabulary.START.search(story) or _ELSEWHERE.search(story)):
            return Verdict("expiry", "low")
    return None


_ELSEWHERE = regex(
    rb"channel|\.\s*+execute\s*+\(|[Pp]ool|[Ww]atch|[Ww]orker|[Bb]ackground|[Ff]lush|[Tt]hread(?!\s*+::\s*+sleep)"
)
"""Something works beside the test."""
_BEGINS = regex(rb"\s*+let\s+(?:mut\s+)?\w+\s*+=\s*+(?:\w+::)*(?:Instant|SystemTime)::now\(\)\s*+;")
"""What is measured begins there."""


def _asserted(scene: Scene, index: int | None) -> tuple[Related, ...]:
    if index is None:
        return ()
    node = scene.next[index]
    return (Related(Span(node.start_byte, node.end_byte), "checked here"),)


def _starting(scene: Scene, checked: int | None) -> Verdict | None:
    """It stands between the start of something and its first use."""
    way = scene.way
    for index, node in enumerate(scene.last[:2]):
        text = way.text(node)
        if _is_awaited_next(scene, text):
            return None
        if _is_stopped_next(scene, text):
            return None  # what it does meanwhile is awaited
        spawned = vocabulary.SPAWN.search(text)
        started = spawned or any(not _has_run(text, match) for match in vocabulary.START.finditer(text))
        if not started:
            if vocabulary.CLIENT.search(text):
                return None
            continue
        server = vocabulary.SERVER.search(text) is not None
        use = first_use(scene.next[:3], way)
        if spawned and not server:
            return None  # a task that does something: its effect is awaited
        if checked == 0 and not (server and use is not None):
            return None
        related: tuple[Related, ...] = (Related(Span(node.start_byte, node.end_byte), "started here"),)
        if use is not None:
            related = (*related, Related(Span(use.start_byte, use.end_byte), "first used here"))
        confident = index == 0 and server and (use is not None or not scene.next)
        return Verdict(
            "startup",
            "high" if confident else "low",
            readiness=of_startup(way, scene.function, node) if spawned else None,
            related=related,
        )
    return None


def _has_run(text: bytes, start: re.Match[bytes]) -> bool:
    """Whether what seems to be started was run to its end: `worker.run_until_done().await`."""
    method = text[: start.start()].rstrip().endswith(b".")
    return method and start.group().startswith(b"run") and _AWAITED.search(text, start.end()) is not None


_AWAITED = regex(rb"\.\s*+await\b")


def _is_stopped_next(scene: Scene, text: bytes) -> bool:
    """Whether what a statement starts, the next one stops."""
    name = re.match(rb"\s*+(\w+(?:\.\w+)*)\.\s*+start\w*\s*+\(", text)
    if name is None or not scene.next:
        return False
    stop = rb"\s*+" + re.escape(name.group(1)) + rb"\.\s*+(?:stop|pause|shutdown|close|abort|cancel|kill)\w*\s*+\("
    return re.match(stop, scene.way.text(scene.next[0])) is not None


def _is_awaited_next(scene: Scene, text: bytes) -> bool:
    """Whether the next statement waits for the end of what a statement starts."""
    name = re.match(rb"\s*+let\s+(?:mut\s+)?(\w+)\s*+=", text)
    if name is None or not scene.next:
        return False
    following = scene.way.text(scene.next[0])
    return any(_ENDED.match(following, at + len(name.group(1))) for at in places(following, name.group(1)))


def _helping(scene: Scene) -> Verdict | None:
    """The last act of a helper that starts something."""
    way = scene.way
    if scene.site.test is not None or scene.loops or scene.own < 0 or scene.own != scene.function_at:
        return None
    if any(not is_noise(way.text(node)) and not is_value(way, node) for node in scene.ahead):
        return None
    name = way.word(scene.function.child_by_field_name("name"))
    named = _STARTS.search(name) is not None
    begun = any(
        vocabulary.SPAWN.search(text) or vocabulary.START.search(text)
        for text in (way.text(node) for node in scene.last[:3])
    )
    if not begun:
        return None
    return Verdict("startup", "high" if named else "low")


_ENDED = regex(rb"\s*+\.\s*+(?:await\b|join\s*+\()")
_STARTS = regex(rb"start|spawn|run|launch|serve|setup|set_up|boot|init|cluster|server|prepare")

_CALLED = regex(rb"(?:\.|::|\b)(\w+)\s*+(?:::\s*+<[^>]*>\s*+)?\(")


def _same_action(one: bytes, other: bytes) -> bool:
    """Whether two statements do the same thing first."""
    first, second = _CALLED.search(one), _CALLED.search(other)
    if first is None or second is None or first.group(1) in _MAKES:
        return False
    return first.group(1) == second.group(1)


def _is_done_again(scene: Scene, following: bytes) -> bool:
    """Whether what was done last is done once more, whatever was looked at between, or a second thing is made."""
    made = _MADE.match(following)
    if made is not None:
        return any(
            (before := _MADE.match(scene.way.text(node))) is not None and before.group(1) == made.group(1)
            for node in scene.last[:2]
        )
    if _ACTS.match(following) is None:
        return False
    done = (text for text in map(scene.way.text, scene.last[:4]) if not _is_checked(text) and not _LOOKS.match(text))
    last = next(done, None)
    return last is not None and _ACTS.match(last) is not None and _same_action(last, following)


_MADE = regex(
    rb"\s*+let\s+(?:mut\s+)?\w+\s*+=\s*+((?:\w+::)*(?!Vec\b|String\b|Arc\b|Rc\b|Box\b|HashMap\b|Mutex\b|Some\b|Ok\b)[A-Z]\w*::\w+)"
    rb"\s*+\("
)
"""A value of a type is made: `let first = Id::new()`."""
_ACTS = regex(rb"\s*+(?!let\b|if\b|while\b|for\b|match\b|loop\b|return\b|drop\b)[\w.:]+\s*+\(")
_LOOKS = regex(rb"\s*+let\b")
_MAKES = frozenset({b"new", b"default", b"from", b"into", b"clone", b"builder", b"with_capacity", b"format"})
"""Nothing is done by that."""
