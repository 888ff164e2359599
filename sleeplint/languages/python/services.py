"""The calls of test tools and of clients of queues, databases and the web that wait, as data.

Only what its keyword `timeout` alone does not show stands here: lengths given by position, in milliseconds, under
another name, or to what is not called as if it took time.
"""

from __future__ import annotations

from sleeplint.languages.catalogue import Argument, Call, Unit


def _sleep(path: str, at: int, keyword: str, unit: Unit = "s") -> Call:
    return Call(path, "sleep", Argument(at, unit, keyword), blocking=True)


def _blocks(path: str, at: int | str = "timeout", keyword: str | None = "timeout", unit: Unit = "s") -> Call:
    return Call(path, "timeout", Argument(at, unit, keyword if isinstance(at, int) else None), blocking=True)


def _guard(path: str, at: int | str = "timeout", keyword: str | None = "timeout", unit: Unit = "s") -> Call:
    return Call(path, "timeout", Argument(at, unit, keyword if isinstance(at, int) else None))


def _connect(path: str, at: int | str = "timeout", keyword: str | None = "timeout") -> Call:
    return Call(path, "timeout", Argument(at, "s", keyword if isinstance(at, int) else None), purpose="connect")


def _limit(path: str, at: int, keyword: str) -> Call:
    return Call(path, "timeout", Argument(at, "s", keyword), purpose="test-limit")


_WINDOWS = (
    _sleep("pytestqt.qtbot.QtBot.wait", 0, "ms", unit="ms"),
    _blocks("pytestqt.qtbot.QtBot.waitSignal", 1, unit="ms"),
    _blocks("pytestqt.qtbot.QtBot.waitSignals", 1, unit="ms"),
    _blocks("pytestqt.qtbot.QtBot.waitUntil", 1, unit="ms"),
    _blocks("pytestqt.qtbot.QtBot.waitCallback", 0, unit="ms"),
    _blocks("pytestqt.qtbot.QtBot.waitExposed", 1, unit="ms"),
    _blocks("pytestqt.qtbot.QtBot.waitActive", 1, unit="ms"),
    _blocks("pytestqt.qtbot.QtBot.assertNotEmitted", "wait", unit="ms"),
    _sleep("PyQt5.QtTest.QTest.qWait", 0, "ms", unit="ms"),
    _sleep("PyQt5.QtTest.QTest.qSleep", 0, "ms", unit="ms"),
    _sleep("pygame.time.wait", 0, "milliseconds", unit="ms"),
    _sleep("pygame.time.delay", 0, "milliseconds", unit="ms"),
)

_TOOLS = (
    _blocks("pytest.Pytester.run"),
    _blocks("pytest.Pytester.runpytest_subprocess"),
    _blocks("pytest.Pytester.spawn", "expect_timeout"),
    _blocks("polling.poll"),
    _blocks("polling2.poll"),
    _blocks("waiting.wait", "timeout_seconds"),
    Call("retrying.retry", "interval", Argument("wait_fixed", "ms")),
    _blocks("stopit.ThreadingTimeout", 0, "seconds"),
    _blocks("stopit.SignalTimeout", 0, "seconds"),
    _blocks("interruptingcow.timeout", 0, "seconds"),
    _limit("nose.tools.timed", 0, "limit"),
    _limit("faulthandler.dump_traceback_later", 0, "timeout"),
    _blocks("test.support.busy_retry", 0),
    _blocks("test.support.sleeping_retry", 0),
    _blocks("test.support.threading_helper.join_thread", 1),
    _blocks("psutil.wait_procs", 1),
    _blocks("psutil.Process.wait", 0),
    _blocks("filelock.FileLock", 1),
    _blocks("portalocker.Lock", 2),
)

_LOOPS = (
    _guard("tornado.ioloop.IOLoop.run_sync", 1),
    _guard("tornado.locks.Event.wait", 0, unit="deadline"),
    _guard("tornado.locks.Condition.wait", 0, unit="deadline"),
    _guard("tornado.locks.Semaphore.acquire", 0, unit="deadline"),
    _guard("tornado.locks.Lock.acquire", 0, unit="deadline"),
    _guard("tornado.queues.Queue.get", 0, unit="deadline"),
    _guard("tornado.queues.Queue.put", 1, unit="deadline"),
    _blocks("gevent.queue.Queue.get", 1),
    _blocks("gevent.queue.Queue.put", 2),
    _blocks("eventlet.queue.Queue.get", 1),
    _blocks("eventlet.queue.Queue.put", 2),
    _blocks("eventlet.event.Event.wait", 0),
    _blocks("eventlet.with_timeout", 0, "seconds"),
    _guard("distributed.wait", 1),
    _guard("distributed.Client.wait_for_workers", 1),
)

_REDIS: tuple[tuple[str, int | str, str | None, Unit], ...] = (
    ("bzpopmin", 1, "timeout", "s"),
    ("bzpopmax", 1, "timeout", "s"),
    ("brpoplpush", 2, "timeout", "s"),
    ("blmove", 2, "timeout", "s"),
    ("blmpop", 0, "timeout", "s"),
    ("xread", "block", None, "ms"),
    ("xreadgroup", "block", None, "ms"),
)

