"""What a maintainer would wave away: Python code on which an earlier reading was wrong, each beside its near miss."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import Surroundings, read
from sleeplint.source import Project, Source

HEAD = """\
import asyncio, math, queue, threading, time
import pytest
from multiprocessing import Process
from unittest import TestCase, mock

"""


def here(code: str, path: str = "tests/test_it.py") -> Wait:
    """The wait on the line that ends with `# <-`."""
    source = Source(path, (HEAD + dedent(code)).encode())
    marked = [number for number, line in enumerate(source.code.decode().split("\n"), 1) if line.endswith("# <-")]
    (found,) = [wait for wait in read(source).waits if source.lines.line(wait.span.start) in marked]
    return found


ROLES = {
    "an expiry that a fake simulates takes no time": (
        "guard 0",
        """
        def test():
            job.run.side_effect = queue.Empty
            with pytest.raises(queue.Empty):
                inbox.get(timeout=1)  # <-
        """,
    ),
    "one that nothing simulates is paid": (
        "burned 1000",
        """
        def test():
            job.run.side_effect = ValueError
            with pytest.raises(queue.Empty):
                inbox.get(timeout=1)  # <-
        """,
    ),
    "what a future says later is not the outcome of what made it": (
        "guard 0",
        """
        def test():
            ready = hub.wait_for_workers(3, timeout=10)  # <-
            hub.add_worker()
            assert ready.result() is None
        """,
    ),
    "nothing came in time": (
        "burned 10000",
        """
        def test():
            message = hub.wait_for_message(timeout=10)  # <-
            assert message is None
        """,
    ),
    "an exit code of zero is an end": (
        "guard 0",
        """
        def test():
            child = Process(target=work)
            child.start()
            child.join(5)  # <-
            assert child.exitcode == 0
        """,
    ),
    "no exit code is none": (
        "burned 5000",
        """
        def test():
            child = Process(target=work)
            child.start()
            child.join(5)  # <-
            assert child.exitcode is None
        """,
    ),
    "joined, started anew and joined again": (
        "guard 0",
        """
        def test():
            worker = threading.Thread(target=work)
            worker.start()
            worker.join(timeout=2)  # <-
            worker.start()
            worker.join(timeout=2)
        """,
    ),
    "a poll that takes what comes runs out once": (
        "burned 100",
        """
        import zmq
        def test():
            socket = zmq.Context().socket(zmq.SUB)
            while socket.poll(timeout=100):  # <-
                seen.append(socket.recv())
            assert seen
        """,
    ),
    "a loop that uses up its list tries nothing again": (
        "pacing None",
        """
        def teardown():
            while children:
                child = children.pop()
                if child.poll() is None:
                    time.sleep(0.25)  # <-
                if child.poll() is None:
                    return
        """,
    ),
    "a loop that looks at a list that others empty is a poll": (
        "poll None",
        """
        def teardown():
            while children:
                time.sleep(0.25)  # <-
        """,
    ),
    "stopped, or opened anew, and joined again": (
        "guard 0",
        """
        def test():
            worker.join(timeout=2)  # <-
            worker.open()
            worker.join(timeout=2)
        """,
    ),
    "what a child program calls is not in the test's flow": (
        "workload None",
        """
        def _child():
            prepare()
            time.sleep(30)  # <-

        def test():
            run([sys.executable, "-c", f"from {__name__} import _child; _child()"])
        """,
    ),
    "what is as it was before is no effect": (
        "absence 600",
        """
        def test():
            first = pool.first
            pool.use()
            time.sleep(0.6)  # <-
            assert pool.first is first
        """,
    ),
    "what is another than before is one": (
        "settle 600",
        """
        def test():
            first = pool.first
            pool.renew()
            time.sleep(0.6)  # <-
            assert pool.first is not first
        """,
    ),
    "a setter names the time that must elapse": (
        "expiry 1100",
        """
        def test():
            cache.set_max_lifetime(1)
            cache.put("key", 7)
            time.sleep(1.1)  # <-
            assert cache.get("key") != 7
        """,
    ),
}


@pytest.mark.parametrize(("expected", "code"), ROLES.values(), ids=ROLES)
def test_role_and_cost(expected: str, code: str) -> None:
    wait = here(code)
    assert f"{wait.role} {wait.cost_ms}" == expected


def test_what_is_started_used_by_nobody_and_stopped_only_runs_for_a_while() -> None:
    run = "async def test():\n    server = Server()\n    await server.start()\n    await asyncio.sleep(0.2)  # <-\n"
    run += "    await server."
    assert here(run + "stop()\n").role_confidence == "low"
    assert (here(run + "connect()\n").role, here(run + "connect()\n").role_confidence) == ("startup", "high")


WORKERS = """
class Worker(threading.Thread):
    def __init__(self):
        self.running = True

    {stop}

    def work(self):
        while self.running:
            pool.reset()
            time.sleep(0.01)  # <-
