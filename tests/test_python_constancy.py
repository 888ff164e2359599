"""Waits to show that things stay as they are, and those that outlast something: each with its near misses."""

from __future__ import annotations

from textwrap import dedent

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import read
from sleeplint.source import Source

HEAD = "import asyncio, gc, os, signal, subprocess, time\nfrom datetime import timedelta\nimport pytest, requests\n\n"


def here(code: str) -> Wait:
    """The wait on the line that ends with `# <-`."""
    source = Source("tests/test_it.py", (HEAD + dedent(code)).encode())
    marked = [number for number, line in enumerate(source.code.decode().split("\n"), 1) if line.endswith("# <-")]
    (found,) = [wait for wait in read(source).waits if source.lines.line(wait.span.start) in marked]
    return found


STORIES = {
    "the same held before, and nothing was done": (
        "absence high",
        """
        def test_it(pool):
            assert len(pool) == 2
            time.sleep(1)  # <-
            assert len(pool) == 2
        """,
    ),
    "a poll ended when it held": (
        "absence high",
        """
        def test_it(pool):
            getter = pool.start_getter()
            while getter.state != "waiting":
                time.sleep(0.01)
            time.sleep(1)  # <-
            assert getter.state == "waiting"
        """,
    ),
    "a helper waited until an assertion held, and nobody is told any more": (
        "absence high",
        """
        class TestIt(unittest.TestCase):
            def test_it(self):
                token = self.box.listen(self.seen)
                self.box.put("a", 1)
                self.assertTrueEventually(lambda: self.assertEqual(len(self.seen), 1))
                self.box.forget(token)
                self.box.put("b", 1)
                time.sleep(1)  # <-
                self.assertEqual(len(self.seen), 1)
        """,
    ),
    "a helper waited until another number was there": (
        "settle high",
        """
        class TestIt(unittest.TestCase):
            def test_it(self):
                self.box.put("a", 1)
                self.assertTrueEventually(lambda: self.assertEqual(len(self.seen), 1))
                self.box.put("b", 1)
                time.sleep(1)  # <-
                self.assertEqual(len(self.seen), 2)
        """,
    ),
    "a helper asserts again what it was waited for": (
        "absence high",
        """
        def test_it(box):
            box.put("a", 1)
            wait_until(assert_seen)
            box.forget()
            time.sleep(1)  # <-
            assert_seen()
        """,
    ),
    "a helper asserts something else than what was waited for": (
        "settle high",
        """
        def test_it(box):
            box.put("a", 1)
            wait_until(assert_seen)
            box.forget()
            time.sleep(1)  # <-
            assert_forgotten()
        """,
    ),
    "what was put into a queue is there still": (
        "settle low",
        """
        async def test_it(app):
            await app.inbox.put(1)
            await asyncio.sleep(0.1)  # <-
            assert not app.inbox.empty()
        """,
    ),
    "another queue has got it": (
        "settle high",
        """
        async def test_it(app):
            await app.inbox.put(1)
            await asyncio.sleep(0.1)  # <-
            assert not app.outbox.empty()
        """,
    ),
    "a helper waited until it held": (
        "absence high",
        """
        def test_it(pool):
            pool.trigger()
            wait_until(lambda: pool.size == 2)
            time.sleep(1)  # <-
            assert pool.size == 2
        """,
    ),
    "a poll ended when it was otherwise": (
        "settle low",
        """
        def test_it(pool):
            getter = pool.start_getter()
            while getter.state != "waiting":
                time.sleep(0.01)
            time.sleep(1)  # <-
            assert getter.state == "connected"
        """,
    ),
    "a comment says that nothing is to happen": (
        "absence low",
        """
        def test_it(pool):
            pool.start_getters(2)
            # check that none has been woken up
            time.sleep(1)  # <-
            assert_count(pool, 0)
        """,
    ),
    "a comment says what is to happen": (
        "settle high",
        """
        def test_it(pool):
            pool.wake_one()
            # check that one has been woken up
            time.sleep(1)  # <-
            assert_count(pool, 1)
        """,
    ),
    "what it was given is still in it": (
        "settle low",
        """
        def test_it(pool):
            pool.set("size", 2)
            time.sleep(1)  # <-
            assert pool.get("size") == 2
        """,
    ),
    "what it was given has come to another": (
        "settle high",
        """
        def test_it(pool, other):
            pool.set("size", 2)
            time.sleep(1)  # <-
            assert other.get("size") == 2
        """,
    ),
    "it has become something else": (
        "settle high",
        """
        def test_it(pool):
            pool.set("size", 2)
            time.sleep(1)  # <-
            assert pool.get("size") == 3
        """,
    ),
    "a comment says that something stays": (
        "absence low",
        """
        def test_it(pool):
            pool.start_getters(2)
            # make sure they stay up
            time.sleep(1)  # <-
            assert pool.states == [None] * 2
        """,
    ),
    "a count stays below a bound": (
        "absence low",
        """
        def test_it(pool):
            pool.trigger()
            time.sleep(1)  # <-
            assert len(pool.calls) < 10
        """,
    ),
    "a count has passed a bound": (
        "settle high",
        """
        def test_it(pool):
            pool.trigger()
            time.sleep(1)  # <-
            assert len(pool.calls) > 10
        """,
    ),
    "it held of another thing of this name": (
        "settle high",
        """
        def test_it(pool):
            conn = pool.take()
            assert conn.usable
            conn = pool.replace()
            time.sleep(1)  # <-
            assert conn.usable
        """,
    ),
    "it was otherwise before": (
        "settle high",
        """
        def test_it(pool):
            assert pool.size == 1
            pool.grow()
            time.sleep(1)  # <-
            assert pool.size == 2
        """,
    ),
    "what was looked up before is so still": (
        "absence high",
        """
        def test_it(bus):
            before = bus.stats(kind="a", since=2).count
            bus.emit("x")
            time.sleep(0.5)  # <-
            assert bus.stats(kind="a", since=2).count == before
        """,
    ),
    "looked up again": (
        "absence high",
        """
        def test_it(server):
            pid = server.get_pid()
            server.signal(1)
            time.sleep(0.5)  # <-
            now = server.get_pid()
            assert now == pid
        """,
    ),
    "looked up again, and is another": (
        "settle high",
        """
        def test_it(server):
            pid = server.get_pid()
            server.signal(1)
            time.sleep(0.5)  # <-
            now = server.get_pid()
            assert now != pid
        """,
    ),
    "a literal is no look": (
        "settle high",
        """
        def test_it(server):
            wanted = 3
            server.grow()
            time.sleep(0.5)  # <-
            assert server.size == wanted
        """,
    ),
    "the assertion's comment says so": (
        "absence low",
        """
        def test_it(worker):
            worker.send("bogus")
            time.sleep(0.5)  # <-
            assert worker.state == "busy"  # still at it
        """,
    ),
    "not if the sleep's own says that something comes": (
        "settle low",
        """
        def test_it(server):
            server.reload()
            # wait for the reload to be done
            time.sleep(0.5)  # <-
            # it still answers
            assert server.get("/") == b"hello"
        """,
    ),
    "the assertion fails with a loss": (
        "absence low",
        """
        def test_it(server):
            server.ping()
            time.sleep(0.5)  # <-
            assert server.connections == 1, "connection was dropped"
        """,
    ),
    "the assertion fails with what has not come": (
        "settle high",
        """
        def test_it(server):
            server.ping()
            time.sleep(0.5)  # <-
            assert server.connections == 1, "connection was not made"
        """,
    ),
    "a test that says of itself that something does not happen": (
        "settle low",
        """
        def test_reload_does_not_drop_connections(server):
            conn = server.open()
            server.reload()
            time.sleep(0.5)  # <-
            assert conn.count == 1
        """,
    ),
    "a test whose first words say it": (
        "settle low",
        """
        def test_reload(server):
            '''Connections are never dropped.'''
            conn = server.open()
            server.reload()
            time.sleep(0.5)  # <-
            assert conn.count == 1
        """,
    ),
    "a helper that wants nothing": (
        "absence high",
        """
        def test_it(bus):
            bus.emit("x")
            time.sleep(0.5)  # <-
            assert_nothing_received(bus)
        """,
    ),
    "asserted all the while": (
        "absence low",
        """
        def test_it(server):
            server.reload()
            for _ in range(10):
                assert server.is_alive()
                time.sleep(0.1)  # <-
        """,
    ),
    "asserted otherwise in each round": (
        "settle high",
        """
        def test_it(server):
            for count in range(1, 10):
                server.grow()
                time.sleep(0.1)  # <-
                assert server.size == count
        """,
    ),
    "what has just begun has not ended, whatever else was set": (
        "absence high",
        """
        async def test_it(cluster):
            consumer = cluster.consumer(metadata_max_age_ms=200)
            task = asyncio.create_task(consumer.next())
            await asyncio.sleep(0.3)  # <-
            assert not task.done()
        """,
    ),
    "a key's second argument says how long it lives": (
        "expiry high",
        """
        def test_it(store):
            store.setex("a", 1, "v")
            time.sleep(1.1)  # <-
            assert store.get("a") is None
        """,
    ),
    "a test that is named for what runs out": (
        "expiry low",
        """
        def test_put_with_ttl(store):
            store.put("a", 1)
            time.sleep(1)  # <-
            assert store.contains("a")
        """,
    ),
    "one that is named for how long something may idle": (
        "expiry low",
        """
        def test_max_idle(store):
            store.put("a", 1)
            time.sleep(1)  # <-
            assert store.contains("a")
        """,
    ),
    "one that is named for who idles": (
        "settle high",
        """
        def test_idle_worker(store):
            store.put("a", 1)
            time.sleep(1)  # <-
            assert store.contains("a")
        """,
    ),
    "a bound after which the test is named": (
        "expiry low",
        """
        def test_reply_timeout(bot):
            handler = Handler(bot.answer, reply_timeout=0.5)
            bot.add(handler)
            bot.see("/start")
            bot.see("/next")
            bot.see("/more")
            assert handler.is_waiting
            bot.see("/stop")
            bot.greet()
            bot.see("/start")
            bot.see("/next")
            bot.see("/last")
            time.sleep(0.75)  # <-
            assert bot.sees("/start")
        """,
    ),
    "a bound of another name": (
        "settle high",
        """
        def test_reply_timeout(bot):
            handler = Handler(bot.answer, connect_timeout=0.5)
            bot.add(handler)
            bot.see("/start")
            bot.see("/next")
            bot.see("/more")
            assert handler.is_waiting
            bot.see("/stop")
            bot.greet()
            bot.see("/start")
            bot.see("/next")
            bot.see("/last")
            time.sleep(0.75)  # <-
            assert bot.sees("/start")
        """,
    ),
    "a comment that speaks of a timeout that is waited for": (
        "expiry low",
        """
        def test_it(server):
            server.request("a")
            # Wait for the rest of our timeout, and a tick
            time.sleep(1.2)  # <-
            assert server.idle == 1
        """,
    ),
    "a comment that speaks of a timeout": (
        "settle high",
        """
        def test_it(server):
            server.request("a")
            # The timeout is 10 s
            time.sleep(1.2)  # <-
            assert server.idle == 1
        """,
    ),
    "what a database was told": (
        "expiry low",
        """
        def test_gone_away(cursor):
            cursor.execute("SET wait_timeout=1")
            time.sleep(2)  # <-
            with pytest.raises(OperationalError):
                cursor.execute("SELECT 1")
        """,
    ),
    "what a database was told, with its unit": (
        "expiry high",
        """
        def test_gone_away(cursor):
            cursor.execute("SET idle_session_timeout TO '2s'")
            time.sleep(3)  # <-
            with pytest.raises(OperationalError):
                cursor.execute("SELECT 1")
        """,
    ),
    "what a database was told that lasts longer": (
        "settle high",
        """
        def test_killed(cursor):
            cursor.execute("SET wait_timeout=60")
            time.sleep(2)  # <-
            with pytest.raises(OperationalError):
                cursor.execute("SELECT 1")
        """,
    ),
    "what a database takes in milliseconds": (
        "expiry low",
        """
        def test_gone_away(cursor):
            cursor.execute("SET lock_timeout = 100")
            time.sleep(0.2)  # <-
            with pytest.raises(OperationalError):
                cursor.execute("SELECT 1")
        """,
    ),
    "the error says that it is over": (
        "expiry high",
        """
        def test_it(signer):
            token = signer.issue(1)
            time.sleep(2)  # <-
            with pytest.raises(SignatureExpired):
                signer.verify(token)
        """,
    ),
    "the check says how old it may be": (
        "expiry high",
        """
        def test_it(signer):
            token = signer.sign("a")
            time.sleep(1.1)  # <-
            with pytest.raises(BadSignature):
                signer.unsign(token, max_age=1)
        """,
    ),
    "a server made here, that is in use already": (
        "expiry low",
        """
        async def test_it(port):
            server = Server(app, port=port, timeout=0.5)
            await server.start()
            reader, writer = await asyncio.open_connection("localhost", port)
            await asyncio.sleep(1)  # <-
            assert await reader.read() == b""
        """,
    ),
    "a fixture's server, by which something is opened": (
        "expiry low",
        """
        @pytest.fixture
        def server():
            with Server(idle_timeout=0.2) as server:
                yield server

        def test_it(server):
            conn = connect(server.port)
            time.sleep(0.5)  # <-
            assert conn.closed
        """,
    ),
    "the same goes otherwise after a while": (
        "expiry low",
        """
        def test_it():
            limiter = Limiter(1, per=1)
            assert limiter.hit()
            assert not limiter.hit()
            time.sleep(1)  # <-
            assert limiter.hit()
        """,
    ),
    "the test is named for it": (
        "expiry low",
        """
        def test_key_expires(cache):
            cache.put("a", 1, 1)
            time.sleep(1.1)  # <-
            assert "a" not in cache
        """,
    ),
    "two made alike that are to differ": (
        "pacing low",
        """
        def test_it():
            first = make_id()
            time.sleep(0.002)  # <-
            second = make_id()
            assert first < second
        """,
    ),
    "a stopwatch": (
        "workload low",
        """
        def test_it(watch):
            watch.start()
            time.sleep(0.1)  # <-
            watch.stop()
            assert watch.elapsed >= 0.1
        """,
    ),
    "a process that has not ended at once": (
        "startup low",
        """
        def test_it():
            proc = subprocess.Popen(["serve"])
            time.sleep(1)  # <-
            assert proc.poll() is None
            proc.terminate()
        """,
    ),
    "too brief to show anything": (
        "settle low",
        """
        async def test_it(cluster):
            task = asyncio.create_task(cluster.commit())
            await asyncio.sleep(0.0001)  # <-
            assert not task.done()
        """,
    ),
    "briefer than a turn": (
        "yield high",
        """
        async def test_it(cluster):
            task = asyncio.create_task(cluster.commit())
            await asyncio.sleep(1e-9)  # <-
            task.cancel()
        """,
    ),
    "the same as before beside what is gone now": (
        "settle low",
        """
        def test_it(queue):
            assert queue.retries == 3
            assert "a" in queue.pending
            queue.finish("a")
            time.sleep(0.1)  # <-
            assert queue.retries == 3
            assert not queue.pending
        """,
    ),
    "a time with a name in humps": (
        "expiry high",
        """
        def test_it(connect):
            client = connect(maxIdleTimeMS=500)
            conn = client.take()
            time.sleep(1)  # <-
            assert client.take() != conn
        """,
    ),
    "named for an expiry, and within it": (
        "absence low",
        """
        def test_stale_keys_expire(cache):
            cache.set("a", 1, ttl=5)
            # check that it is not dropped too early
            time.sleep(1)  # <-
            value = cache.get("a")
            assert value
        """,
    ),
    "asked again, and the answer is as before": (
        "absence low",
        """
        def test_it(pump):
            state = pump.state()
            assert state.level == 2
            pump.release(1)
            time.sleep(0.1)  # <-
            state = pump.state()
            assert state.level == 2
        """,
    ),
    "asked again, and the answer was another in between": (
        "settle high",
        """
        def test_it(pump):
            state = pump.state()
            assert state.level == 2
            state = pump.state()
            assert state.level == 1
            pump.release(1)
            time.sleep(0.1)  # <-
            state = pump.state()
            assert state.level == 2
        """,
    ),
    "asked of another": (
        "settle high",
        """
        def test_it(pump, spare):
            state = spare.state()
            assert state.level == 2
            pump.release(1)
            time.sleep(0.1)  # <-
            state = pump.state()
            assert state.level == 2
        """,
    ),
    "asked again, beside what is new": (
        "settle high",
        """
        def test_it(pump):
            state = pump.state()
            assert state.level == 2
            pump.release(1)
            time.sleep(0.1)  # <-
            state = pump.state()
            assert state.level == 2
            assert pump.released == [1]
        """,
    ),
    "what was there is gone, once it was removed": (
        "settle high",
        """
        def test_it(hub, browser):
            assert len(hub.listeners) == 1
            browser.cancel()
            time.sleep(0.1)  # <-
            assert len(hub.listeners) == 0
        """,
    ),
    "what nobody saw is gone": (
        "settle low",
        """
        def test_it(hub, browser):
            assert hub.open
            browser.cancel()
            time.sleep(0.1)  # <-
            assert len(hub.listeners) == 0
        """,
    ),
    "what was there is gone, and nothing was removed": (
        "settle low",
        """
        def test_it(hub, browser):
            assert len(hub.listeners) == 1
            browser.turn()
            time.sleep(0.1)  # <-
            assert len(hub.listeners) == 0
        """,
    ),
    "the same timestamp of two things": (
        "pacing low",
        """
        def test_it(meter):
            first = meter.collect()
            meter.add(1)
            time.sleep(0.1)  # <-
            second = meter.collect()
            assert second.value == 2
            assert second.time_unix_nano > first.time_unix_nano
        """,
    ),
    "the same timestamp of two things, after something else was done": (
        "settle high",
        """
        def test_it(meter):
            first = meter.collect()
            meter.add(1)
            time.sleep(0.1)  # <-
            assert meter.seen == 1
            meter.add(2)
            second = meter.collect()
            assert second.time_unix_nano > first.time_unix_nano
        """,
    ),
    "two timestamps of one thing": (
        "settle high",
        """
        def test_it(meter):
            meter.add(1)
            time.sleep(0.1)  # <-
            second = meter.collect()
            assert second.value == 2
            assert second.updated_at > second.created_at
        """,
    ),
    "how long it took": (
        "settle low",
        """
        def test_it(queue):
            start = time.time()
            queue.put(1)
            time.sleep(0.01)  # <-
            assert time.time() - start < 0.2
        """,
    ),
    "how long it took, noted before it is asked": (
        "settle low",
        """
        def test_it(queue):
            start = time.time()
            queue.put(1)
            time.sleep(0.01)  # <-
            took = time.time() - start
            assert took < 0.2
            start = time.time()
            assert queue.join() == 1
        """,
    ),
    "how long it took, and what came of it": (
        "settle high",
        """
        def test_it(queue):
            start = time.time()
            queue.put(1)
            time.sleep(0.01)  # <-
            assert time.time() - start < 0.2
            assert queue.seen == [1]
        """,
    ),
    "a rhythm, and a comment about an effect": (
        "settle low",
        """
        def test_it(monitor):
            monitor.watch(interval=0.2)
            time.sleep(0.3)  # let the first checks run
            assert monitor.seen == 1
        """.replace("run\n", "run  # <-\n"),
    ),
    "the name of a time that was set": (
        "expiry low",
        """
        def test_it(make):
            stop_timeout = 5
            workers = make(stop_timeout=stop_timeout)
            workers.start()
            workers.use()
            workers.quit()
            workers.use()
            workers.look()
            workers.use()
            workers.quit()
            time.sleep(stop_timeout)  # <-
            assert workers.state == "stopped"
        """,
    ),
    "work given away, and then interrupted": (
        "startup low",
        """
        def test_it(client, kernel):
            client.execute("input()")
            time.sleep(1)  # <-
            kernel.interrupt()
            assert client.reply() == "interrupted"
        """,
    ),
    "a handshake": (
        "startup low",
        """
        def test_it(peer, endpoint):
            peer.connect(endpoint)
            # Allow the handshake to complete.
            time.sleep(0.05)  # <-
            peer.send(b"probe")
        """,
    ),
    "a sleep given away and interrupted": (
        "workload low",
        """
        def test_it(engines):
            job = engines.apply_async(time.sleep, 3)  # <-
            time.sleep(0.5)
            engines.signal(signal.SIGINT)
            with pytest.raises(KeyboardInterrupt):
                job.get()
        """,
    ),
    "between tries of a decorated function": (
        "poll high",
        """
        import retry

        def test_it(workers):
            @retry.retry(AssertionError, tries=10, delay=0.5)  # <-
            def look():
                assert workers.count == 2

            look()
        """,
    ),
    "too many requests, until time is over": (
        "expiry low",
        """
        def test_it(client):
            assert client.get("/").status_code == 429
            time.sleep(1)  # <-
            assert client.get("/").status_code == 200
        """,
    ),
    "an effect that is looked for again": (
        "settle low",
        """
        def test_it(client):
            assert client.get("/").status_code == 404
            time.sleep(1)  # <-
            assert client.get("/").status_code == 200
        """,
    ),
    "nobody holds it after a collection": (
        "settle low",
        """
        def test_it(reference):
            gc.collect()
            time.sleep(0.1)  # <-
            assert reference() is None
        """,
    ),
    "clocks before and behind it": (
        "workload low",
        """
        def test_it(reference):
            start = time.time()
            time.sleep(0.1)  # <-
            elapsed = time.time() - start
            assert elapsed >= 0.1
        """,
    ),
    "a producer at intervals": (
        "pacing high",
        """
        async def test_it():
            queue = asyncio.Queue()

            async def produce():
                for number in range(5):
                    await queue.put(number)
                    await asyncio.sleep(0.01)  # <-

            task = asyncio.create_task(produce())
            assert [await queue.get() for _ in range(5)] == [0, 1, 2, 3, 4]
            await task
        """,
    ),
    "one of several that a test lists and calls": (
        "pacing low",
        """
        async def test_it(pool, run):
            async def fetch():
                await asyncio.sleep(0.1)  # <-
                row = await pool.fetch("SELECT 1")
                assert row == [1]
                return 1

            for one in [fetch]:
                pass
            kinds = [fetch]
            for kind in kinds:
                await run(200, kind)
        """,
    ),
    "a limiter that is asked again and again": (
        "pacing high",
        """
        def test_it(limiter, pool, calls):
            def work():
                for _ in range(20):
                    for _ in range(8):
                        with limiter.acquire() as acquired:
                            calls.append(acquired)
                    time.sleep(1)  # <-

            for job in [pool.submit(work) for _ in range(8)]:
                job.result()
        """,
    ),
    "a coroutine that stands for an answer": (
        "workload high",
        """
        async def test_it(conn):
            async def fail():
                await asyncio.sleep(0.1)  # <-
                raise OSError()

            conn.reader.read.return_value = fail()
            await conn.connect()
        """,
    ),
    "threads that are gone, or else leaked": (
        "settle high",
        """
        def test_it(pool):
            pool.start()
            pool.stop()
            time.sleep(0.2)  # <-
            alive = [thread for thread in pool.threads if thread.is_alive()]
            assert not alive, f"{len(alive)} worker threads leaked"
        """,
    ),
    "threads that are gone, or else dropped": (
        "absence low",
        """
        def test_it(pool):
            pool.start()
            pool.stop()
            time.sleep(0.2)  # <-
            alive = [thread for thread in pool.threads if thread.is_alive()]
            assert not alive, f"{len(alive)} worker threads dropped"
        """,
    ),
    "an error is expected around it, and then an effect": (
        "settle low",
        """
        def test_it(server):
            with pytest.raises(ConnectionError):
                with asking(server):
                    server.receive()
                    time.sleep(0.2)  # <-
            assert server.closed
        """,
    ),
    "an effect alone": (
        "settle high",
        """
        def test_it(server):
            with asking(server):
                server.receive()
                time.sleep(0.2)  # <-
            assert server.closed
        """,
    ),
    "a signal again and again, until nobody is there or it is told to stop": (
        "workload high",
        """
        def storm(pid, stop):
            while not stop.is_set():
                try:
                    os.kill(pid, signal.SIGUSR1)
                except ProcessLookupError:
                    break
                time.sleep(0.001)  # <-

        def test_it(server):
            stop = threading.Event()
            thread = threading.Thread(target=storm, args=(server.pid, stop))
            thread.start()
            server.answer()
            stop.set()
            thread.join()
        """,
    ),
    "a function wrapped in another that tries it again": (
        "poll high",
        """
        def again(function, times):
            @wraps(function)
            def tried(*given):
                for attempt in range(times):
                    try:
                        if function(*given):
                            return True
                    except OSError:
                        report(attempt)
                        time.sleep(0.1)  # <-
            return tried
        """,
    ),
    "a thread that looks for something until it is told to stop": (
        "poll high",
        """
        class Watcher(threading.Thread):
            def run(self):
                while not self.stopped.is_set():
                    if "busy" in self.server.states():
                        self.hit = self.server.kill()
                        return
                    time.sleep(0.05)  # <-

            def stop(self):
                self.stopped.set()
        """,
    ),
    "a thread that does something until it is told to stop": (
        "workload low",
        """
        class Feeder(threading.Thread):
            def run(self):
                while not self.stopped.is_set():
                    self.server.push(1)
                    time.sleep(0.05)  # <-

            def stop(self):
                self.stopped.set()
        """,
    ),
    "a test that a list calls by another name": (
        "settle high",
        """
        class TestQueue(TestCase):
            def _test_takes(self, kind):
                self.queue.put(kind)
                time.sleep(0.1)  # <-
                self.assertTrue(self.queue.taken)

            def test_nothing(self):
                self.assertFalse(Queue().taken)

        CHECKS = [(1, TestQueue._test_takes), (2, TestQueue._test_takes)]
        """,
    ),
    "what a list calls back": (
        "workload low",
        """
        class TestQueue(TestCase):
            def _takes(self, kind):
                self.queue.put(kind)
                time.sleep(0.1)  # <-
                self.assertTrue(self.queue.taken)

            def test_nothing(self):
                self.assertFalse(Queue().taken)

        CHECKS = [(1, TestQueue._takes), (2, TestQueue._takes)]
        """,
    ),
    "open until the test closes it": (
        "settle low",
        """
        async def test_it(link):
            job = asyncio.create_task(link.ask("slowly"))
            await asyncio.sleep(0.2)  # <-
            assert not link.is_closed()
            await link.close()
            assert link.is_closed()
        """,
    ),
    "not closed until another is": (
        "absence low",
        """
        async def test_it(link, other):
            job = asyncio.create_task(link.ask("slowly"))
            await asyncio.sleep(0.2)  # <-
            assert not link.is_closed()
            await other.close()
            assert link.is_closed()
        """,
    ),
    "not taken until it may be": (
        "absence high",
        """
        def test_it(queue):
            queue.put("a")
            time.sleep(0.2)  # <-
            assert not queue.taken.called
            queue.resume()
            assert queue.wait(5)
        """,
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_story(story: str) -> None:
    expected, code = STORIES[story]
    spoken = here(code)
    assert f"{spoken.role} {spoken.role_confidence}" == expected
