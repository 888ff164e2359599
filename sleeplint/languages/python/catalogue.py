"""The calls of Python's libraries that wait, one entry a call, as data."""

from __future__ import annotations

from sleeplint.languages.catalogue import Argument, Call, Unit
from sleeplint.languages.python.services import SERVICE_ALIASES, SERVICES


def _sleep(path: str, at: int = 0, keyword: str | None = None, unit: Unit = "s", blocking: bool = False) -> Call:
    return Call(path, "sleep", Argument(at, unit, keyword), blocking)


def _guard(
    path: str, at: int | str = "timeout", keyword: str | None = "timeout", unit: Unit = "s", blocking: bool = False
) -> Call:
    return Call(path, "timeout", Argument(at, unit, keyword if isinstance(at, int) else None), blocking)


def _connect(path: str, at: int | str = "timeout", keyword: str | None = "timeout", blocking: bool = True) -> Call:
    keyword = keyword if isinstance(at, int) else None
    return Call(path, "timeout", Argument(at, "s", keyword), blocking, "connect")


def _blocks(path: str, at: int | str = "timeout", keyword: str | None = "timeout", unit: Unit = "s") -> Call:
    return _guard(path, at, keyword, unit, blocking=True)


def _interval(path: str, at: int, keyword: str, unit: Unit = "s") -> Call:
    return Call(path, "interval", Argument(at, unit, keyword))


_SLEEPS = (
    _sleep("time.sleep", keyword="secs", blocking=True),
    _sleep("asyncio.sleep", keyword="delay"),
    _sleep("anyio.sleep", keyword="delay"),
    _sleep("anyio.sleep_until", keyword="deadline", unit="deadline"),
    Call("anyio.sleep_forever", "sleep"),
    _sleep("trio.sleep", keyword="seconds"),
    _sleep("trio.sleep_until", keyword="deadline", unit="deadline"),
    Call("trio.sleep_forever", "sleep"),
    _sleep("curio.sleep", keyword="seconds"),
    _sleep("gevent.sleep", keyword="seconds"),
    _sleep("eventlet.sleep", keyword="seconds"),
    _sleep("tornado.gen.sleep", keyword="duration"),
    _sleep("twisted.internet.task.deferLater", at=1, keyword="delay"),
    _sleep("twisted.internet.reactor.callLater", keyword="delay"),
    _sleep("twisted.internet.task.Clock.callLater", keyword="delay"),
    _sleep("asyncio.loop.call_later", keyword="delay"),
    _sleep("asyncio.loop.call_at", keyword="when", unit="deadline"),
    _sleep("tornado.ioloop.IOLoop.call_later", keyword="delay"),
    _sleep("tornado.ioloop.IOLoop.call_at", keyword="when", unit="deadline"),
    _sleep("tornado.ioloop.IOLoop.add_timeout", keyword="deadline", unit="deadline"),
    _sleep("threading.Timer", keyword="interval"),
    _sleep("playwright.Page.wait_for_timeout", keyword="timeout", unit="ms"),
    _sleep("gevent.spawn_later", keyword="seconds"),
    _sleep("eventlet.spawn_after", keyword="seconds"),
)

