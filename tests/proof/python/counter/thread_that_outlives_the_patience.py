"""A thread polls until the end of the test, however long that is; an assertion in it would end it, unseen."""

import threading
import time


def test_the_thread_stays():
    over, ended = [], []

    def stay():
        while not over:
            time.sleep(0.01)
        ended.append("in order")

    thread = threading.Thread(target=stay)
    thread.start()
    time.sleep(0.3)
    over.append(True)
    thread.join(timeout=10)
    assert ended == ["in order"]