"""


def test_a_worker_that_somebody_stops_polls_nothing() -> None:
    assert here(WORKERS.format(stop="def stop(self):\n        self.running = False")).role != "poll"
    assert here(WORKERS.format(stop="pass")).role == "poll"


FALLS = {
    "goes on": ("", True),
    "asks again, and says so": ("if not ready():\n        print('not ready')", True),
    "asks again, and does something": ("if not ready():\n        print('again')\n        restart()", False),
    "asks for something else": ("if verbose():\n        print('on we go')", True),
    "fails by the project's own word": ("output = tail()\n    on_fail(output)", False),
    "raises": ("raise TimeoutError", False),
}


@pytest.mark.parametrize(("after", "silent"), FALLS.values(), ids=FALLS)
def test_a_poll_that_runs_out(after: str, silent: bool) -> None:
    code = f"""
def wait():
    end = time.time() + 10
    while time.time() < end:
        if ready():
            return
        time.sleep(0.1)  # <-
    {after}
"""
    loop = here(code).loop
    assert loop is not None
    assert (loop.bounded, loop.falls_through) == (True, silent)


DISTANCES = [
    ("self.assertAlmostEqual(took, 3, delta=1)", 4000),
    ("self.assertAlmostEqual(took, 0.1, 1)", 150),
    ("self.assertAlmostEqual(took, 0.1, places=2)", 105),
    ("self.assertLess(abs(took - 1), 0.5)", 500),
    ("self.assertLess(abs(1 - took), 0.5)", 500),
    ("assert took == pytest.approx(1, abs=0.25)", 1250),
    ("assert took == pytest.approx(2, rel=0.25)", 2500),
    ("assert took == pytest.approx(0.25, 0.1)", 275),
    ("assert took == pytest.approx(2, 0.1, 0.5)", 2500),
    ("assert took == pytest.approx(2, 0.5, abs=0.1)", 3000),
    ("assert took == pytest.approx(2)", 2000),
    ("assert took == pytest.approx(WANTED, 0.1)", None),
    ("assert took == pytest.approx(WANTED, 0.1, 0.5)", None),
    ("assert took == pytest.approx(2, None, 0.5)", 2500),
    ("assert took == pytest.approx(2, rel=None, abs=0.5)", 2500),
    ("assert took == pytest.approx(2, MARGIN)", None),
    ("assert took == pytest.approx(2, 0.5, abs=MARGIN)", None),
    ("assert math.isclose(took, 2, rel_tol=0.1)", 2200),
    ("assert math.isclose(took, 2, rel_tol=0.1, abs_tol=0.4)", 2400),
]


@pytest.mark.parametrize(("assertion", "ms"), DISTANCES)
def test_a_bound_on_the_distance_from_a_length_is_one_above_it(assertion: str, ms: int | None) -> None:
    code = f"""
class TestIt(TestCase):
    def test(self):
        start = time.monotonic()
        act()
        took = time.monotonic() - start
        {assertion}  # <-
