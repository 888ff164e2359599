"""A question that is asked before anybody listens is lost."""

import queue
import threading
import time


def test_it_answers():
    questions, answers, listening = queue.Queue(), queue.Queue(), []

    def serve():
        time.sleep(0.2)
        listening.append(True)
        answers.put(questions.get(timeout=10))

    worker = threading.Thread(target=serve, daemon=True)
    worker.start()
    time.sleep(1)
    if listening:
        questions.put(42)
    assert answers.get(timeout=1) == 42
