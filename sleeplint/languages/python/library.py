"""What the libraries' calls return, as far as waits hang on it."""

from __future__ import annotations

from sleeplint.languages.python.browsers import BROWSER_ATTRIBUTES, BROWSER_FIXTURES, BROWSER_PARENTS, BROWSER_RETURNS
from sleeplint.languages.python.catalogue import ALIASES

PARENTS: dict[str, str] = {
    "threading.Timer": "threading.Thread",
    "multiprocessing.pool.ThreadPool": "multiprocessing.pool.Pool",
    "multiprocessing.dummy.Process": "threading.Thread",
    "watchdog.observers.Observer": "threading.Thread",
    "watchdog.observers.polling.PollingObserver": "threading.Thread",
    "psutil.Popen": "psutil.Process",
    "channels.testing.WebsocketCommunicator": "asgiref.testing.ApplicationCommunicator",
    "channels.testing.HttpCommunicator": "asgiref.testing.ApplicationCommunicator",
    "gevent.pool.Pool": "gevent.pool.Group",
    "tornado.testing.AsyncHTTPSTestCase": "tornado.testing.AsyncHTTPTestCase",
    "tornado.testing.AsyncHTTPTestCase": "tornado.testing.AsyncTestCase",
    **BROWSER_PARENTS,
    "socketserver.BaseRequestHandler.request": "socket.socket",
    "asyncio.Task": "asyncio.Future",
}
"""Classes that inherit the waits of another."""

