"""A sampler that looks every half second until it is stopped: whoever joins it pays the rest of the pause."""

import threading
import time


def test_samples_until_it_is_stopped():
    stop = threading.Event()
    first = threading.Event()
    seen = []

    def sample():
        while not stop.is_set():
            seen.append(len(seen))
            first.set()
            time.sleep(0.5)

    thread = threading.Thread(target=sample)
    thread.start()
    assert first.wait(timeout=10)
    stop.set()
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert seen[0] == 0
