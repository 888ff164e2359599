"""Polls of an event that could be waited for."""

import threading
import time
import unittest


def test_it_starts():
    up = threading.Event()
    threading.Timer(0.05, up.set).start()
    while not up.is_set():
        time.sleep(0.5)
    assert threading.current_thread() is threading.main_thread()


class StartTest(unittest.TestCase):
    def test_it_starts(self):
        up = threading.Event()
        threading.Timer(0.05, up.set).start()
        while not up.is_set():
            time.sleep(0.5)
        self.assertTrue(up.is_set())