RETURNS: dict[str, str] = {
    "asyncio.get_event_loop": "asyncio.loop",
    "asyncio.get_running_loop": "asyncio.loop",
    "asyncio.new_event_loop": "asyncio.loop",
    "uvloop.new_event_loop": "asyncio.loop",
    "asyncio.run_coroutine_threadsafe": "concurrent.futures.Future",
    "asyncio.create_task": "asyncio.Task",
    "asyncio.ensure_future": "asyncio.Task",
    "asyncio.create_subprocess_exec": "asyncio.subprocess.Process",
    "asyncio.create_subprocess_shell": "asyncio.subprocess.Process",
    "asyncio.loop.create_task": "asyncio.Task",
    "asyncio.loop.create_future": "asyncio.Future",
    "asyncio.loop.run_in_executor": "asyncio.Future",
    "concurrent.futures.Executor.submit": "concurrent.futures.Future",
    "concurrent.futures.as_completed": "[concurrent.futures.Future",
    "anyio.from_thread.start_blocking_portal": "anyio.from_thread.BlockingPortal",
    "anyio.from_thread.BlockingPortal.start_task_soon": "concurrent.futures.Future",
    "multiprocessing.Pool": "multiprocessing.pool.Pool",
    "multiprocessing.pool.Pool.apply_async": "multiprocessing.pool.AsyncResult",
    "multiprocessing.pool.Pool.map_async": "multiprocessing.pool.AsyncResult",
    "multiprocessing.pool.Pool.starmap_async": "multiprocessing.pool.AsyncResult",
    "multiprocessing.pool.Pool.imap": "multiprocessing.pool.IMapIterator",
    "multiprocessing.pool.Pool.imap_unordered": "multiprocessing.pool.IMapIterator",
    "multiprocessing.Pipe": "[multiprocessing.connection.Connection",
    "multiprocessing.Manager": "multiprocessing",
    "multiprocessing.get_context": "multiprocessing",
    "socket.socket": "socket.socket",
    "socket.create_connection": "socket.socket",
    "socket.socketpair": "[socket.socket",
    "socket.fromfd": "socket.socket",
    "ssl.SSLContext.wrap_socket": "socket.socket",
    "ssl.wrap_socket": "socket.socket",
    "select.poll": "select.poll",
    "select.epoll": "select.epoll",
    "select.kqueue": "select.kqueue",
    "requests.session": "requests.Session",
    "urllib.request.build_opener": "urllib.request.OpenerDirector",
    "zmq.Context.socket": "zmq.Socket",
    "zmq.asyncio.Context.socket": "zmq.Socket",
    "zmq.Context.instance": "zmq.Context",
    "zmq.asyncio.Context.instance": "zmq.asyncio.Context",
    "gevent.spawn": "gevent.Greenlet",
    "gevent.spawn_later": "gevent.Greenlet",
    "gevent.Greenlet.spawn": "gevent.Greenlet",
    "gevent.pool.Pool.spawn": "gevent.Greenlet",
    "gevent.pool.Group.spawn": "gevent.Greenlet",
    "pexpect.spawn": "pexpect.spawn",
    "pexpect.spawnu": "pexpect.spawn",
    "tornado.ioloop.IOLoop.current": "tornado.ioloop.IOLoop",
    "tornado.ioloop.IOLoop.instance": "tornado.ioloop.IOLoop",
    "websockets.sync.client.connect": "websockets.sync.connection.Connection",
    "redis.from_url": "redis.Redis",
    "redis.Redis.from_url": "redis.Redis",
    "redis.Redis.pubsub": "redis.client.PubSub",
    "redis.Redis.lock": "redis.lock.Lock",
    "redis.asyncio.from_url": "redis.asyncio.Redis",
    "redis.asyncio.Redis.from_url": "redis.asyncio.Redis",
    "redis.asyncio.Redis.pubsub": "redis.asyncio.client.PubSub",
    "redis.asyncio.Redis.lock": "redis.asyncio.lock.Lock",
    "celery.Celery.task": "celery.Task",
    "celery.shared_task": "celery.Task",
    "celery.Task.delay": "celery.result.AsyncResult",
    "celery.Task.apply_async": "celery.result.AsyncResult",
    "celery.Celery.send_task": "celery.result.AsyncResult",
    "kafka.KafkaProducer.send": "kafka.producer.future.FutureRecordMetadata",
    "paho.mqtt.client.Client.publish": "paho.mqtt.client.MQTTMessageInfo",
    "distributed.Client.submit": "distributed.Future",
    "distributed.Client.map": "[distributed.Future",
    "nats.connect": "nats.aio.client.Client",
    "nats.aio.client.Client.subscribe": "nats.aio.subscription.Subscription",
    "nats.aio.client.Client.jetstream": "nats.js.JetStreamContext",
    "nats.js.JetStreamContext.pull_subscribe": "nats.js.JetStreamContext.PullSubscription",
    "nats.js.JetStreamContext.subscribe": "nats.js.JetStreamContext.PushSubscription",
    "grpc.server": "grpc.Server",
    "grpc.channel_ready_future": "grpc.Future",
    "aioredis.from_url": "redis.asyncio.Redis",
    "celery.Task.s": "celery.canvas.Signature",
    "celery.Task.si": "celery.canvas.Signature",
    "celery.Task.signature": "celery.canvas.Signature",
    "celery.signature": "celery.canvas.Signature",
    "celery.chain": "celery.canvas.Signature",
    "celery.chord": "celery.canvas.Signature",
    "celery.canvas.Signature.delay": "celery.result.AsyncResult",
    "celery.canvas.Signature.apply_async": "celery.result.AsyncResult",
    "celery.canvas.Signature.__call__": "celery.result.AsyncResult",
    "celery.group": "celery.canvas.group",
    "celery.canvas.group.delay": "celery.result.GroupResult",
    "celery.canvas.group.apply_async": "celery.result.GroupResult",
    "celery.canvas.group.__call__": "celery.result.GroupResult",
    "kombu.Connection.SimpleQueue": "kombu.simple.SimpleQueue",
    "pika.BlockingConnection.channel": "pika.adapters.blocking_connection.BlockingChannel",
    "paramiko.SSHClient.invoke_shell": "paramiko.Channel",
    "paramiko.SSHClient.get_transport": "paramiko.Transport",
    "paramiko.Transport.open_session": "paramiko.Channel",
    "paramiko.Transport.open_channel": "paramiko.Channel",
    "paramiko.Transport.accept": "paramiko.Channel",
    "docker.from_env": "docker.DockerClient",
    "docker.models.containers.ContainerCollection.run": "docker.models.containers.Container",
    "docker.models.containers.ContainerCollection.get": "docker.models.containers.Container",
    "docker.models.containers.ContainerCollection.create": "docker.models.containers.Container",
    "websocket.create_connection": "websocket.WebSocket",
    "pebble.ProcessPool.schedule": "concurrent.futures.Future",
    "loky.get_reusable_executor": "concurrent.futures.Executor",
    "textual.app.App.run_test": "textual.pilot.Pilot",
    "curio.spawn": "curio.Task",
    "eventlet.spawn": "eventlet.greenthread.GreenThread",
    **BROWSER_RETURNS,
    "asyncpg.connect": "asyncpg.Connection",
    "asyncpg.create_pool": "asyncpg.pool.Pool",
    "asyncpg.pool.Pool.acquire": "asyncpg.Connection",
    "aiohttp.ClientSession.ws_connect": "aiohttp.ClientWebSocketResponse",
    "jupyter_client.manager.KernelManager.client": "jupyter_client.blocking.client.BlockingKernelClient",
    "jupyter_client.manager.AsyncKernelManager.client": "jupyter_client.asynchronous.client.AsyncKernelClient",
    "jupyter_client.manager.run_kernel": "jupyter_client.blocking.client.BlockingKernelClient",
    "threading.current_thread": "threading.Thread",
    "threading.main_thread": "threading.Thread",
    "threading.enumerate": "[threading.Thread",
    "psutil.Process.children": "[psutil.Process",
    "psutil.Process.parent": "psutil.Process",
    "psutil.process_iter": "[psutil.Process",
    "multiprocessing.active_children": "[multiprocessing.Process",
    "multiprocessing.connection.Client": "multiprocessing.connection.Connection",
    "multiprocessing.dummy.Pool": "multiprocessing.pool.Pool",
    "asyncio.wrap_future": "asyncio.Future",
    "socket.create_server": "socket.socket",
    "ssl.create_default_context": "ssl.SSLContext",
    "twisted.internet.task.LoopingCall": "twisted.internet.task.LoopingCall",
    "twisted.internet.task.deferLater": "twisted.internet.defer.Deferred",
    "unittest.mock.create_autospec": "unittest.mock.Mock",
    "unittest.mock.patch": "unittest.mock.Mock",
    "unittest.mock.patch.object": "unittest.mock.Mock",
    **{
        f"pytest_mock.MockerFixture.{maker}": "unittest.mock.Mock"
        for maker in (
            "Mock",
            "MagicMock",
            "AsyncMock",
            "NonCallableMock",
            "patch",
            "patch.object",
            "spy",
            "stub",
            "async_stub",
            "create_autospec",
        )
    },
}
"""Instances that calls return; a leading `[` says several of them."""

