"""The calls of test tools and of clients of queues, databases and the web that wait, as data.

Only what its keyword `timeout` alone does not show stands here: lengths given by position, in milliseconds, under
another name, or to what is not called as if it took time.
"""

from __future__ import annotations

from sleeplint.languages.catalogue import Call, Unit
from sleeplint.languages.python.spans import blocks, connect, guard, interval, limit, sleep

_TOOLS = (
    blocks("pytest.Pytester.run"),
    blocks("pytest.Pytester.runpytest_subprocess"),
    blocks("pytest.Pytester.spawn", "expect_timeout"),
    blocks("polling.poll"),
    blocks("polling2.poll"),
    blocks("waiting.wait", "timeout_seconds"),
    interval("retrying.retry", "wait_fixed", unit="ms"),
    guard("backoff.on_exception", "max_time"),
    guard("backoff.on_predicate", "max_time"),
    guard("stamina.retry", "timeout"),
    guard("stamina.retry_context", "timeout"),
    blocks("crochet.wait_for"),
    blocks("crochet.EventualResult.wait", 0),
    blocks("pebble.ProcessPool.schedule"),
    blocks("joblib.Parallel"),
    blocks("ray.get"),
    blocks("ray.wait"),
    blocks("ray._private.test_utils.wait_for_condition", 1),
    blocks("stopit.ThreadingTimeout", 0, "seconds"),
    blocks("stopit.SignalTimeout", 0, "seconds"),
    blocks("interruptingcow.timeout", 0, "seconds"),
    limit("nose.tools.timed", 0, "limit"),
    limit("faulthandler.dump_traceback_later", 0, "timeout"),
    blocks("test.support.busy_retry", 0),
    blocks("test.support.sleeping_retry", 0),
    blocks("test.support.threading_helper.join_thread", 1),
    blocks("psutil.wait_procs", 1),
    blocks("psutil.Process.wait", 0),
    blocks("psutil.Popen.communicate", 1),
    blocks("filelock.FileLock", 1),
    blocks("filelock.FileLock.acquire", 0),
    blocks("win32event.WaitForSingleObject", 1, "milliseconds", unit="ms"),
    sleep("win32api.Sleep", 0, "milliseconds", unit="ms", blocking=True),
    sleep("pyautogui.sleep", 0, "seconds", blocking=True),
    sleep("matplotlib.pyplot.pause", 0, "interval", blocking=True),
    sleep("cv2.waitKey", 0, "delay", unit="ms", blocking=True),
    blocks("scapy.all.sniff"),
    blocks("scapy.all.sr"),
    blocks("scapy.all.sr1"),
    blocks("scapy.all.srp"),
    blocks("scapy.all.srp1"),
    blocks("dns.query.udp", 2),
    blocks("dns.query.tcp", 2),
    blocks("kubernetes.watch.Watch.stream", "timeout_seconds"),
    blocks("docker.models.containers.Container.wait"),
    blocks("docker.models.containers.Container.stop"),
    blocks("docker.models.containers.Container.restart"),
    blocks("paramiko.Transport.accept", 0),
    blocks("paramiko.Transport.start_client", 1),
    blocks("paramiko.Transport.open_session", "timeout"),
    blocks("paramiko.Channel.settimeout", 0),
    blocks("portalocker.Lock", 2),
)

_LOOPS = (
    guard("tornado.ioloop.IOLoop.run_sync", 1),
    guard("tornado.locks.Event.wait", 0, unit="deadline"),
    guard("tornado.locks.Condition.wait", 0, unit="deadline"),
    guard("tornado.locks.Semaphore.acquire", 0, unit="deadline"),
    guard("tornado.locks.Lock.acquire", 0, unit="deadline"),
    guard("tornado.queues.Queue.get", 0, unit="deadline"),
    guard("tornado.queues.Queue.put", 1, unit="deadline"),
    blocks("gevent.queue.Queue.get", 1),
    blocks("gevent.queue.Queue.put", 2),
    blocks("eventlet.queue.Queue.get", 1),
    blocks("eventlet.queue.Queue.put", 2),
    blocks("eventlet.event.Event.wait", 0),
    blocks("eventlet.semaphore.Semaphore.acquire", 1),
    blocks("eventlet.with_timeout", 0, "seconds"),
    guard("tornado.httpclient.AsyncHTTPClient.fetch", "request_timeout"),
    blocks("tornado.httpclient.HTTPClient.fetch", "request_timeout"),
    blocks("tornado.testing.AsyncHTTPTestCase.fetch", "request_timeout"),
    guard("distributed.wait", 1),
    guard("distributed.as_completed", "timeout"),
    guard("distributed.Client.wait_for_workers", 1),
    guard("distributed.Future.result", 0),
    guard("distributed.Future.exception", 0),
    guard("distributed.Event.wait", 0),
    guard("distributed.Lock.acquire", 1),
    guard("distributed.Queue.get", 0),
    guard("distributed.Queue.put", 1),
    guard("distributed.Variable.get", 0),
    guard("distributed.Semaphore.acquire", 0),
    limit("distributed.utils_test.gen_cluster", "timeout"),
    limit("distributed.utils_test.gen_test", 0, "timeout"),
    guard("distributed.utils_test.async_poll_for", 1),
    guard("distributed.utils_test.async_wait_for", 1),
    sleep("textual.pilot.Pilot.pause", 0, "delay"),
    *(
        guard(f"asgiref.testing.ApplicationCommunicator.{method}", 0)
        for method in ("wait", "receive_output", "receive_nothing")
    ),
    *(
        guard(f"channels.testing.WebsocketCommunicator.{method}", 0)
        for method in ("connect", "receive_from", "receive_json_from")
    ),
    guard("channels.testing.WebsocketCommunicator.disconnect", 1),
    guard("channels.testing.HttpCommunicator.get_response", 0),
)

