"""What a sleep among other acts waits for: for each signal a case and its near misses."""

from __future__ import annotations

from textwrap import dedent

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import read
from sleeplint.source import Source

HEAD = "import asyncio, os, signal, time\nimport gevent, pytest\nfrom unittest import TestCase, mock\n\n"


def here(code: str) -> Wait:
    """The wait on the line that ends with `# <-`."""
    source = Source("tests/test_it.py", (HEAD + dedent(code)).encode())
    marked = [number for number, line in enumerate(source.code.decode().split("\n"), 1) if line.endswith("# <-")]
    (found,) = [wait for wait in read(source).waits if source.lines.line(wait.span.start) in marked]
    return found


def between(before: str, after: str) -> Wait:
    """A sleep of two seconds between two pieces of a test."""
    lines = [*dedent(before).strip().split("\n"), "time.sleep(2)  # <-", *dedent(after).strip().split("\n")]
    return here("async def test():\n" + "".join(f"    {line}\n" for line in lines))


STORIES = {
    # --- a task that is cut off is in the midst of its work
    "a task and its end": ("settle", "task = asyncio.create_task(work())", "task.cancel()"),
    "a task, a note and its end": ("settle", "task = asyncio.create_task(work())", "count = n\ntask.cancel()"),
    "a greenlet that is killed": ("settle", "one = gevent.spawn(work)", "gevent.kill(one)"),
    "two that are killed": (
        "settle",
        "one = gevent.spawn(work)\ntwo = gevent.spawn(work)",
        "seen = stats.seen\ngevent.kill(one)\ngevent.kill(two)",
    ),
    "a task that is used first": ("startup", "task = asyncio.create_task(serve())", "queue.push(1)\ntask.cancel()"),
    "another is killed": ("startup", "one = gevent.spawn(serve)", "gevent.kill(other)"),
    "a process that is signalled": (
        "startup",
        "worker = Process(target=work)\nworker.start()",
        "os.kill(worker.pid, signal.SIGTERM)",
    ),
    # --- what is handed over is a start, or an end
    "a server is started elsewhere": ("startup", "await loop.run_in_executor(None, server.start)", "await ask(server)"),
    "a server is stopped elsewhere": ("settle", "await loop.run_in_executor(None, server.stop)", "await ask(server)"),
    # --- a program that was seen to come up
    "a line that says it starts": ("startup", "program.expect('Starting web interface')", "program.terminate()"),
    "a line that says something else": ("settle", "program.poke()\nprogram.expect('Job done')", "program.look()"),
    "a fork": (
        "startup",
        "worker.fork_horse(job)",
        "with open(path) as f:\n    pid = int(f.read())\nassert exists(pid)",
    ),
    # --- the same again
    "a turn of somebody's work, before and after": (
        "settle",
        "await worker._poll_once()\nassert await queue.size_of('a') == 2\nawait worker._poll_once()",
        "assert await queue.size_of('a') == 0\nassert worker.done == 4",
    ),
    "the same with another outcome": (
        "expiry",
        "suspend(2)\nworker.work()\nassert queue.count == 5",
        "worker.work()\nassert queue.count == 0",
    ),
    "the same, asserted the other way": (
        "expiry",
        "self.scheduler.run()\nself.assertFalse(job.called)",
        "self.scheduler.run()\nself.assertTrue(job.called)",
    ),
    "the same with another argument": (
        "settle",
        "worker.work(1)\nassert queue.count == 5",
        "worker.work(2)\nassert queue.count == 0",
    ),
    "the same and something else asserted": (
        "settle",
        "worker.work()\nassert queue.count == 5",
        "worker.work()\nassert other.count == 0",
    ),
    "one more of the same kind": (
        "pacing",
        "stats.log_error('a')\nassert stats.first == stats.last",
        "stats.log_error('b')\nassert stats.last > stats.first",
    ),
    "one more of what spaces nothing": (
        "settle",
        "worker.work('a')\nassert stats.first == stats.last",
        "worker.work('b')\nassert stats.last > stats.first",
    ),
    # --- a process that has not ended yet
    "told to end, and lives": (
        "absence",
        "os.kill(p.pid, signal.SIGUSR1)",
        "self.assertEqual(p.exitcode, None)\np.join(2)\nself.assertEqual(p.exitcode, 1)",
    ),
    "survives, and works": (
        "settle",
        "os.kill(p.pid, signal.SIGHUP)",
        "assert p.exitcode is None\nassert ask(p) == 'well'",
    ),
    # --- what was looked at before
    "the same as before": (
        "absence",
        "last_loaded = one\nwatched.visit()",
        "job.send(path)\nqueue.drain(path)\ntwo = look(path)\nassert last_loaded == two",
    ),
    "the same as expected": (
        "settle",
        "wanted = one\nwatched.visit()",
        "job.send(path)\nqueue.drain(path)\ntwo = look(path)\nassert wanted == two",
    ),
    # --- a touch is noticed, unless the file is written again
    "a touch, and a job": ("settle", "path.touch()", "job.send(1)\nassert job.done()"),
    "a touch, and a write": ("pacing", "path.touch()", "path.write_text('b')\nassert changed(path)"),
    # --- what is asked for the answer
    "an answer that is counted": (
        "settle",
        "while not ready():\n    time.sleep(0.1)",
        "answer, _ = ask('count')\ncount = int(answer)\nassert count > 0",
    ),
    # --- timers
    "past a timer's time": (
        "expiry",
        "timer = IdleTimeout(seconds=1)\ntimer.watch()",
        "assert seen.count == 1",
    ),
    "before a timer's time": (
        "settle",
        "timer = IdleTimeout(seconds=10)\ntimer.watch()",
        "assert seen.count == 1",
    ),
    "past what is said to be over after a while": (
        "expiry",
        "work = cached(work, valid=expires_after(seconds=1.5))\nwork(1)",
        "assert work(1) == 1",
    ),
    "past what is said to be logged after a while": (
        "settle",
        "work = cached(work, valid=logs_after(seconds=1.5))\nwork(1)",
        "assert work(1) == 1",
    ),
    "past one of two timeouts": (
        "expiry",
        "for n in range(9):\n    notes.add(Note('it', timeout=(1.5 if n % 2 else 60)))",
        "assert len(notes) == 5",
    ),
    "past none of two timeouts": (
        "settle",
        "for n in range(9):\n    notes.add(Note('it', timeout=(15 if n % 2 else 60)))",
        "assert len(notes) == 5",
    ),
    "past what is no timer's": (
        "settle",
        "song = Song(seconds=1)\nsong.watch()",
        "assert seen.count == 1",
    ),
    # --- what held before, and what is new
    "the same holds": (
        "absence",
        "assert task.waits\nqueue.kick()",
        "assert task.waits",
    ),
    "the same holds, and something is new": (
        "settle",
        "assert task.waits\nqueue.kick()",
        "assert task.waits\nassert task.count == 2",
    ),
    "the same is asked, for another answer": (
        "settle",
        "count = stats.count()\nassert count == 1\nqueue.kick()",
        "count = stats.count()\nassert 3 == count",
    ),
    "the same is asked, for the same answer": (
        "absence",
        "old = stats.count()\nqueue.kick()",
        "new = stats.count()\nassert old == new",
    ),
    "the same is asked, for the same answer in all its parts": (
        "absence",
        "answer = client.get('/health')\nassert answer.status == 503\nassert answer.text == 'not ready'",
        "answer = client.get('/health')\nassert answer.status == 503\nassert answer.text == 'not ready'",
    ),
    "the same is asked, for an answer with another part": (
        "settle",
        "answer = client.get('/health')\nassert answer.text == 'not ready'\nassert answer.tries == 1",
        "answer = client.get('/health')\nassert answer.status == 200",
    ),
    "another is asked for the same": (
        "settle",
        "answer = client.get('/ready')\nassert answer.status == 503\nassert answer.text == 'not ready'",
        "answer = client.get('/health')\nassert answer.status == 503",
    ),
    # --- only time passes
    "a difference that grows": (
        "pacing",
        "queue.kick()\ndiff = time.monotonic() - queue.kicked\nassert diff < 1",
        "more = time.monotonic() - queue.kicked\nassert more > diff",
    ),
    "a number that grows": (
        "settle",
        "queue.kick()\ncount = queue.count",
        "more = queue.count\nassert more > count",
    ),
    "the last of several": (
        "pacing",
        "files.put('a')\ntime.sleep(0.1)\nfiles.put('b')",
        "assert files.get(1) == 'b'",
    ),
    "the last of several signals": (
        "settle",
        "os.kill(1, signal.SIGHUP)\ntime.sleep(0.1)\nos.kill(1, signal.SIGHUP)",
        "assert files.get(1) == 'b'",
    ),
    # --- nothing near
    "an act before another wait": ("settle", "poke()\ntime.sleep(1)", "look.at(it)"),
}


