"""The source of the sleep is itself what the test looks at."""

import inspect
import threading
import time


def test_the_source_is_shown():
    done = threading.Event()
    threading.Thread(target=done.set).start()
    time.sleep(0.25)
    assert done.wait(timeout=5)
    assert "time.sleep(0.25)\n" in inspect.getsource(test_the_source_is_shown)
