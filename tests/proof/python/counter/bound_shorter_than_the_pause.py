"""The bound alone is shorter than the effect takes."""

import threading
import time


def test_it_finishes():
    done = threading.Event()
    threading.Timer(0.3, done.set).start()
    time.sleep(1)
    assert done.wait(timeout=0.05)