PAIRS: dict[str, tuple[str, ...]] = {
    "jupyter_client.manager.start_new_kernel": (
        "jupyter_client.manager.KernelManager",
        "jupyter_client.blocking.client.BlockingKernelClient",
    ),
    "jupyter_client.manager.start_new_async_kernel": (
        "jupyter_client.manager.AsyncKernelManager",
        "jupyter_client.asynchronous.client.AsyncKernelClient",
    ),
    "trio.testing.memory_stream_pair": ("trio.StapledStream", "trio.StapledStream"),
    "asyncio.open_connection": ("asyncio.StreamReader", "asyncio.StreamWriter"),
    "asyncio.open_unix_connection": ("asyncio.StreamReader", "asyncio.StreamWriter"),
    "socket.socket.accept": ("socket.socket", ""),
    "concurrent.futures.wait": ("[concurrent.futures.Future", "[concurrent.futures.Future"),
    "asyncio.wait": ("[asyncio.Task", "[asyncio.Task"),
}
"""Calls that return several of their own kinds, in order; an empty one is not known, `[` says several of one."""

ATTRIBUTES: dict[str, str] = {
    "docker.DockerClient.containers": "docker.models.containers.ContainerCollection",
    **BROWSER_ATTRIBUTES,
    "tornado.testing.AsyncTestCase.io_loop": "tornado.ioloop.IOLoop",
    "socketserver.BaseRequestHandler.request": "socket.socket",
}
"""What the libraries' objects have, by their attributes."""

FIXTURES: dict[str, str] = {
    **dict.fromkeys(
        ("mocker", "class_mocker", "module_mocker", "package_mocker", "session_mocker"), "pytest_mock.MockerFixture"
    ),
    "event_loop": "asyncio.loop",
    "qtbot": "pytestqt.qtbot.QtBot",
    "pytester": "pytest.Pytester",
    "testdir": "pytest.Pytester",
    "httpserver": "pytest_httpserver.HTTPServer",
    **BROWSER_FIXTURES["sync"],
}
"""Fixtures that widely used plugins of pytest bring, for what a project does not define itself."""

ASYNC_FIXTURES: dict[str, str] = BROWSER_FIXTURES["async"]
"""What such fixtures are in coroutines, where that is another thing."""

_TWINS: dict[str, tuple[tuple[str, str], ...]] = {
    "six": (("six.moves.", ""),),
    "billiard": (("billiard.", "multiprocessing."),),
    "multiprocess": (("multiprocess.", "multiprocessing."),),
    "torch": (("torch.multiprocessing.", "multiprocessing."),),
    "gevent": (("gevent.subprocess.", "subprocess."), ("gevent.socket.", "socket."), ("gevent.select.", "select."),
               ("gevent.threading.", "threading.")),
    "eventlet": (("eventlet.green.time.sleep", "eventlet.sleep"), ("eventlet.green.", "")),
    "dask": (("dask.distributed.", "distributed."),),
}  # fmt: skip
"""Packages that offer what another does, by the first word of a path."""
_MODULES = frozenset({"multiprocessing"})


def canonical(path: str) -> str:
    """The catalogue's own path for `path`: its class or itself may be known under another name."""
    head, _, rest = path.partition(".")
    if head in _TWINS and rest:
        path = _twin(path)
    if path in ALIASES:
        return ALIASES[path]
    owner, _, name = path.rpartition(".")
    if owner in ALIASES:
        return f"{ALIASES[owner]}.{name}"
    return path


def _twin(path: str) -> str:
    for prefix, other in _TWINS[path.partition(".")[0]]:
        if path.startswith(prefix):
            return other + path.removeprefix(prefix)
    return path


def returned_by(path: str) -> tuple[str, bool] | None:
    """The type of what calling `path` gives and whether there are several; None if it is not known."""
    path = canonical(path)
    known = RETURNS.get(path)
    if known is not None:
        return known.lstrip("["), known.startswith("[")
    if path.rpartition(".")[2][:1].isupper():
        return path, False
    if path.startswith("unittest.mock.Mock."):
        return "unittest.mock.Mock", False  # what a mock gives is a mock
    return None


def instance_of(path: str) -> str | None:
    """The class whose instance an annotation means by `path`; None if that is no class we can tell."""
    path = canonical(path)
    if path.startswith("typing.") or not (
        path.rpartition(".")[2].lstrip("_")[:1].isupper() or RETURNS.get(path) == path
    ):
        return None
    return path


def is_module(path: str) -> bool:
    """Whether what a call gives stands for the module itself, as a context of multiprocessing does."""
    return path in _MODULES