_REDIS: tuple[tuple[str, int | str, str | None, Unit], ...] = (
    ("bzpopmin", 1, "timeout", "s"),
    ("bzpopmax", 1, "timeout", "s"),
    ("brpoplpush", 2, "timeout", "s"),
    ("blmove", 2, "timeout", "s"),
    ("blmpop", 0, "timeout", "s"),
    ("xread", 2, "block", "ms"),
    ("xreadgroup", 4, "block", "ms"),
    ("wait", 1, "timeout", "ms"),
    ("waitaof", 2, "timeout", "ms"),
)

_SERVICES = (
    blocks("celery.result.AsyncResult.get", 0),
    blocks("celery.result.AsyncResult.wait", 0),
    blocks("celery.result.GroupResult.get", 0),
    blocks("celery.result.GroupResult.join", 0),
    blocks("celery.result.GroupResult.join_native", 0),
    blocks("kombu.Connection.drain_events", 0),
    blocks("kombu.simple.SimpleQueue.get", 1),
    blocks("kafka.KafkaProducer.flush", 0),
    blocks("kafka.producer.future.FutureRecordMetadata.get", 0),
    blocks("confluent_kafka.Producer.poll", 0),
    *(
        call(f"{client}.{method}", at, keyword, unit)
        for call, client in ((blocks, "redis.Redis"), (guard, "redis.asyncio.Redis"))
        for method, at, keyword, unit in _REDIS
    ),
    blocks("redis.client.PubSub.get_message", 1),
    guard("redis.asyncio.client.PubSub.get_message", 1),
    sleep("pika.BlockingConnection.sleep", 0, "duration", blocking=True),
    sleep("pika.BlockingConnection.call_later", 0, "delay"),
    blocks("pika.adapters.blocking_connection.BlockingChannel.consume", "inactivity_timeout"),
    blocks("pika.BlockingConnection.process_data_events", 0, "time_limit"),
    guard("nats.aio.client.Client.request", 2),
    guard("nats.aio.client.Client.flush", 0),
    guard("nats.aio.subscription.Subscription.next_msg", 0),
    guard("nats.js.JetStreamContext.PullSubscription.fetch", 1),
    guard("nats.js.JetStreamContext.PushSubscription.next_msg", 0),
    blocks("dramatiq.brokers.stub.StubBroker.join", "timeout", unit="ms"),
    blocks("paho.mqtt.client.MQTTMessageInfo.wait_for_publish", 0),
    blocks("paho.mqtt.client.Client.loop", 0),
    blocks("grpc.Server.wait_for_termination", 0),
    blocks("grpc.Future.result", 0),
    blocks("grpc.Future.exception", 0),
    blocks("testcontainers.core.waiting_utils.wait_for_logs", 2),
    blocks("sqlite3.connect", 1),
    *(
        call(f"psycopg_pool.{pool}.{method}", 0)
        for call, pool in ((blocks, "ConnectionPool"), (guard, "AsyncConnectionPool"))
        for method in ("wait", "getconn", "connection", "close")
    ),
    blocks("websocket.WebSocket.settimeout", 0),
    blocks("websocket.setdefaulttimeout", 0),
    *(connect(f"{driver}.connect", "connect_timeout") for driver in ("psycopg", "psycopg2", "pymysql")),
    connect("imaplib.IMAP4", 2),
    connect("poplib.POP3", 2),
    connect("smtplib.SMTP_SSL"),
    connect("ftplib.FTP_TLS"),
    connect("websocket.create_connection", 1),
    *(connect(f"websockets.{kind}connect", "open_timeout") for kind in ("", "sync.client.", "asyncio.client.")),
    *(blocks(f"urllib3.HTTPConnectionPool.{method}") for method in ("request", "urlopen")),
    blocks("urllib3.HTTPConnectionPool"),
    blocks("urllib3.request"),
    blocks("requests.adapters.HTTPAdapter.send"),
)

SERVICES: tuple[Call, ...] = _TOOLS + _LOOPS + _SERVICES

SERVICE_ALIASES: dict[str, str] = {
    "channels.testing.ApplicationCommunicator": "asgiref.testing.ApplicationCommunicator",
    "channels.testing.websocket.WebsocketCommunicator": "channels.testing.WebsocketCommunicator",
    "filelock.WindowsFileLock": "filelock.FileLock",
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
