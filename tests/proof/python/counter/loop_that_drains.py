"""The loop goes on after the event is set, until nothing is pending: waiting on the event no longer paces it."""

import threading
import time


def test_it_drains_at_its_own_pace():
    stop = threading.Event()
    drained = threading.Event()
    looks = []

    def drain():
        while not stop.is_set() or not drained.is_set():
            looks.append(1)
            time.sleep(0.1)

    thread = threading.Thread(target=drain)
    thread.start()
    stop.set()
    threading.Timer(0.3, drained.set).start()
    thread.join(timeout=10)
    assert len(looks) < 20