_TIMEOUTS = (
    _guard("asyncio.wait_for", 1),
    _guard("asyncio.wait"),
    _guard("asyncio.timeout", 0, "delay"),
    _guard("asyncio.timeout_at", 0, "when", unit="deadline"),
    _guard("asyncio.as_completed"),
    _guard("async_timeout.timeout", 0, "delay"),
    _guard("async_timeout.timeout_at", 0, "deadline", unit="deadline"),
    _guard("anyio.fail_after", 0, "delay"),
    _guard("anyio.move_on_after", 0, "delay"),
    _guard("anyio.CancelScope", "deadline", unit="deadline"),
    _guard("trio.fail_after", 0, "seconds"),
    _guard("trio.move_on_after", 0, "seconds"),
    _guard("trio.fail_at", 0, "deadline", unit="deadline"),
    _guard("trio.move_on_at", 0, "deadline", unit="deadline"),
    _guard("trio.CancelScope", "deadline", unit="deadline"),
    _guard("curio.timeout_after", 0, "seconds"),
    _guard("curio.ignore_after", 0, "seconds"),
    _blocks("gevent.Timeout", 0, "seconds"),
    _blocks("gevent.with_timeout", 0, "seconds"),
    _blocks("gevent.joinall"),
    _blocks("gevent.wait"),
    _blocks("gevent.Greenlet.join", 0),
    _blocks("gevent.Greenlet.get", 1),
    _blocks("gevent.pool.Pool.join", 0),
    _blocks("gevent.pool.Group.join", 0),
    _blocks("gevent.event.Event.wait", 0),
    _blocks("eventlet.Timeout", 0, "seconds"),
    _guard("tornado.gen.with_timeout", 0, unit="deadline"),
    _blocks("tornado.testing.AsyncTestCase.wait"),
    Call("tornado.testing.gen_test", "timeout", Argument("timeout"), purpose="test-limit"),
    _guard("twisted.internet.defer.Deferred.addTimeout", 0),
    _blocks("threading.Event.wait", 0),
    _blocks("threading.Condition.wait", 0),
    _blocks("threading.Condition.wait_for", 1),
    _blocks("threading.Thread.join", 0),
    _blocks("threading.Lock.acquire", 1),
    _blocks("threading.Semaphore.acquire", 1),
    _blocks("threading.Barrier", 2),
    _blocks("threading.Barrier.wait", 0),
    _blocks("queue.Queue.get", 1),
    _blocks("queue.Queue.put", 2),
    _blocks("multiprocessing.Process.join", 0),
    _blocks("multiprocessing.Queue.get", 1),
    _blocks("multiprocessing.Queue.put", 2),
    _blocks("multiprocessing.pool.AsyncResult.get", 0),
    _blocks("multiprocessing.pool.AsyncResult.wait", 0),
    _blocks("multiprocessing.pool.IMapIterator.next", 0),
    _blocks("multiprocessing.connection.Connection.poll", 0),
    _blocks("multiprocessing.connection.wait", 1),
    _blocks("multiprocessing.Event.wait", 0),
    _blocks("multiprocessing.Condition.wait", 0),
    _blocks("multiprocessing.Condition.wait_for", 1),
    _blocks("multiprocessing.Lock.acquire", 1),
    _blocks("multiprocessing.Semaphore.acquire", 1),
    _blocks("multiprocessing.Barrier.wait", 0),
    _blocks("concurrent.futures.Future.result", 0),
    _blocks("concurrent.futures.Future.exception", 0),
    _blocks("concurrent.futures.wait", 1),
    _blocks("concurrent.futures.as_completed", 1),
    _blocks("concurrent.futures.Executor.map"),
    _blocks("subprocess.run"),
    _blocks("subprocess.call"),
    _blocks("subprocess.check_call"),
    _blocks("subprocess.check_output"),
    _blocks("subprocess.Popen.wait", 0),
    _blocks("subprocess.Popen.communicate", 1),
    _blocks("socket.socket.settimeout", 0, "value"),
    _blocks("socket.setdefaulttimeout", 0),
    _connect("socket.create_connection", 1),
    _blocks("select.select", 3),
    _blocks("select.poll.poll", 0, unit="ms"),
    _blocks("select.epoll.poll", 0),
    _blocks("select.kqueue.control", 2),
    _blocks("selectors.BaseSelector.select", 0),
    _guard("signal.alarm", 0, "seconds"),
    _guard("signal.setitimer", 1, "seconds"),
    _blocks("signal.sigtimedwait", 1),
    Call("pytest.mark.timeout", "timeout", Argument(0, "s", "timeout"), purpose="test-limit"),
    Call("timeout_decorator.timeout", "timeout", Argument(0, "s", "seconds"), purpose="test-limit"),
    Call("wrapt_timeout_decorator.timeout", "timeout", Argument(0, "s", "dec_timeout"), purpose="test-limit"),
    _blocks("func_timeout.func_timeout", 0),
    Call("func_timeout.func_set_timeout", "timeout", Argument(0, "s", "timeout"), purpose="test-limit"),
    _blocks("requests.Session.request"),
    _blocks("requests.Session.send"),
    *(
        _blocks(f"requests.{owner}{verb}")
        for owner in ("", "Session.")
        for verb in ("get", "post", "put", "patch", "delete", "head", "options")
    ),
    _blocks("requests.request"),
    *(
        _guard(f"httpx.{owner}{verb}", blocking=owner != "AsyncClient.")
        for owner in ("", "Client.", "AsyncClient.")
        for verb in ("get", "post", "put", "patch", "delete", "head", "options", "request", "stream")
    ),
    _guard("httpx.Client"),
    _guard("httpx.AsyncClient"),
    _guard("httpx.Timeout", 0),
    _guard("aiohttp.ClientTimeout", "total"),
    *(
        _guard(f"aiohttp.ClientSession.{verb}")
        for verb in ("get", "post", "put", "patch", "delete", "head", "options", "request", "ws_connect")
    ),
    _guard("aiohttp.ClientSession"),
    _blocks("urllib.request.urlopen", 2),
    _blocks("urllib.request.OpenerDirector.open", 2),
    _blocks("urllib3.PoolManager.request"),
    _blocks("urllib3.Timeout", "total"),
    _connect("http.client.HTTPConnection"),
    _connect("http.client.HTTPSConnection"),
    _connect("smtplib.SMTP"),
    _connect("ftplib.FTP"),
    _connect("telnetlib.Telnet"),
    _blocks("telnetlib.Telnet.read_until", 1),
    _blocks("selenium.webdriver.support.ui.WebDriverWait", 1),
    _blocks("selenium.WebDriver.implicitly_wait", 0, "time_to_wait"),
    _blocks("selenium.WebDriver.set_page_load_timeout", 0, "time_to_wait"),
    _blocks("selenium.WebDriver.set_script_timeout", 0, "time_to_wait"),
    _guard("playwright.Page.wait_for_selector", unit="ms"),
    _guard("playwright.Page.goto", unit="ms"),
    _guard("playwright.Page.set_default_timeout", 0, unit="ms"),
    _guard("playwright.Page.set_default_navigation_timeout", 0, unit="ms"),
    _guard("playwright.expect.to_be_visible", unit="ms"),
    _guard("playwright.expect.to_have_text", unit="ms"),
    _guard("playwright.expect.to_have_url", unit="ms"),
    _guard("playwright.expect.to_have_count", unit="ms"),
    _guard("tenacity.stop_after_delay", 0, "max_delay"),
    _blocks("zmq.Socket.poll", 0, unit="ms"),
    _blocks("zmq.Poller.poll", 0, unit="ms"),
    _blocks("zmq.select", 3),
    _blocks("kafka.KafkaConsumer.poll", 0, "timeout_ms", unit="ms"),
    _guard("aiokafka.AIOKafkaConsumer.getmany", "timeout_ms", unit="ms"),
    _blocks("confluent_kafka.Consumer.poll", 0),
    _blocks("confluent_kafka.Producer.flush", 0),
    _blocks("pexpect.spawn"),
    _blocks("pexpect.spawn.expect", 1),
    _blocks("pexpect.spawn.expect_exact", 1),
    _blocks("pexpect.run", 1),
    _blocks("websockets.sync.connection.Connection.recv", 0),
    _blocks("redis.Redis.blpop", 1),
    _blocks("redis.Redis.brpop", 1),
    _guard("redis.asyncio.Redis.blpop", 1),
    _guard("redis.asyncio.Redis.brpop", 1),
    Call("asyncpg.connect", "timeout", Argument("timeout"), purpose="connect"),
    _guard("pymongo.timeout", 0, "seconds"),
    Call("jupyter_client.manager.start_new_kernel", "timeout", Argument("startup_timeout"), purpose="connect"),
)