@pytest.mark.parametrize("case", STORIES)
def test_story(case: str) -> None:
    role, before, after = STORIES[case]
    assert between(before, after).role == role


@pytest.mark.parametrize(
    ("head", "role"),
    [
        ("def test(server):", "startup"),
        ("def test():", "sync"),
        ("@mock.patch('shop.sleep')\ndef test(fake):", "sync"),
    ],
)
def test_the_first_act_of_a_test_waits_for_what_its_fixtures_started(head: str, role: str) -> None:
    assert here(f"{head}\n    time.sleep(0.1)  # <-\n    server.send(1)\n").role == role


@pytest.mark.parametrize(("method", "role"), [("setUp", "startup"), ("other", "sync")])
def test_or_its_set_up(method: str, role: str) -> None:
    code = (
        f"class TestIt(TestCase):\n    def {method}(self):\n        self.server = Server()\n"
        "    def test(self):\n        time.sleep(0.1)  # <-\n        self.server.send(1)\n"
    )
    assert here(code).role == role


def test_a_process_that_is_to_live_may_be_the_effect_or_the_lack_of_one() -> None:
    spoken = between("poke(kernel)", "if kernel.poll() is not None:\n    raise OSError('gone')")
    assert (spoken.role, spoken.role_confidence) == ("absence", "low")
