"""A wall clock that can be set in the middle of a measurement."""

import time


def test_it_is_quick():
    started = time.time()
    total = sum(range(1000))
    elapsed = time.time() - started
    assert elapsed < 5
    assert total == 499500


def test_it_is_quick_in_one_line():
    started = time.time()
    assert sorted([2, 1]) == [1, 2]
    assert time.time() - started < 5