_SERVICES = (
    _blocks("celery.result.AsyncResult.get", 0),
    _blocks("celery.result.AsyncResult.wait", 0),
    _blocks("celery.result.GroupResult.get", 0),
    _blocks("celery.result.GroupResult.join", 0),
    _blocks("kombu.simple.SimpleQueue.get", 1),
    _blocks("kafka.KafkaProducer.flush", 0),
    _blocks("kafka.producer.future.FutureRecordMetadata.get", 0),
    _blocks("confluent_kafka.Producer.poll", 0),
    *(
        call(f"{client}.{method}", at, keyword, unit)
        for call, client in ((_blocks, "redis.Redis"), (_guard, "redis.asyncio.Redis"))
        for method, at, keyword, unit in _REDIS
    ),
    _blocks("redis.client.PubSub.get_message", 1),
    _guard("redis.asyncio.client.PubSub.get_message", 1),
    _sleep("pika.BlockingConnection.sleep", 0, "duration"),
    _blocks("pika.BlockingConnection.process_data_events", 0, "time_limit"),
    _guard("nats.aio.client.Client.request", 2),
    _guard("nats.aio.subscription.Subscription.next_msg", 0),
    _blocks("dramatiq.brokers.stub.StubBroker.join", "timeout", unit="ms"),
    _blocks("paho.mqtt.client.MQTTMessageInfo.wait_for_publish", 0),
    _blocks("grpc.Server.wait_for_termination", 0),
    _blocks("testcontainers.core.waiting_utils.wait_for_logs", 2),
    _blocks("sqlite3.connect", 1),
    *(_connect(f"{driver}.connect", "connect_timeout") for driver in ("psycopg", "psycopg2", "pymysql")),
    _connect("imaplib.IMAP4", 2),
    _connect("poplib.POP3", 2),
    _connect("smtplib.SMTP_SSL"),
    _connect("ftplib.FTP_TLS"),
    _connect("websocket.create_connection", 1),
    *(_connect(f"websockets.{kind}connect", "open_timeout") for kind in ("", "sync.client.", "asyncio.client.")),
    *(_blocks(f"urllib3.HTTPConnectionPool.{method}") for method in ("request", "urlopen")),
    _blocks("urllib3.HTTPConnectionPool"),
    _blocks("urllib3.request"),
    _blocks("requests.adapters.HTTPAdapter.send"),
)

SERVICES: tuple[Call, ...] = _WINDOWS + _TOOLS + _LOOPS + _SERVICES

_QT = ("PyQt6", "PySide2", "PySide6", "qtpy", "pytestqt.qt_compat")

SERVICE_ALIASES: dict[str, str] = {
    **{f"{binding}.QtTest.QTest": "PyQt5.QtTest.QTest" for binding in _QT},
    "psutil.Popen": "psutil.Process",
    "test.support.os_helper.busy_retry": "test.support.busy_retry",
    "filelock.UnixFileLock": "filelock.FileLock",
    "filelock.SoftFileLock": "filelock.FileLock",
    "tornado.locks.BoundedSemaphore": "tornado.locks.Semaphore",
    "eventlet.queue.LightQueue": "eventlet.queue.Queue",
    "celery.result.ResultSet": "celery.result.GroupResult",
    "celery.result.EagerResult": "celery.result.AsyncResult",
    "kafka.producer.KafkaProducer": "kafka.KafkaProducer",
    "redis.asyncio.client.Redis": "redis.asyncio.Redis",
    "redis.asyncio.StrictRedis": "redis.asyncio.Redis",
    "nats.NATS": "nats.aio.client.Client",
    "pika.adapters.blocking_connection.BlockingConnection": "pika.BlockingConnection",
    "imaplib.IMAP4_SSL": "imaplib.IMAP4",
    "poplib.POP3_SSL": "poplib.POP3",
    "urllib3.HTTPSConnectionPool": "urllib3.HTTPConnectionPool",
    "urllib3.connectionpool.HTTPConnectionPool": "urllib3.HTTPConnectionPool",
    "urllib3.util.Timeout": "urllib3.Timeout",
    "urllib3.util.timeout.Timeout": "urllib3.Timeout",
    "asyncpg.Pool": "asyncpg.pool.Pool",
    "asyncpg.connection.Connection": "asyncpg.Connection",
    "jupyter_client.BlockingKernelClient": "jupyter_client.blocking.client.BlockingKernelClient",
    "jupyter_client.blocking.BlockingKernelClient": "jupyter_client.blocking.client.BlockingKernelClient",
    "jupyter_client.AsyncKernelClient": "jupyter_client.asynchronous.client.AsyncKernelClient",
    "jupyter_client.KernelManager": "jupyter_client.manager.KernelManager",
    "jupyter_client.AsyncKernelManager": "jupyter_client.manager.AsyncKernelManager",
}
"""Other paths of what stands above or is returned by it."""