_INTERVALS = (
    _interval("tornado.ioloop.PeriodicCallback", 1, "callback_time", "ms"),
    _interval("twisted.internet.task.LoopingCall.start", 0, "interval"),
    Call("tenacity.wait_fixed", "interval", Argument(0, "s", "wait")),
)

# Methods by name alone, for receivers whose type the code does not show. Which arguments make them
# sure is decided in `calls`.
_METHODS = (
    _sleep(".sleep", keyword="seconds"),
    _sleep(".call_later", keyword="delay"),
    _sleep(".callLater", keyword="delay"),
    _sleep(".wait_for_timeout", keyword="timeout", unit="ms"),
    _blocks(".wait", 0),
    _blocks(".join", 0),
    _blocks(".result", 0),
    _blocks(".exception", 0),
    _blocks(".get"),
    _blocks(".put"),
    _blocks(".wait_for"),
    _blocks(".acquire"),
    _blocks(".communicate"),
    _blocks(".settimeout", 0, "value"),
    _blocks(".implicitly_wait", 0, "time_to_wait"),
    _blocks(".set_page_load_timeout", 0, "time_to_wait"),
    _blocks(".set_script_timeout", 0, "time_to_wait"),
)

CALLS: tuple[Call, ...] = _SLEEPS + _TIMEOUTS + _INTERVALS + SERVICES + _METHODS

