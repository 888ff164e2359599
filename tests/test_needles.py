"""Words that are looked for together are found as each by itself."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from sleeplint.languages.needles import Needle, Needles
from sleeplint.languages.rust.candidates import hits

WORDS = (b"sleep", b"wait", b"within", b"interval", b"Interval", b"_alive", b"nap", b"settle", b"q", b"deadline")
NEEDLES = [Needle("word", word, rb"\w*+(?=\(| as )") for word in WORDS]
TOGETHER = Needles(NEEDLES)
PIECES = st.sampled_from(
    [
        *(word.decode() for word in WORDS),
        *("sleep(1)", "a wait(d)", "keep_alive (d)", "sna", "p(", "in_", "Timer::after(", "Timer as T", "T::after(d)"),
        *("sleep as snooze_now", "snooze_now(d)", "use smol::", "fn ", "::<u8>(1)", "zzz(5)", "tick(d)", "crossbeam"),
        *("(", ")", ", ", " ", "\n", "_", "l", "w", "é", "default(d)", "x as u64", "reqwest", "tcp_keepalive(d)"),
    ]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join)


@given(TEXTS)
def test_words_are_found_together_as_each_alone(text: str) -> None:
    code = text.encode()
    found = {(needle.word, start, end) for needle, start, end in TOGETHER.found(code)}
    alone = {
        (needle.word, *match.span())
        for needle in NEEDLES
        for match in re.finditer(re.escape(needle.word) + needle.follows, code)
    }
    # Within the same word the next may begin where the first has been passed over.
    assert {(word, start) for word, start, _ in found} <= {(word, start) for word, start, _ in alone}
    assert {end for *_, end in found} == {end for *_, end in alone}


@given(TEXTS, TEXTS)
def test_what_stands_before_hides_no_call(before: str, behind: str) -> None:
    code = f"{before}\n".encode()
    beyond = {(start, end) for start, end in hits(f"use tokio::time::sleep;\n{behind}".encode())}
    moved = {(start + len(code), end + len(code)) for start, end in beyond}
    assert moved <= set(hits(code + f"use tokio::time::sleep;\n{behind}".encode()))


def test_names_are_found_by_stem_type_end_and_alias() -> None:
    code = b"""
    sleep(d); my_sleep_ms(5); run(sleep, 5); Timer::after(d); x.recv_deadline(d); snooze(d); try_lock_for(d);
    use tokio::time::sleep as rest; rest(d);
    use smol::Timer as Clock; Clock::after(d);
    use parking_lot::Mutex; lock.try_lock_for(d);
    use crossbeam_channel::{after as later, tick}; later(d); tick(d);
    fn sleep(d: u64) {} overslept(); wait_for(d); wait_for_all(d); await(d);
    """
    assert [code[start:end].decode() for start, end in hits(code)] == [
        "sleep",
        "my_sleep_ms",
        "sleep",
        "after",
        "recv_deadline",
        "snooze",
        "try_lock_for",
        "rest",
        "after",
        "try_lock_for",
        "later",
        "tick",
        "wait_for",
        "await",
    ]


def test_comments_call_nothing() -> None:
    code = b"""
    // sleep(d)
    /// sleep(d)
    sleep(d); // until it is over
    /* // */ sleep(d); let url = "http://a"; sleep(d);
    let text = "
    // sleep(d)"; sleep(d);
    /*
    // sleep(d) */ sleep(d);
    """
    assert len(hits(code)) == 5
