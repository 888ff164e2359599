"""Columns of many like things, as one file of the cache holds them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sleeplint.cache.columns import Stamps, numbers, of_numbers, of_words, words
from sleeplint.source import Stamp

NUMBER = st.integers(-(2**63), 2**63 - 1)
STAMPS = st.lists(st.tuples(NUMBER, NUMBER, NUMBER, st.integers(0, 2**64 - 1)), max_size=8)
FAR: Stamp = (1, 2**63 + 5, -(2**63) - 1, 2**64 + 7)


@given(st.lists(st.text(st.characters(exclude_characters="\0", codec=None))))
def test_words_come_back(some: list[str]) -> None:
    assert words(memoryview(of_words(some))) == some


@given(st.lists(st.integers(-(2**31), 2**31 - 1)))
def test_numbers_come_back(some: list[int]) -> None:
    assert list(numbers(memoryview(of_numbers(some)))) == some


def test_a_number_that_is_too_large_is_told() -> None:
    with pytest.raises(OverflowError):
        of_numbers([2**31])


@given(STAMPS)
def test_stamps_come_back(some: list[Stamp]) -> None:
    again = Stamps.of(memoryview(Stamps(some).column()))
    assert again == Stamps(some)
    assert list(again) == some
    assert [again[number] for number in range(len(some))] == some


def test_a_far_year_is_a_time_of_its_own() -> None:
    assert Stamps([FAR]) == Stamps([FAR])
    assert Stamps([FAR]) != Stamps([(1, 2**63 + 6, *FAR[2:])])
    assert list(Stamps.of(Stamps([FAR]).column())) == list(Stamps([FAR]))


@given(st.data())
def test_those_that_moved_are_those_that_differ(data: st.DataObject) -> None:
    then = data.draw(STAMPS)
    now = [data.draw(st.sampled_from([stamp, (stamp[0], stamp[1], stamp[2], 5), (1, 2, 3, 4)])) for stamp in then]
    assert Stamps(then).moved(Stamps(now)) == {number for number, stamp in enumerate(now) if stamp != then[number]}


@given(STAMPS, st.data())
def test_some_of_them(some: list[Stamp], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(0, len(some) - 1))) if some else []
    assert list(Stamps(some).at(rows)) == [some[row] for row in rows]
    start, end = data.draw(st.integers(0, len(some))), data.draw(st.integers(0, len(some)))
    assert list(Stamps(some).at(range(start, end))) == some[start:end] == list(Stamps(some)[start:end])


@given(STAMPS, st.data())
def test_another_stamp_in_ones_place(some: list[Stamp], data: st.DataObject) -> None:
    stamps, place = Stamps(some), data.draw(st.integers(0, len(some)))
    stamps.put(place, (1, 2, 3, 4))
    assert list(stamps) == [*some[:place], (1, 2, 3, 4), *some[place + 1 :]]