BY_PATH: dict[str, Call] = {call.call: call for call in CALLS}

ALIASES: dict[str, str] = {
    **SERVICE_ALIASES,
    "asyncio.tasks.sleep": "asyncio.sleep",
    "asyncio.tasks.wait_for": "asyncio.wait_for",
    "asyncio.tasks.wait": "asyncio.wait",
    "asyncio.timeouts.timeout": "asyncio.timeout",
    "asyncio.AbstractEventLoop": "asyncio.loop",
    "asyncio.BaseEventLoop": "asyncio.loop",
    "asyncio.EventLoop": "asyncio.loop",
    "asyncio.SelectorEventLoop": "asyncio.loop",
    "asyncio.ProactorEventLoop": "asyncio.loop",
    "asyncio.events.AbstractEventLoop": "asyncio.loop",
    "uvloop.Loop": "asyncio.loop",
    "gevent.hub.sleep": "gevent.sleep",
    "gevent.timeout.Timeout": "gevent.Timeout",
    "gevent.Timeout.start_new": "gevent.Timeout",
    "gevent.event.AsyncResult": "gevent.Greenlet",
    "gevent.greenlet.Greenlet": "gevent.Greenlet",
    "gevent.lock.Semaphore": "threading.Semaphore",
    "gevent.lock.BoundedSemaphore": "threading.Semaphore",
    "eventlet.greenthread.sleep": "eventlet.sleep",
    "eventlet.green.time.sleep": "eventlet.sleep",
    "eventlet.timeout.Timeout": "eventlet.Timeout",
    "async_timeout.Timeout": "async_timeout.timeout",
    "threading.RLock": "threading.Lock",
    "threading.BoundedSemaphore": "threading.Semaphore",
    "queue.LifoQueue": "queue.Queue",
    "queue.PriorityQueue": "queue.Queue",
    "queue.SimpleQueue": "queue.Queue",
    "http_client.HTTPConnection": "http.client.HTTPConnection",
    "http_client.HTTPSConnection": "http.client.HTTPSConnection",
    "multiprocessing.context.Process": "multiprocessing.Process",
    "multiprocessing.process.BaseProcess": "multiprocessing.Process",
    "multiprocessing.context.SpawnProcess": "multiprocessing.Process",
    "multiprocessing.context.ForkProcess": "multiprocessing.Process",
    "multiprocessing.JoinableQueue": "multiprocessing.Queue",
    "multiprocessing.queues.Queue": "multiprocessing.Queue",
    "multiprocessing.RLock": "multiprocessing.Lock",
    "multiprocessing.BoundedSemaphore": "multiprocessing.Semaphore",
    "multiprocessing.synchronize.Event": "multiprocessing.Event",
    "multiprocessing.synchronize.Lock": "multiprocessing.Lock",
    "multiprocessing.pool.ApplyResult": "multiprocessing.pool.AsyncResult",
    "multiprocessing.pool.MapResult": "multiprocessing.pool.AsyncResult",
    "multiprocessing.connection.PipeConnection": "multiprocessing.connection.Connection",
    "concurrent.futures.ThreadPoolExecutor": "concurrent.futures.Executor",
    "concurrent.futures.ProcessPoolExecutor": "concurrent.futures.Executor",
    "concurrent.futures.thread.ThreadPoolExecutor": "concurrent.futures.Executor",
    "concurrent.futures.process.ProcessPoolExecutor": "concurrent.futures.Executor",
    "concurrent.futures._base.Future": "concurrent.futures.Future",
    "socket.SocketType": "socket.socket",
    "ssl.SSLSocket": "socket.socket",
    "select.devpoll": "select.poll",
    "selectors.DefaultSelector": "selectors.BaseSelector",
    "selectors.SelectSelector": "selectors.BaseSelector",
    "selectors.PollSelector": "selectors.BaseSelector",
    "selectors.EpollSelector": "selectors.BaseSelector",
    "selectors.KqueueSelector": "selectors.BaseSelector",
    "requests.sessions.Session": "requests.Session",
    "requests.api.get": "requests.get",
    "requests.api.post": "requests.post",
    "aiohttp.client.ClientSession": "aiohttp.ClientSession",
    "urllib2.urlopen": "urllib.request.urlopen",
    "selenium.webdriver.support.wait.WebDriverWait": "selenium.webdriver.support.ui.WebDriverWait",
    "selenium.webdriver.Chrome": "selenium.WebDriver",
    "selenium.webdriver.Firefox": "selenium.WebDriver",
    "selenium.webdriver.Edge": "selenium.WebDriver",
    "selenium.webdriver.Safari": "selenium.WebDriver",
    "selenium.webdriver.Remote": "selenium.WebDriver",
    "playwright.sync_api.Page": "playwright.Page",
    "playwright.async_api.Page": "playwright.Page",
    "playwright.sync_api.expect": "playwright.expect",
    "playwright.async_api.expect": "playwright.expect",
    "zmq.sugar.poll.Poller": "zmq.Poller",
    "zmq.asyncio.Poller": "zmq.Poller",
    "zmq.asyncio.Socket": "zmq.Socket",
    "zmq.green.Socket": "zmq.Socket",
    "kafka.consumer.KafkaConsumer": "kafka.KafkaConsumer",
    "pexpect.pty_spawn.spawn": "pexpect.spawn",
    "pexpect.popen_spawn.PopenSpawn": "pexpect.spawn",
    "redis.StrictRedis": "redis.Redis",
    "redis.client.Redis": "redis.Redis",
    "tornado.testing.AsyncHTTPTestCase": "tornado.testing.AsyncTestCase",
}
"""Other paths, and subclasses that wait alike, each with the entry's own."""

CLOCKS = frozenset(
    {
        "time.time",
        "time.monotonic",
        "time.perf_counter",
        "time.time_ns",
        "time.monotonic_ns",
        "time.perf_counter_ns",
        "timeit.default_timer",
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "django.utils.timezone.now",
        "asyncio.loop.time",
        "tornado.ioloop.IOLoop.time",
        "anyio.current_time",
        "trio.current_time",
    }
)
"""Callables that say what time it is."""
