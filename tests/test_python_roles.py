"""Why a Python wait is there: for each role a case and its near miss."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sleeplint.facts import Wait
from sleeplint.languages import read
from sleeplint.source import Source

HEAD = """\
import asyncio, gc, os, queue, select, socket, subprocess, threading, time
import anyio, pytest, trio
from contextlib import contextmanager
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Process
from unittest import TestCase, mock

"""


def here(code: str) -> Wait:
    """The wait on the line that ends with `# <-`."""
    source = Source("tests/test_it.py", (HEAD + dedent(code)).encode())
    marked = [number for number, line in enumerate(source.code.decode().split("\n"), 1) if line.endswith("# <-")]
    (found,) = [wait for wait in read(source).waits if source.lines.line(wait.span.start) in marked]
    return found


ROLES = {
    # --- yield
    "zero is a turn of the scheduler": ("yield high", "async def test():\n    await asyncio.sleep(0)  # <-\n"),
    "a millisecond is not": (
        "settle low",
        """
        async def test():
            server.poke()
            await asyncio.sleep(0.001)  # <-
            server.poke_again()
        """,
    ),
    # --- race-arm
    "the first of several": (
        "race-arm high",
        """
        async def test():
            done, _ = await asyncio.wait(
                {job, asyncio.ensure_future(asyncio.sleep(5))},  # <-
                return_when=asyncio.FIRST_COMPLETED,
            )
        """,
    ),
    "the first of several, by name": (
        "race-arm high",
        """
        async def test():
            bell = asyncio.create_task(asyncio.sleep(5))  # <-
            await asyncio.wait([job, bell], return_when=asyncio.FIRST_COMPLETED)
        """,
    ),
    "all of several": (
        "workload high",
        """
        async def test():
            FIRST_COMPLETED = 1
            await asyncio.gather(job(), asyncio.sleep(5))  # <-
        """,
    ),
    # --- poll
    "while a condition": ("poll high", "def test():\n    while not ready():\n        time.sleep(0.1)  # <-\n"),
    "for with a break": (
        "poll high",
        """
        def test():
            for _ in range(50):
                if ready():
                    break
                time.sleep(0.1)  # <-
        """,
    ),
    "retry until it no longer raises": (
        "poll high",
        """
        def connect():
            while True:
                try:
                    return socket.create_connection(address)
                except OSError:
                    time.sleep(0.1)  # <-
        """,
    ),
    "for without a way out": (
        "pacing high",
        """
        def test():
            for peer in peers:
                peer.poke()
                time.sleep(0.1)  # <-
        """,
    ),
    "a function inside a loop is a border": (
        "workload high",
        """
        def test():
            while not ready():
                def slow():
                    time.sleep(0.1)  # <-
                    return 1
                client.call(slow)
        """,
    ),
    "a return of an inner function is not the loop's": (
        "pacing high",
        """
        def test():
            for peer in peers:
                def name():
                    return peer
                peer.poke(name)
                time.sleep(0.1)  # <-
        """,
    ),
    "a break of an inner loop is not the loop's": (
        "pacing high",
        """
        def test():
            for peer in peers:
                for part in peer:
                    if part:
                        break
                time.sleep(0.1)  # <-
        """,
    ),
    "until something was taken": (
        "poll high",
        """
        from kafka import KafkaConsumer

        def test():
            batch = None
            while not batch:
                batch = KafkaConsumer().poll(timeout_ms=1000)  # <-
            assert batch
        """,
    ),
    "until enough was taken": (
        "poll high",
        """
        from kafka import KafkaConsumer

        def test(seen):
            while len(seen) < 5:
                seen.extend(KafkaConsumer().poll(timeout_ms=1000))  # <-
            assert seen
        """,
    ),
    "as long as something else holds": (
        "guard high",
        """
        from kafka import KafkaConsumer

        def test(seen):
            while seen:
                batch = KafkaConsumer().poll(timeout_ms=1000)  # <-
                seen.remove(batch.pop())
        """,
    ),
    "until it has ended": (
        "poll high",
        """
        def test():
            job = threading.Thread(target=work)
            while job.is_alive():
                job.join(0.1)  # <-
        """,
    ),
    # --- hold
    "a spawned connection kept open": (
        "hold high",
        """
        def test():
            def serve():
                peer, _ = listener.accept()
                peer.sendall(b"hello")
                time.sleep(5)  # <-
            threading.Thread(target=serve, daemon=True).start()
            assert client.read() == b"hello"
        """,
    ),
    "and closed after the sleep": (
        "hold high",
        """
        async def test():
            async def serve():
                reader, writer = await asyncio.open_connection(*address)
                await asyncio.sleep(5)  # <-
                writer.close()
            asyncio.create_task(serve())
            assert await listener.accepted() == 1
        """,
    ),
    "a handler that parks": (
        "hold high",
        """
        async def test():
            async def handle(reader, writer):
                writer.write(b"hello")
                await asyncio.sleep(5)  # <-
            server = await asyncio.start_server(handle, port=0)
            assert await fetch(server) == b"hello"
        """,
    ),
    "the end of what a task calls last": (
        "hold high",
        """
        async def test():
            async def linger(connection):
                await asyncio.sleep(5)  # <-
            async def listen():
                await connection.execute("listen")
                await linger(connection)
            asyncio.create_task(listen())
            assert await client.read() == b"hello"
        """,
    ),
    "the end of what a task calls before it goes on": (
        "workload low",
        """
        async def test():
            async def linger(connection):
                await asyncio.sleep(5)  # <-
            async def listen():
                await linger(connection)
                await connection.execute("listen")
            asyncio.create_task(listen())
            assert await client.read() == b"hello"
        """,
    ),
    "the end of what a task calls last, and the test itself on its way": (
        "hold high",
        """
        async def test():
            async def linger(connection):
                await asyncio.sleep(5)  # <-
            async def listen():
                await connection.execute("listen")
                await linger(connection)
            asyncio.create_task(listen())
            assert await client.read() == b"hello"
            await linger(other)
            assert await client.read() == b"bye"
        """,
    ),
    "the end of what a task calls in a loop": (
        "workload low",
        """
        async def test():
            async def linger(connection):
                await asyncio.sleep(5)  # <-
            async def listen():
                for connection in connections:
                    await linger(connection)
            asyncio.create_task(listen())
            assert await client.read() == b"hello"
        """,
    ),
    "a connection of a task that the test waits for": (
        "hold high",
        """
        def test():
            def work():
                with pool.connection():
                    time.sleep(0.1)  # <-
            worker = threading.Thread(target=work)
            worker.start()
            worker.join()
        """,
    ),
    "connections of many tasks that the test waits for": (
        "workload high",
        """
        def test():
            def work():
                with pool.connection():
                    time.sleep(0.1)  # <-
            workers = [threading.Thread(target=work) for _ in range(50)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
        """,
    ),
    "connections of many tasks that a generator makes": (
        "workload high",
        """
        async def test():
            async def work():
                async with pool.connection():
                    await asyncio.sleep(0.1)  # <-
            await asyncio.gather(*(asyncio.create_task(work()) for _ in range(50)))
        """,
    ),
    "connections of many coroutines at once": (
        "workload high",
        """
        async def test():
            async def work():
                async with pool.acquire():
                    await asyncio.sleep(0.1)  # <-
            await asyncio.gather(*[work() for _ in range(50)])
        """,
    ),
    "and something done with each": (
        "workload low",
        """
        async def test():
            async def work():
                async with pool.acquire() as taken:
                    await asyncio.sleep(0.1)  # <-
                    assert taken.is_open
            await asyncio.gather(*[work() for _ in range(50)])
        """,
    ),
    "a connection of one coroutine beside another": (
        "hold high",
        """
        async def test():
            async def work():
                async with pool.acquire():
                    await asyncio.sleep(0.1)  # <-
            await asyncio.gather(work(), look())
        """,
    ),
    "a connection of one task after the other": (
        "hold high",
        """
        def test():
            def work():
                with pool.connection():
                    time.sleep(0.1)  # <-
            for _ in range(3):
                worker = threading.Thread(target=work)
                worker.start()
                worker.join()
        """,
    ),
    "connections of many tasks that a loop starts": (
        "workload high",
        """
        def test():
            def work():
                with pool.connection():
                    time.sleep(0.1)  # <-
            workers = []
            for number in range(50):
                worker = threading.Thread(target=work, name=", ".join(names))
                worker.start()
                workers.append(worker)
            for worker in workers:
                worker.join()
        """,
    ),
    "a lock that many tasks are after": (
        "hold high",
        """
        def test():
            def work():
                with mutex.acquire():
                    time.sleep(0.1)  # <-
            workers = [threading.Thread(target=work) for _ in range(50)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
        """,
    ),
    "idling for ever in a thread": (
        "hold high",
        """
        def test():
            def idle():
                while True:
                    time.sleep(1)  # <-
            threading.Thread(target=idle, daemon=True).start()
            assert threading.active_count() == 2
        """,
    ),
    "never meant to end": (
        "hold low",
        """
        async def test():
            async def endless():
                await asyncio.sleep(3600)  # <-
                return 1
            with pytest.raises(asyncio.TimeoutError):
                await client.call(endless)
        """,
    ),
    "followed by a failure": (
        "hold high",
        """
        async def test():
            async def never():
                await asyncio.sleep(5)  # <-
                assert False
            await race(never)
        """,
    ),
    "followed by a simulated error": (
        "workload high",
        """
        async def test():
            async def never():
                await asyncio.sleep(5)  # <-
                raise OSError("broken pipe")
            await client.call(never)
        """,
    ),
    "cancelled by its scope": (
        "hold high",
        """
        async def test():
            with anyio.move_on_after(0.1):
                await anyio.sleep(10)  # <-
        """,
    ),
    "a scope that is longer cuts nothing": (
        "sync low",
        """
        async def test():
            with anyio.move_on_after(10):
                await anyio.sleep(0.1)  # <-
        """,
    ),
    "a minute in the test's own flow is paid": (
        "settle low",
        """
        def test():
            server.poke()
            time.sleep(60)  # <-
            server.poke_again()
        """,
    ),
    # --- workload
    "a mock's side effect": (
        "workload high",
        """
        async def test():
            async def slow(*args):
                await asyncio.sleep(0.2)  # <-
            client.send = mock.AsyncMock(side_effect=slow)
            await client.flush()
        """,
    ),
    "a decorated job": (
        "workload high",
        """
        def test(broker):
            @broker.actor
            def job():
                time.sleep(0.1)  # <-
            job.send()
        """,
    ),
    "a decorator of the test's own is no registration": (
        "settle high",
        """
        @pytest.mark.slow
        @mock.patch("project.clock")
        def test(clock):
            server.poke()
            time.sleep(0.1)  # <-
            assert server.poked
        """,
    ),
    "an application": (
        "workload high",
        """
        async def app(scope, receive, send):
            await asyncio.sleep(0.1)  # <-
            await send({})
        """,
    ),
    "an override": (
        "workload high",
        """
        class SlowConnection(Connection):
            async def reset(self):
                await asyncio.sleep(0.2)  # <-
                return await super().reset()
        """,
    ),
    "a helper of a test case is no stand-in": (
        "settle low",
        """
        class TestServer(TestCase):
            def poke(self):
                self.server.poke()
                time.sleep(0.1)  # <-
                self.server.poke_again()

            def test_it(self):
                self.poke()
        """,
    ),
    "a sleep handed to the system under test": (
        "workload high",
        """
        def test(view):
            view.apply_async(time.sleep, 0.2)  # <-
        """,
    ),
    "a generator streamed to a client": (
        "workload high",
        """
        def test(client):
            async def body():
                yield b"a"
                await asyncio.sleep(0.1)  # <-
                yield b"b"
            client.post(data=body())
        """,
    ),
    # --- pacing
    "a lambda that sleeps and then sets": (
        "pacing high",
        """
        def test():
            done = threading.Event()
            threading.Thread(target=lambda: (time.sleep(0.1), done.set())).start()  # <-
            assert look(done)
        """,
    ),
    "a lambda that sleeps or sets, since a sleep gives nothing": (
        "pacing high",
        """
        def test():
            done = threading.Event()
            threading.Thread(target=lambda: time.sleep(0.1) or done.set()).start()  # <-
            assert look(done)
        """,
    ),
    "a lambda that opens and then sleeps": (
        "hold high",
        """
        def test():
            threading.Thread(target=lambda: [server.accept(), time.sleep(5)], daemon=True).start()  # <-
            assert look()
        """,
    ),
    "a trigger that comes late": (
        "pacing high",
        """
        def test():
            def stop():
                time.sleep(0.2)  # <-
                server.stop()
            threading.Thread(target=stop).start()
            server.run()
        """,
    ),
    "a call that comes later": (
        "pacing high",
        """
        def test():
            threading.Timer(0.5, server.stop).start()  # <-
            server.run()
        """,
    ),
    "the end of a resource can be the trigger": (
        "pacing high",
        """
        def test():
            threading.Thread(target=close, args=(pipe,)).start()
            assert pipe.read() == b""

        def close(pipe):
            time.sleep(0.2)  # <-
            pipe.close()
        """,
    ),
    "between two halves": (
        "pacing high",
        """
        def test():
            sock.sendall(b"a")
            time.sleep(0.01)  # <-
            sock.sendall(b"b")
        """,
    ),
    "before a file's time is set": (
        "pacing high",
        """
        def test(path):
            path.write_text("a")
            time.sleep(1.1)  # <-
            os.utime(path)
        """,
    ),
    "coroutines made here and started there": (
        "pacing high",
        """
        async def test(pool):
            async def work():
                await asyncio.sleep(0.01)  # <-
                await pool.execute()
            jobs = [work() for _ in range(5)]
            await asyncio.gather(*jobs)
        """,
    ),
    # --- startup
    "a process and its first connection": (
        "startup high",
        """
        def test():
            server = subprocess.Popen(["server"])
            time.sleep(1)  # <-
            socket.create_connection(address)
        """,
    ),
    "a server thread and its first request": (
        "startup high",
        """
        def test():
            threading.Thread(target=server.run).start()
            time.sleep(1)  # <-
            assert requests.get(url).status_code == 200
        """,
    ),
    "a thread that need not be a server": (
        "startup low",
        """
        def test():
            thread = threading.Thread(target=iterate)
            thread.start()
            time.sleep(1)  # <-
            cursor.close()
        """,
    ),
    "a thread that need not be a server, and a comment that says it is waited for": (
        "startup high",
        """
        def test():
            thread = threading.Thread(target=iterate)
            thread.start()
            time.sleep(1)  # wait for it to start  # <-
            cursor.close()
        """,
    ),
    "a process, by what it was made from": (
        "startup high",
        """
        def test():
            child = Process(target=iterate)
            child.start()
            time.sleep(1)  # <-
            cursor.close()
        """,
    ),
    "a timer is no server": (
        "settle low",
        """
        def test():
            timer.start()
            time.sleep(0.1)  # <-
            timer.report()
        """,
    ),
    "a context that starts one": (
        "startup high",
        """
        @contextmanager
        def running():
            server.start()
            time.sleep(0.1)  # <-
            yield server
        """,
    ),
    "a task whose work is asserted": (
        "settle high",
        """
        async def test():
            asyncio.create_task(work())
            await asyncio.sleep(0.1)  # <-
            assert results == [1]
        """,
    ),
    "made, and reached for": (
        "startup low",
        """
        def test():
            server = WebServer("127.0.0.1", 0)
            time.sleep(0.01)  # <-
            requests.get(server.url)
        """,
    ),
    "reached for before": (
        "sync low",
        """
        def test():
            requests.get(server.url)
            builder = Builder()
            time.sleep(0.01)  # <-
            requests.get(server.url)
        """,
    ),
    # --- settle and absence
    "something happened": (
        "settle high",
        """
        def test():
            server.poke()
            time.sleep(0.1)  # <-
            assert server.count == 1
        """,
    ),
    "something happened, after a look": (
        "settle high",
        """
        class TestJob(TestCase):
            def test(self):
                self.job.stop()
                time.sleep(0.1)  # <-
                self.job.refresh()
                self.assertTrue(self.job.is_stopped)
        """,
    ),
    "nothing happened": (
        "absence high",
        """
        def test():
            server.poke()
            time.sleep(0.1)  # <-
            assert not callback.called
        """,
    ),
    "nothing happened, said by a mock": (
        "absence high",
        """
        def test():
            server.poke()
            time.sleep(0.1)  # <-
            callback.assert_not_called()
        """,
    ),
    "the task goes on": (
        "absence high",
        """
        class TestTask(TestCase):
            async def test(self):
                task = asyncio.create_task(consumer.get())
                await asyncio.sleep(0.1)  # <-
                self.assertFalse(task.done())
        """,
    ),
    "nothing to take": (
        "absence high",
        """
        def test():
            server.poke()
            time.sleep(0.1)  # <-
            with pytest.raises(queue.Empty):
                inbox.get_nowait()
        """,
    ),
    "an error of another kind is an event": (
        "settle high",
        """
        def test():
            server.stop()
            time.sleep(0.1)  # <-
            with pytest.raises(ConnectionError):
                client.ping_it()
        """,
    ),
    "being gone is an event, if something was removed": (
        "settle high",
        """
        def test():
            process.kill()
            time.sleep(0.1)  # <-
            assert not process.is_alive()
        """,
    ),
    "the same as before": (
        "absence high",
        """
        def test():
            assert len(server.peers) == 1
            server.poke()
            time.sleep(0.1)  # <-
            assert len(server.peers) == 1
        """,
    ),
    "two looks that are to be alike": (
        "absence high",
        """
        class TestPeers(TestCase):
            def test(self):
                old = set(self.client.peers())
                time.sleep(0.1)  # <-
                new = set(self.client.peers())
                self.assertEqual(old, new)
        """,
    ),
    "two looks that are to differ": (
        "settle high",
        """
        def test():
            old = server.workers()
            server.scale()
            time.sleep(0.1)  # <-
            new = server.workers()
            assert new == old + 1
        """,
    ),
    "the same again, but otherwise in between": (
        "settle high",
        """
        def test():
            assert server.state == READY
            server.begin()
            assert server.state == BUSY
            server.end()
            time.sleep(0.1)  # <-
            assert server.state == READY
        """,
    ),
    # --- expiry
    "a part of what it names": (
        "settle low",
        """
        TTL = 0.2

        def test():
            cache.put(1, ttl=TTL)
            time.sleep(TTL / 4)  # <-
            assert cache.get() == 1
        """,
    ),
    "nearly what it names": (
        "settle low",
        """
        def test(lease_ttl):
            lock.acquire(lease_ttl)
            time.sleep(lease_ttl * 2 / 4 - 0.1)  # <-
            assert lock.holder == "me"
        """,
    ),
    "what it names, in another unit": (
        "expiry high",
        """
        def test(ttl_ms):
            cache.put(1, ttl_ms)
            time.sleep(ttl_ms / 1000)  # <-
            assert cache.get() is None
        """,
    ),
    "twice what it names": (
        "expiry high",
        """
        def test(ttl):
            cache.put(1, ttl)
            time.sleep(0.5 * ttl * 4)  # <-
            assert cache.get() is None
        """,
    ),
    "as long as what it names still has": (
        "expiry high",
        """
        def test(ttl):
            expires = cache.put(1, ttl)
            time.sleep(expires - time.time())  # <-
            assert cache.get() is None
        """,
    ),
    "past a time to live": (
        "expiry high",
        """
        def test(cache):
            cache.put("a", 1, ttl=1)
            time.sleep(1.1)  # <-
            assert cache.get("a") is None
        """,
    ),
    "named by the duration": (
        "expiry high",
        """
        def test(lock):
            lock.acquire()
            time.sleep(lock.lease_time + 0.1)  # <-
            assert lock.acquire()
        """,
    ),
    "a time to live that is longer": (
        "settle low",
        """
        def test(cache):
            cache.put("a", 1, ttl=60)
            time.sleep(0.1)  # <-
            assert cache.size == 1
        """,
    ),
    "set by the test's decorator": (
        "expiry low",
        """
        @with_options(max_statement_lifetime=0.5)
        def test():
            first = prepare()
            time.sleep(1)  # <-
            assert prepare() != first
        """,
    ),
    # --- comments, of the low kind
    "a comment decides where nothing else does": (
        "startup low",
        """
        def test():
            # give the server time to start
            time.sleep(0.1)  # <-
        """,
    ),
    "whichever way it says so": (
        "startup low",
        """
        def test():
            # leave the shop some time for startup
            time.sleep(0.1)  # <-
            shop.ask()
        """,
    ),
    "a comment below says that nothing is to change": (
        "absence low",
        """
        def test():
            server.poke("wrongly")
            time.sleep(0.1)  # <-
            # the server still works
            assert server.state == BUSY
        """,
    ),
    "nothing at all": ("sync low", "def test():\n    time.sleep(0.1)  # <-\n"),
    # --- timeouts
    "a bound": ("guard high", "async def test():\n    await asyncio.wait_for(job(), 5)  # <-\n"),
    "expiry expected": (
        "burned high",
        """
        async def test():
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(job(), 0.1)  # <-
        """,
    ),
    "another error expected": (
        "guard high",
        """
        async def test():
            with pytest.raises(ValueError):
                await asyncio.wait_for(job(), 5)  # <-
        """,
    ),
    "expiry expected by unittest": (
        "burned high",
        """
        class TestIt(TestCase):
            def test(self):
                inbox = queue.Queue()
                with self.assertRaises(queue.Empty):
                    inbox.get(timeout=0.1)  # <-
        """,
    ),
    "success is a failure": (
        "burned high",
        """
        def test():
            inbox = queue.Queue()
            try:
                inbox.get(timeout=0.1)  # <-
                pytest.fail("something came")
            except queue.Empty:
                pass
        """,
    ),
    "expiry is the expected path": (
        "burned low",
        """
        async def test():
            try:
                await asyncio.wait_for(job(), 0.1)  # <-
            except asyncio.TimeoutError:
                pass
            assert not job.called
        """,
    ),
    "expiry is one of the paths": (
        "guard low",
        """
        async def test():
            try:
                await asyncio.wait_for(job(), 1)  # <-
            except asyncio.TimeoutError:
                pass
            assert job.count == 1
        """,
    ),
    "expiry is a failure": (
        "guard high",
        """
        def test():
            inbox = queue.Queue()
            try:
                inbox.get(timeout=5)  # <-
            except queue.Empty:
                pytest.fail("nothing came")
        """,
    ),
    "released in time": (
        "guard high",
        """
        def test():
            event = threading.Event()
            start(event)
            assert event.wait(5)  # <-
        """,
    ),
    "not released": (
        "burned high",
        """
        def test():
            event = threading.Event()
            start(event)
            assert not event.wait(0.1)  # <-
        """,
    ),
    "not released, by name": (
        "burned high",
        """
        def test():
            event = threading.Event()
            start(event)
            released = event.wait(0.1)  # <-
            assert not released
        """,
    ),
    "released or failed": (
        "guard high",
        """
        def test():
            event = threading.Event()
            start(event)
            if not event.wait(5):  # <-
                pytest.fail("not released")
        """,
    ),
    "still alive after a short join": (
        "burned high",
        """
        def test():
            thread = threading.Thread(target=work)
            thread.start()
            thread.join(0.1)  # <-
            assert thread.is_alive()
        """,
    ),
    "ended before the join was over": (
        "guard high",
        """
        def test():
            thread = threading.Thread(target=work)
            thread.start()
            thread.join(5)  # <-
            assert not thread.is_alive()
        """,
    ),
    "an event that nothing sets is a sleep": (
        "settle high",
        """
        def test():
            server.poke()
            threading.Event().wait(0.1)  # <-
            assert server.count == 1
        """,
    ),
    "done and pending": (
        "burned high",
        """
        async def test():
            done, pending = await asyncio.wait(jobs, timeout=0.1)  # <-
            assert not done
        """,
    ),
    "a quiet bound around an endless body": (
        "burned high",
        """
        async def test():
            with trio.move_on_after(0.1):  # <-
                await trio.sleep_forever()
        """,
    ),
    "drained until nothing comes": (
        "burned low",
        """
        def test():
            inbox = queue.Queue()
            while True:
                try:
                    inbox.get(timeout=0.1)  # <-
                except queue.Empty:
                    break
        """,
    ),
}


@pytest.mark.parametrize("case", ROLES)
def test_role(case: str) -> None:
    expected, code = ROLES[case]
    spoken = here(code)
    assert f"{spoken.role} {spoken.role_confidence}" == expected


def test_what_is_seen_on_the_way_is_told() -> None:
    spoken = here(ROLES["past a time to live"][1])
    assert spoken.expires == "ttl = 1"
    spoken = here(ROLES["something happened"][1])
    assert [related.text for related in spoken.related] == ["asserted here"]
    spoken = here(ROLES["a process and its first connection"][1])
    assert [related.text for related in spoken.related] == ["started here", "first used here"]


@pytest.mark.parametrize(
    ("case", "checked"),
    [
        ("released in time", True),
        ("not released", True),
        ("an event that nothing sets is a sleep", False),
        ("a bound", None),
    ],
)
def test_whether_a_timeouts_outcome_is_looked_at(case: str, checked: bool | None) -> None:
    assert here(ROLES[case][1]).checked is checked


def test_readiness_at_hand() -> None:
    code = """
    def test():
        ready = threading.Event()
        threading.Thread(target=serve, args=(ready,)).start()
        time.sleep(1)  # <-
        socket.create_connection(address)
    """
    assert here(code).readiness == "the event `ready` is made for it"


def test_deep_nesting_is_no_recursion() -> None:
    nested = "".join("    " * depth + "if x:\n" for depth in range(1, 90))
    code = "import time\ndef test():\n" + nested + "    " * 90 + "time.sleep(1)\n"
    assert [wait.role for wait in read(Source("tests/test_it.py", code.encode())).waits] == ["sync"]


LINES = (
    "time.sleep(1)",
    "await asyncio.sleep(0.1)",
    "assert event.wait(0.1)",
    "task = asyncio.create_task(inner())",
    "task.cancel()",
    "threading.Thread(target=inner).start()",
    "for _ in range(3):",
    "while not ready():",
    "with pytest.raises(TimeoutError):",
    "async with asyncio.timeout(1):",
    "def inner():",
    "async def inner():",
    "class Inner(Base):",
    "try:",
    "except TimeoutError:",
    "else:",
    "return",
    "break",
    "assert not called",
    "(",
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(LINES)), max_size=25))
def test_any_arrangement_is_judged_soundly_and_alike_each_time(lines: list[tuple[int, str]]) -> None:
    code = HEAD + "async def test():\n" + "".join("    " * (depth + 1) + line + "\n" for depth, line in lines)
    source = Source("tests/test_it.py", code.encode())
    waits = read(source).waits
    assert waits == read(source).waits
    for wait in waits:
        assert wait.cost_ms is None or wait.cost_ms >= 0
        assert wait.role != "guard" or wait.cost_ms == 0
        assert wait.role != "poll" or wait.loop is not None
        assert wait.task is None or wait.task.span.start < wait.task.span.end