"""
    wait = here(code)
    assert (wait.kind, wait.bound, wait.duration_ms) == ("clock-assert", "upper", ms)


def test_an_assertion_within_a_loop_on_a_clock_from_before_it_is_the_loops_deadline() -> None:
    before, within = "start = time.time()\n", ""
    code = "def test():\n    {}\n    while running():\n        {}\n        act()\n"
    code += "        assert time.time() - start < 3  # <-\n"
    loop = here(code.format(before, within)).loop
    assert loop is not None
    assert loop.bounded
    assert here(code.format(within, before)).loop is None


SETTINGS = [
    ("pyproject.toml", "[tool.pytest.ini_options]\ntimeout = 30\n", 30_000),
    ("pyproject.toml", '[tool.pytest.ini_options]\naddopts = ["-ra", "--timeout=1.5"]\n', 1500),
    ("pyproject.toml", "[tool.pytest.ini_options]\ntimeout = 0\n", None),
    ("pyproject.toml", "[tool.black]\n", None),
    ("pyproject.toml", "[tool.pytest\n", None),
    ("pytest.ini", "[pytest]\ntimeout = 30\n", 30_000),
    ("pytest.ini", "no settings at all", None),
    ("tox.ini", "[tox]\n[pytest]\naddopts = -v --timeout 20 -x\n", 20_000),
    ("setup.cfg", "[tool:pytest]\ntimeout: 40\n", 40_000),
    ("setup.cfg", "[pytest]\ntimeout: 40\n", None),
]


@pytest.mark.parametrize(("name", "text", "ms"), SETTINGS)
def test_the_runners_settings_bound_every_test(tmp_path: Path, name: str, text: str, ms: int | None) -> None:
    place = tmp_path / "tests" / "unit" / "test_it.py"
    place.parent.mkdir(parents=True)
    (tmp_path / name).write_text(text)
    code = (
        HEAD + "def test_a():\n    while not up():\n        time.sleep(1)\ndef helper():\n    child.wait(timeout=99)\n"
    )
    place.write_text(code)
    file = read(Source.read(str(place)), Surroundings(project=Project(tmp_path)))
    assert [test.limit_ms for test in file.tests] == [ms]
    assert [wait.limit.ms if wait.limit else None for wait in file.waits] == [ms, ms]
    assert [wait.loop.bounded for wait in file.waits if wait.loop] == [ms is not None]
    assert str(tmp_path / name) in file.consulted


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("[tool.pytest.ini_options]\naddopts = '-ra'\n", None),
        ("[tool.pytest.ini_options]\n# no timeout\n", None),
        ("[tool.pytest]\n# no timeout\n", None),
        ("[tool.pytest.ini_options]\nfaulthandler_timeout = 1500\nmarkers = ['timeout']\n", None),
        ("[tool.pytest.ini_options]\n'timeout' = 30\n", 30_000),
        ("[tool.pytest.ini_options]\naddopts = ['--timeout', '20']\n", 20_000),
        ("[project]\ndependencies = ['pytest-timeout']\n", 40_000),
        ("[ tool.pytest.ini_options ]\n", None),
        ("[project]\ndependencies = ['pytest']\n", 40_000),
        ("# [tool.pytest.ini_options]\n", 40_000),
        ("[tool.pytest-other]\nx = 1\n", 40_000),
    ],
)
def test_the_first_file_with_settings_of_the_runner_is_the_one_that_counts(
    tmp_path: Path, text: str, ms: int | None
) -> None:
    place = tmp_path / "tests" / "test_it.py"
    place.parent.mkdir()
    (tmp_path / "pyproject.toml").write_text(text)
    (tmp_path / "setup.cfg").write_text("[tool:pytest]\ntimeout = 40\n")
    place.write_text(HEAD + "def test_a():\n    time.sleep(1)\n")
    file = read(Source.read(str(place)), Surroundings(project=Project(tmp_path)))
    assert [test.limit_ms for test in file.tests] == [ms]


def test_closer_settings_win_and_a_mark_wins_over_all(tmp_path: Path) -> None:
    place = tmp_path / "tests" / "test_it.py"
    place.parent.mkdir()
    (tmp_path / "setup.cfg").write_text("[tool:pytest]\ntimeout = 40\n")
    (place.parent / "pytest.ini").write_text("[pytest]\ntimeout = 20\n")
    place.write_text(
        HEAD
        + "def test_a():\n    pass\n\n@pytest.mark.timeout(5)\ndef test_b():\n    pass\n"
        + "\n@pytest.mark.timeout(0)\ndef test_c():\n    pass\n"
    )
    file = read(Source.read(str(place)), Surroundings(project=Project(tmp_path)))
    assert {test.name: test.limit_ms for test in file.tests} == {"test_a": 20_000, "test_b": 5000, "test_c": None}


@pytest.mark.parametrize(
    ("path", "code", "in_test"),
    [
        ("benchmarks/load_test.py", "time.sleep(5)", False),
        ("benchmarks/test_load.py", "def test_load():\n    time.sleep(5)", True),
        ("examples/chat/test_chat.py", "class TestChat:\n    def check(self):\n        time.sleep(5)", True),
        ("tests/load_test.py", "time.sleep(5)", True),
    ],
)
def test_a_script_among_benchmarks_is_no_test_for_its_name(path: str, code: str, in_test: bool) -> None:
    (wait,) = read(Source(path, (HEAD + code + "\n").encode())).waits
    assert wait.in_test is in_test


def test_a_loop_that_only_sleeps_says_so() -> None:
    code = (
        "def test():\n    def idle():\n        {}\n    threading.Thread(target=idle, daemon=True).start()\n    act()\n"
    )
    wait = here(code.format("while True:\n            time.sleep(9)  # <-"))
    assert wait.role == "hold"
    assert wait.loop is not None
    assert not wait.loop.bounded


@pytest.mark.parametrize(("seconds", "cost"), [(86_399, 86_399_000), (86_400, None), (10**9, None)])
def test_a_day_is_never_paid(seconds: int, cost: int | None) -> None:
    assert (
        here(f"def test():\n    server.poke()\n    time.sleep({seconds})  # <-\n    assert poked()\n").cost_ms == cost
    )


def test_a_runners_limit_does_not_make_a_silent_poll_speak() -> None:
    code = "@pytest.mark.timeout(60)\ndef test():\n    for _ in range(9):\n        if up():\n            break\n"
    loop = here(code + "        time.sleep(1)  # <-\n    poke()\n").loop
    assert loop is not None
    assert (loop.bounded, loop.falls_through) == (True, True)


@pytest.mark.parametrize(
    ("script", "lengths"),
    [
        ("sleep 5", [5000]),
        ("up && while true; do sleep 1; done", []),
        ("until up; do sleep 1; done; sleep 3", [3000]),
    ],
)
def test_a_sleep_in_a_loop_of_the_shell_is_no_fixed_wait(script: str, lengths: list[int]) -> None:
    code = f"import subprocess\n\ndef test():\n    subprocess.run(['sh', '-c', '{script}'])\n"
    assert [wait.duration_ms for wait in read(Source("tests/test_a.py", code.encode())).waits] == lengths


@pytest.mark.parametrize(
    ("knob", "ms"),
    [
        ("", 120_000),
        ("with knobs(scan_seconds=1):", None),
        ("with mock.patch('app.limits.SCAN_SECONDS', 1):", None),
        ("limits.SCAN_SECONDS = 1", None),
        ("if limits.SCAN_SECONDS == 60:", 120_000),
    ],
)
def test_a_constant_of_the_system_that_the_test_sets_is_unknown(tmp_path: Path, knob: str, ms: int | None) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").touch()
    (tmp_path / "app" / "limits.py").write_text("SCAN_SECONDS = 60\n")
    place = tmp_path / "tests" / "test_it.py"
    place.parent.mkdir()
    block = f"    {knob}\n        pass\n" if knob.endswith(":") else f"    {knob}\n"
    place.write_text(
        HEAD + "from app import limits\n\ndef test():\n" + block + "    time.sleep(2 * limits.SCAN_SECONDS)\n"
    )
    file = read(Source.read(str(place)), Surroundings(project=Project(tmp_path)))
    assert [wait.duration_ms for wait in file.waits] == [ms]


def test_a_loop_that_sleeps_only_now_and_then_is_not_for_ever() -> None:
    code = (
        "def test():\n    def feed():\n        while {}:\n            {}\n    threading.Thread(target=feed).start()\n"
    )
    often = code.format("not done.is_set()", "if quiet():\n                time.sleep(9)  # <-")
    assert here(often).role != "hold"
    assert here(code.format("not done.is_set()", "time.sleep(9)  # <-")).role == "poll"


HOLDS = {
    "a server's loop takes a connection and sleeps": (
        """
        def test():
            def serve():
                while True:
                    peer, _ = listener.accept()
                    time.sleep(5)  # <-
            threading.Thread(target=serve, daemon=True).start()
            connect()
        """,
        "hold high 0 connection",
    ),
    "a server's loop answers late": (
        """
        def test():
            def serve():
                while True:
                    peer, _ = listener.accept()
                    time.sleep(5)  # <-
                    peer.send(b"late")
            threading.Thread(target=serve, daemon=True).start()
            connect()
        """,
        "pacing high 0 None",
    ),
    "a handler of a stream server": (
        """
        async def test():
            async def handle(reader, writer):
                await reader.read(10)
                await asyncio.sleep(5)  # <-
            await asyncio.start_server(handle, "127.0.0.1", 0)
        """,
        "hold high None connection",
    ),
    "a handler of socketserver": (
        """
        import socketserver
        class Silent(socketserver.BaseRequestHandler):
            def handle(self):
                self.request.recv(10)
                time.sleep(5)  # <-
        """,
        "hold high None connection",
    ),
    "a thread of its own class": (
        """
        class Silent(threading.Thread):
            def run(self):
                peer, _ = self.listener.accept()
                time.sleep(5)  # <-
        """,
        "hold high None connection",
    ),
}


@pytest.mark.parametrize(("code", "expected"), HOLDS.values(), ids=HOLDS)
def test_what_keeps_a_connection(code: str, expected: str) -> None:
    wait = here(code)
    assert wait.task is not None
    assert f"{wait.role} {wait.role_confidence} {wait.cost_ms} {wait.task.keeps}" == expected


ROUNDS = {
    "counts tries": ("for _ in range(9):", "if up():", "poll"),
    "counts tries until told": ("for attempt in range(9):", "if stop.is_set():", "poll"),
    "goes through things until told": ("for chunk in chunks:", "if stop.is_set():", "pacing"),
    "goes through things until one fits": ("for chunk in chunks:", "if chunk.fits:", "poll"),
    "works until told": ("while True:", "if stop_event.is_set():", "pacing"),
    "works until time is up": ("while True:", "if time.time() - start > length:", "pacing"),
    "tries until it is up": ("while True:", "if up():", "poll"),
    "tries until it has stopped": ("while True:", "if worker.stopped:", "poll"),
}


@pytest.mark.parametrize(("head", "condition", "role"), ROUNDS.values(), ids=ROUNDS)
def test_which_rounds_are_tries(head: str, condition: str, role: str) -> None:
    code = f"def test():\n    {head}\n        {condition}\n            break\n        send()\n"
    assert here(code + "        time.sleep(0.1)  # <-\n").role == role


def test_a_thing_that_did_not_come_is_no_timeout() -> None:
    code = "def test():\n    signals = queue_.wait_for_signals(timeout=0.1)  # <-\n    assert {} signals\n"
    assert here(code.format("WAKEUP not in")).role == "guard"
    assert here(code.format("not")).role == "burned"


def test_the_room_above_what_is_expected_is_what_counts() -> None:
    code = "class TestIt(TestCase):\n    def test(self):\n        start = time.monotonic()\n        act()\n"
    took = "time.monotonic() - start"
    assert here(code + f"        self.assertAlmostEqual({took}, 30, delta=1)  # <-\n").slack_ms == 1000
    assert here(code + f"        self.assertLess(abs({took} - 30), 0.5)  # <-\n").slack_ms == 500
    assert here(code + f"        assert {took} == pytest.approx(30, abs=2)  # <-\n").slack_ms == 2000
    assert here(code + f"        assert {took} == pytest.approx(30, 0.1)  # <-\n").slack_ms == 3000
    assert here(code + f"        assert {took} == pytest.approx(WANTED, 0.1)  # <-\n").slack_ms is None
    assert here(code + f"        assert {took} < 30  # <-\n").slack_ms is None


def test_a_join_right_after_the_start_and_before_a_sleep_is_a_sleep() -> None:
    code = "def test():\n    p = Process(target=work)\n    {}\n    p.join(1)  # <-\n    {}\n    send('stop')\n"
    slept = here(code.format("p.start()", "time.sleep(0.1)"))
    assert (slept.role, slept.role_confidence, slept.cost_ms) == ("startup", "high", 1000)
    assert here(code.format("p.start()", "look()")).role == "guard"
    assert here(code.format("p.start()\n    act()", "time.sleep(0.1)")).role == "guard"


def test_an_error_that_is_to_speak_of_a_timeout_is_its_expiry() -> None:
    code = (
        "def test():\n    with pytest.raises(Exception) as error:\n        with pymongo.timeout(0.7):  # <-\n"
        "            find()\n    assert {} str(error.value)\n"
    )
    assert here("import pymongo\n" + code.format("'timed out' in")).role == "burned"
    assert here("import pymongo\n" + code.format("'timed out' not in")).role == "guard"
    assert here("import pymongo\n" + code.format("'no such thing' in")).role == "guard"


def test_what_is_said_to_be_ignored_changes_nothing() -> None:
    code = (
        "def test():\n    start()\n    {}\n    send('bogus')\n    time.sleep(0.1)  # <-\n    assert state() == 'busy'\n"
    )
    ignored = here(code.format("# a wrong command is ignored"))
    assert (ignored.role, ignored.role_confidence) == ("absence", "low")
    assert here(code.format("# a command")).role == "settle"
    assert here(code.format("# sleeplint: ignore[settle-sleep] must stay")).role == "settle"


@pytest.mark.parametrize(
    ("head", "before", "role"),
    [
        ("tracer.start_span('load')", "", "workload"),
        ("RunTimer()", "", "workload"),
        ("tracer.start_span('load')", "shop.sell(1); ", "settle"),
        ("mock.patch('shop.send')", "", "settle"),
    ],
)
def test_nothing_but_a_sleep_in_a_block_that_takes_the_time_is_its_work(head: str, before: str, role: str) -> None:
    body = f"    with {head}:\n        {before}time.sleep(0.1)  # <-\n"
    assert here(f"def test():\n    shop.open()\n{body}    assert shop.sold == 1\n").role == role


@pytest.mark.parametrize(("given", "excused"), [("thread=True", True), ("thread=False", False), ("name='x'", False)])
def test_what_is_given_a_thread_blocks_no_loop(given: str, excused: bool) -> None:
    code = "async def test(app):\n    async def work():\n        time.sleep(0.1)  # <-\n    app.run_worker(work, {})\n"
    assert here(code.format(given)).excused == excused


def test_the_sole_content_of_a_measured_block_is_its_work() -> None:
    code = "def test():\n    with watching() as watch:\n        {}time.sleep(0.2)  # <-\n    assert {}\n"
    measured = here(code.format("", "watch.elapsed >= 0.2"))
    assert (measured.role, measured.role_confidence) == ("workload", "high")
    assert here(code.format("", "watch.lines == 2")).role == "settle"
    assert here(code.format("act(); ", "watch.elapsed >= 0.2")).role == "settle"


def test_a_sender_that_the_other_side_cuts_off_tries_nothing_again() -> None:
    code = (
        "def test():\n    def trickle():\n        for byte in PREFACE:\n"
        "            if stop.is_set():\n                return\n"
        "            try:\n                client.sendall(byte)\n            except {}:\n                return\n"
        "            time.sleep(0.1)  # <-\n    Thread(target=trickle).start()\n"
    )
    assert here(code.format("OSError")).role != "poll"
    assert here(code.format("LookupError")).role == "poll"


@pytest.mark.parametrize(
    ("take", "error", "role"),
    [
        ("jobs.get_nowait().result()", "queue.Empty", "pacing"),
        ("jobs.pop().result()", "IndexError", "pacing"),
        ("jobs.take().result()", "IndexError", "poll"),
        ("jobs.get_nowait().result()", "Closed", "poll"),
    ],
)
def test_what_takes_all_there_is_waits_for_nothing(take: str, error: str, role: str) -> None:
    code = (
        f"def test():\n    while True:\n        try:\n            {take}\n        except TooBusy:\n"
        f"            time.sleep(1)  # <-\n        except {error}:\n            break\n"
    )
    assert here(code).role == role


@pytest.mark.parametrize(
    ("things", "condition", "role"),
    [
        ("calls", "name == 'error'", "workload"),
        ("calls", "name == self.wanted()", "poll"),
        ("self.stream", "name == 'error'", "poll"),
    ],
)
def test_a_thing_that_says_that_it_is_the_last_is_no_condition_to_wait_for(
    things: str, condition: str, role: str
) -> None:
    code = (
        f"class FakeProxy:\n    def invoke(self, calls):\n        for name, args in {things}:\n"
        f"            if {condition}:\n                break\n            elif name == 'pause':\n"
        "                time.sleep(args[0])  # <-\n            self.seen.append(name)\n"
    )
    assert here(code).role == role


def test_a_comment_of_expiry_outweighs_an_effect() -> None:
    code = "def test():\n    cache.put(1)\n    {}\n    time.sleep(0.5)  # <-\n    assert cache.size == 3\n"
    expired = here(code.format("# wait for the entry to become invalid"))
    assert (expired.role, expired.role_confidence) == ("expiry", "low")
    assert here(code.format("# wait for the entry")).role == "settle"
