"""The words of the trade by which roles are told apart, as data in one place.

They are names that standard libraries, frameworks and people use alike. No name of a single project
stands here.
"""

from __future__ import annotations

from sleeplint.regexes import regex

SPAWNERS = frozenset(
    {
        "create_task", "ensure_future", "run_coroutine_threadsafe", "gather", "start_soon", "submit", "spawn",
        "spawn_later", "spawn_n", "spawn_raw", "spawn_link", "start_new_thread", "run_in_executor", "Thread",
        "Process", "Timer", "Greenlet", "deferToThread", "as_completed",
    }
)  # fmt: skip
"""Start work in the background, given a function or a coroutine."""
SPAWNER_CLASS = regex(r"(Thread|Process|Greenlet)$")
"""With `target=`, the project's own kind of thread."""
GATHERERS = frozenset({"gather", "as_completed"})
"""Spawn, and end when the work has ended: whoever waits for them joins."""
SCOPES = frozenset({"TaskGroup", "create_task_group", "open_nursery", "ThreadPoolExecutor", "ProcessPoolExecutor"})
GROUPS = frozenset({"TaskGroup", "create_task_group", "open_nursery"})
"""Those of them whose tasks are all cancelled when one of them, or the body, fails."""
RAISES = frozenset({"raises", "assertRaises", "assertRaisesRegex", "assert_raises", "RaisesGroup"})
"""Expect an error."""
CANCEL_SCOPES = frozenset({"CancelScope", "open_cancel_scope"})
"""Blocks that somebody may cancel, and that keep nothing else."""
RUNNERS = frozenset(
    {
        "run", "run_until_complete", "run_sync", "wait_for", "shield", "to_thread", "wrap_future", "raises",
        "assertRaises", "assertRaisesRegex", "from_thread", "run_async", "async_to_sync", "wait", "sync",
        "timeit", "addCleanup", "addAsyncCleanup", "addfinalizer", "add_cleanup", "addClassCleanup", "atexit",
        "map", "sorted", "list", "tuple", "next", "anext", "aiter", "iter", "enumerate",
        "check_call", "check_output", "system", "getoutput", "getstatusoutput",
    }
)  # fmt: skip
"""Run a function or coroutine to its end, in the caller's own flow."""
JOINS = frozenset({"join", "result", "wait", "joinall", "as_completed", "gather", "wait_for", "shield", "wait_closed"})
DELAYED_CALLS = frozenset(
    {"call_later", "callLater", "deferLater", "Timer", "spawn_later", "call_at", "add_timeout", "start_later"}
)
"""Wait in the background and then call what they were given."""
LETTING_GO = frozenset(
    {"close", "wait_closed", "aclose", "shutdown", "rollback", "release", "disconnect", "__exit__", "unlink", "detach"}
)
"""End what was held, and do nothing else."""
TRIGGERS = regex(r"(?i)(kill|signal|cancel|shutdown|stop|resume|terminate|interrupt|notify|send|close|set$|abort)")
"""What is sent off late, to see how the others take it."""
CANCELS = frozenset({"cancel", "kill", "terminate", "killall", "aclose", "throw", "send_signal", "cancel_and_wait"})
"""End background work before its time."""

INTERRUPTS = regex(r"(?i)interrupt|(^|_)signal(_|s?$)|sigint|(^|_)kill|raise_\w*exception|^revoke$")
"""Break off what is under way."""
HANDS_OVER = regex(r"(?i)^_*(apply|execute|submit|enqueue|dispatch|run_|send_task|delay|schedule|queue)\w*$")
"""Give work to somebody who has been running for long."""

STARTERS = frozenset(
    {
        "start", "serve", "Popen", "launch", "boot", "spawn", "create_task", "ensure_future", "start_soon",
        "run_server", "start_server", "create_server", "create_unix_server", "start_unix_server",
        "create_subprocess_exec", "create_subprocess_shell", "submit", "start_new_thread", "run_in_executor",
        "serve_forever", "listen_and_serve", "restart", "respawn", "fork", "run_in_background", "run_in_thread",
        "run_coroutine_threadsafe", "spawn_later",
    }
)  # fmt: skip
STARTER_PREFIX = regex(r"^_*(start|launch|spawn|boot|restart|fork)_(?!span|transaction|time|index|session|date|at\b)")
"""A project's own word for starting something, such as `start_proxy`."""
OUTPUT_WAITS = regex(
    r"(expect(_exact|_list)?|wait_(for|until)_(log|line|output|text|message)\w*|(read|skip)_until|wait_log)$"
)
"""Wait for what a program writes."""
FIRST_USES = frozenset(
    {
        "connect", "open_connection", "open_unix_connection", "create_connection", "create_unix_connection",
        "urlopen", "request", "ws_connect", "websocket_connect", "HTTPConnection", "HTTPSConnection",
        "urlretrieve", "dial",
    }
)  # fmt: skip
"""What a client does first."""
REQUEST_VERBS = frozenset({"get", "post", "put", "delete", "patch", "head", "options", "fetch", "ping", "execute"})
CLIENTS = regex(r"(?i)(requests|httpx|aiohttp|session|client|http|\bconn\b|connection)s?$")
"""Receivers on which a request verb means a request."""

BUILTINS = frozenset(
    {
        "print", "len", "str", "repr", "int", "float", "bool", "bytes", "list", "dict", "set", "tuple",
        "sorted", "isinstance", "getattr", "hasattr", "range", "enumerate", "zip", "type", "id", "format",
        "sum", "min", "max", "any", "all", "abs", "round", "next", "iter", "super", "object", "vars", "dir",
        "chr", "ord", "hash", "issubclass", "reversed", "filter", "map", "callable", "slice", "bytearray",
        "frozenset", "memoryview",
    }
)  # fmt: skip
"""Without a receiver, they change nothing that a test could be waiting for."""
NEUTRAL_CALLS = frozenset(
    {
        "log", "debug", "info", "warning", "warn", "error", "exception", "critical", "time", "monotonic",
        "perf_counter", "perf_counter_ns", "monotonic_ns", "time_ns", "now", "utcnow", "getpid", "encode",
        "decode", "strip", "splitlines", "split", "lower", "upper", "current_task", "get_event_loop",
        "get_running_loop", "partial", "deepcopy", "cast", "format", "sum", "timedelta", "datetime", "uuid4",
        "randint", "random", "choice", "namedtuple", "addfinalizer", "addCleanup", "addAsyncCleanup", "addClassCleanup",
        "add_cleanup",
    }
)  # fmt: skip
"""With or without a receiver, they change nothing either."""
SAYINGS = frozenset({"print", "log", "debug", "info", "warning", "warn", "error", "echo", "pprint"})
"""They only say something."""
READS = frozenset(
    {
        "refresh", "reload", "collect", "sync", "refresh_from_db", "expire_all", "read", "recv", "get", "poll",
        "exists", "isfile", "isdir", "stat", "qsize", "empty", "done", "is_set", "is_alive", "items", "keys",
        "values", "count", "fetchone", "fetchall", "fetchrow", "fetchval", "fetch", "find", "find_one", "list",
        "status", "read_text", "read_bytes", "open", "load", "loads", "readline", "readlines", "readouterr",
        "get_nowait", "lrange", "llen",
    }
)  # fmt: skip
"""Look at the state of things."""
READ_PREFIX = regex(r"^_*(get|read|list|fetch|find|query|load|check|is|has|count|num|describe|poll)_")
TURNS = regex(r"^_*(poll|load|fetch)_")
"""Those that are as likely a turn of somebody's work."""
REMOVALS = regex(
    r"(?i)(close|stop|delete|remove|discard|cancel|clear|expire|purge|disconnect|kill|terminate|shutdown|drop|evict|"
    r"collect|unsubscribe|abort|release|unlink|rmtree|exit|quit|leave|finish|drain|down\b|reap|ack\b|__exit__|pop\b)"
)
"""After them, being gone is the effect."""

STATES = regex(
    r"(?i)(alive|running|connected|exists?|isfile|isdir|is_file|is_dir|open|active|locked|healthy|busy|pending|started|"
    r"closing|listening|serving|working|in_use|valid|waiting|blocked|paused)$"
)
"""Predicates of a state that lasts: their negation says that something ended."""
HAPPENINGS = regex(
    r"(?i)(done|called|is_set|triggered|received|finished|ready|fired|executed|ran|has_run|completed?|seen|got|"
    r"await_count|call_count|awaited|cancelled|failed|expired|closed|stopped|delivered|notified|exited)$"
)
"""Predicates of an event: their negation says that it did not happen."""
EMPTINESS = regex(r"(?i)(^|_|\.)(is_?)?(empty|idle|quiet|unchanged|untouched)$")
NEGATING_HELPER = regex(r"(?i)(^|_)(not?|never|nothing|none|un)(_|$)|[a-z](Not|No|Never|Nothing|None)([A-Z]|$)")
"""A helper whose name says that something must not be, such as `assert_not_called`, `assertNotIn`."""
TIMEOUT_ERRORS = regex(
    r"(?i)(time_?d?_?out|expired|\bEmpty|QueueEmpty|\bFull\b|QueueFull|TooSlow|WouldBlock|BlockingIO|DeadlineExceeded|"
    r"\bCancelled\b|LockError|NotAcquired)"
)
"""Exceptions by which a bound says that it was reached."""
REFUSALS = regex(
    r"(?i)\b(value|type|key|attribute|name|index|lookup|syntax|import|not_?implemented|assertion|unicode\w*|overflow|"
    r"zerodivision)_?error\b|state_?error\b|config|invalid|illegal|validat|usage|argument|param|option|unsupported|"
    r"not_?supported|improper|schema|settings|forbidden|denied|unauthori|notfound|not_found|misuse"
)
"""Errors by which something is refused at once, whatever time it was given."""
RAN_OUT = regex(
    r"(?i)\btim(ed|ing)[- _]?out|time[- ]?out\W+((has|have|was|is|been|had|error)\W+)*"
    r"(exceeded|reached|expired|elapsed|occur|wait|while|after|passed|hit|trying|during)|"
    r"(exceeded|reached|hit|after|expired)\W+(\w+\W+){0,2}(time[- ]?out|deadline|time limit)|took too long|"
    r"deadline (was )?exceeded|time('s| is) up|ran out of time"
)
"""A message that says that time is up."""
TIMEOUT_WORD = regex(r"(?i)time[- _]?out")
SETTING_WORDS = regex(
    r"(?i)time[- _]?outs?\b[\\'\"`)]*\W*(must|should|shall|can|may|has to|have to|needs?|values?|arg|param|option|"
    r"setting|is (not|in|re|too|un|a\b|an\b)|are|not|requires?|of type|keyword|or\b|and\b|too\b)|"
    r"(invalid|negative|bad|illegal|positive|unknown|unexpected|missing|specify|expected|supported|allow\w*|must|set)\b"
    r"[^\"']*time[- _]?out"
)
"""A message about what a timeout may be."""
GIVING_UP = regex(r"(?i)(^|_)(fail|abort|give_?up|bail|die)(_|ed$|ure$|$)")
"""A project's own word for letting a test fail, such as `on_fail`."""

BOOLEAN_WAITS = frozenset({"wait", "wait_for", "acquire", "poll", "ping", "select", "wait_until", "is_ready"})
"""Methods that say by what they return whether they were released in time."""
NULLABLE_WAITS = regex(
    r"(?i)^(poll|read|recv|receive|pop|blpop|brpop|get_message|next|try_\w+|get|accept|dequeue|read_\w+|"
    r"recv_\w+|receive_\w+|wait_\w+|get_\w+|pop_\w+|poll_\w+|wait)$"
)
"""Methods that return nothing when their time is up."""
TAKES = regex(
    r"(?i)^(poll|select|consume|pull|drain|dequeue|b[lrz]?pop|pop_|get_?(many|batch|messages?|msgs?|events?|records?)|"
    r"(receive|recv|read|take|pop)_?(many|batch|messages?|msgs?|events?|records?))"
)
"""Methods that take what others have put there, and that give nothing only if none has come in time."""

EXPIRIES = regex(
    r"(?i)(^|_)(ttl|lease|expir\w*|(max|cookie|session)_?age|keep_?alive|idle\w*|inactiv\w*|staleness|stale\w*|visibility\w*|lifetime|ex|px|"
    r"cache_(time|seconds|for)|heartbeat\w*|retention\w*|validity|grace\w*|linger\w*|session_timeout\w*|window\w*|"
    r"cooldown|lock_timeout|deadline|max_wait\w*|recycle|throttle\w*)($|_)"
)
"""Names of times that must really elapse before something may be seen."""
CERTAIN_EXPIRIES = regex(
    r"(?i)(^|_)(ttl|lease|expir\w*|idle\w*|(max_)?inactiv\w*|lifetime|visibility\w*|keep_?alive\w*|ex|px|\w*_ttl|"
    r"p?(setex|expire)|(cookie|session)_age)($|_)"
)
"""Those of them that mean nothing else."""
CLOCKS = frozenset(
    {
        "time", "monotonic", "perf_counter", "now", "utcnow", "monotonic_ns", "time_ns", "current_time",
        "perf_counter_ns", "default_timer", "time_now", "get_time",
    }
)  # fmt: skip
"""Calls that read a clock."""
READS_CLOCK = regex(rf"{'|'.join(sorted(CLOCKS))}|_*(get_|current_)?time_?(s|ms|ns|millis|nanos|secs|seconds)?")
"""Those, and a project's own."""
WEAK_EXPIRIES = regex(r"(?i)(timeout|interval|period|backoff|delay|refresh|duration|time_limit|frequency)")
"""Names of times that may be such, or only bounds."""
TIMESTAMPS = regex(
    r"(?i)(time(stamp)?(s|_?ms|(_\w+)?_(ns|nanos?))?\b|date\b|_at\b|modified|created|updated|heartbeat|mtime|last_\w+)"
)
"""Values that differ only if time has passed."""
EARLIER = regex(r"(?i)^(last|old|prev|previous|before|initial|orig|original|first|former)_|_(before|old|initial|prev)$")
"""What people call a value that was looked at before."""
LENGTHS = regex(
    r"(?i)elapsed|duration|latency|\btook\b|time_?taken|(run|response|wall|total|spent)_?time|seconds\b|_ms\b"
)
"""Values that say how long something took."""
MEASURES = regex(
    r"(?i)(^|_)(span|timer|timed|timing|stop_?watch|measur\w+|profil\w+|trac(e|ing))($|_)|[a-z](Timer|Span)$"
)
"""Blocks that note how long what stands in them took."""
BEGINS = regex(r"(?i)^_*(start|begin|tic|resume|enter|mark_?start)\w*$")
ENDS = regex(r"(?i)^_*(stop|end|toc|finish|pause|exit|lap|mark_?end)\w*$")
"""What is called on a stopwatch."""
FILE_TIMES = regex(r"(utime|st_mtime|getmtime|st_ctime|mtime|st_atime|touch)\b")
"""The granularity of file times makes people wait."""
REWRITES = regex(r"(?i)^(write|save|touch|append|dump|copy|create|put|insert|store|replace|upload|set)")
"""Actions by which a file or an entry is changed."""
REPEATABLE = regex(
    r"(?i)^(send\w*|write\w*|put\w*|feed\w*|upload\w*|insert\w*|publish\w*|kill|emit\w*|push\w*|append\w*|save\w*|"
    r"create\w*|add\w*|set\w*|enqueue\w*|post|drain|record\w*|log\w*|notify\w*|touch\w*|flush\w*|produce\w*|submit\w*)$"
)
"""Actions that are worth spacing."""

PLAIN_DECORATORS = regex(
    r"(?i)(fixture|contextmanager|wraps|staticmethod|classmethod|property|\bmark\b|parametrize|skip\w*|patch\b|patch\.|"
    r"override\b|overload|abstract|lru_cache|\bcache\b|cached|no_type_check|requires?_\w*|retry|xfail|given\b|settings\b|"
    r"singledispatch|dataclass|total_ordering|coroutine\b|inlineCallbacks|gen_test|unittest|mock\b|expectedFailure|"
    r"\.setter|flaky|timeout|freeze|run_in|usefixtures|hookimpl|pytest|deprecated|nottest|final\b|only_\w+|if_\w+|"
    r"async_test|\brequire\w*|needs?_\w*|with_\w+|ensure_\w+|run_until\w*|asynccontext\w*|memoize|slow\b)"
)
"""Decorators that leave a function in its caller's hands; any other registers it with somebody."""
FAKES = regex(
    r"(?i)(mock|fake|stub|dummy|slow|hang|block|handler|server|actor|worker|app$|application|service|protocol|backend|"
    r"endpoint|view|task|job|user|plugin|middleware|listener|callback|transport|driver|provider|executor|agent)"
)
"""Classes of a test that stand in for something."""
BACKGROUND = regex(
    r"(?i)^_*(child|worker|thread|subprocess|target|peer|victim|daemon|stall|hang|stuck|never|forever|sleeper|task|job|"
    r"long_?running|busy)((s|ing|er|ed)?\d*(_\w+)?)$"
)
"""Functions of test code that others run in the background, where no spawn is in sight."""
HANDLER_PARAMETERS = (
    ("scope", "receive", "send"),
    ("environ", "start_response"),
    ("reader", "writer"),
    ("request",),
    ("req",),
    ("_request",),
    ("websocket",),
    ("ws",),
    ("message",),
    ("msg",),
    ("event", "context"),
    ("ctx",),
)
"""The parameters of functions that servers call; the first ones decide."""
PLAIN_BASES = regex(r"(TestCase|^object$|^Exception$|^Enum$|^ABC$|^Protocol$|NamedTuple|TypedDict|Mixin$|^Generic)")
FIXTURE_METHODS = frozenset(
    {
        "setUp", "tearDown", "setUpClass", "tearDownClass", "asyncSetUp", "asyncTearDown", "setup_method",
        "setup", "teardown_method", "teardown", "setup_class", "teardown_class", "setup_module",
        "teardown_module", "setup_function", "teardown_function", "setUpModule", "tearDownModule",
        "__enter__", "__exit__", "__aenter__", "__aexit__",
    }
)  # fmt: skip
"""Called by the runner around tests."""

LETTING_BE = regex(r"(?i)shield|suppress|patch|override|redirect|at_level|catch_warnings|sub_?test|mock")
"""Blocks that keep nothing open."""
CONNECTIONS = regex(
    r"(?i)(sock|conn|stream|reader|writer|websocket|\bws\b|client|channel|session|peer|transport|pipe|cursor|response)"
)
LISTENERS = regex(r"(?i)(listen|server|srv|acceptor|bind)")
CLOCK_WORDS = regex(
    r"(?i)((?:\b|_)(time(stamp)?|monotonic|perf_counter|clock|now|utcnow|loop\.time)\s*\(\)|deadline|timeout|elapsed|"
    r"expir|time_?left|remaining|\bend(_?time)?\b|\buntil\b|\b(start|begin)(_?time)?\b|give_?up|timed_?out|timer)"
)
TIMEOUT_BLOCKS = frozenset(
    {"timeout", "timeout_at", "fail_after", "fail_at", "move_on_after", "move_on_at", "Timeout", "with_timeout"}
)
"""Context managers that bound what stands in them."""
QUIET_BLOCKS = frozenset({"move_on_after", "move_on_at"})
"""Those that end silently."""

NO_LONGER_VALID = regex(
    r"(?i)\bexpir|\bttl\b|\b(goe?s?|becomes?|be|is|are) (stale|invalid)|time ?out (passes|elapses)|"
    r"\b(wait\w*|sleep\w*)\b.{0,40}\b(for|past|out|longer than|more than|exceeds?)\b.{0,30}\btime-?outs?\b"
)
"""A comment that says that something runs out."""
UNMOVED = regex(
    r"(?i)\b(still|never|ignored?|unaffected|unchanged|untouched|intact|remains?|stays?|survives?|"
    r"(should|must|does|do|did|will|would)(n't| not)|won't|not be|nothing)\b(?!.*\b(any ?more|any longer)\b)"
)
"""A comment that says that something is to be as it was."""
IGNORED = regex(r"(?i)\b(still|ignored?|unaffected|unchanged|remains?|stays?|should(n't| not)|doesn't|not be)\b")
"""A comment at an action that says that it is to change nothing."""
STAYING = regex(r"(?i)\b(still|remain|stay|keep|unchanged|unaffected|untouched|intact|(should|must)(n't| not))")
"""A message of a failed assertion that says that something was to be as it was."""
LOSSES = regex(
    r"(?i)\b(drop|die|dead|lost|lose|kill|crash|exit|restart|disappear|vanish|terminat|disconnect|evict|"
    r"chang|interrupt|went away|unexpected|too early|prematur|again|twice)\w*"
)
"""A message that tells of what has gone wrong by itself."""
NEGATIONS = regex(r"(?i)\b(not|never|no|failed to|n't)\b|n't\b")
CONSTANT_NAMES = regex(
    r"(?i)(?:^|_)(?:not|never|nothing|doesnt|dont|isnt|wont|cannot|cant|stays?|still|remains?|survives?|unchanged|"
    r"unaffected|ignores?|ignored|untouched)(?:_|$)|[a-z](?:Not|Never|Stays|Still|Remains|Ignore[sd]?)(?=[A-Z]|$)"
)
"""Names of tests in which something is not to happen."""
EXPIRED = regex(r"(?i)expir|(?<![a-z])(stale(?!mate)|ttl|(max|too)[_ ]?idle|idle[_ ]?(time|for))|lease\w*(lost|error)")
"""Errors and tests about something that is over by time."""
COMMENTS = (
    (
        "startup",
        regex(
            r"(?i)(to|until|for|while)\b.*\b(start(ed|ing|s|-?up)?( up)?|boot|come up|be ready|ready|listen\w*|"
            r"up and running|init\w*|spin up|launch\w*|bind|connect|subscribe|register|(be|get) (running|going))\b|"
            r"handshake"
        ),
    ),
    (
        "workload",
        regex(r"(?i)simulat|pretend|slow (handler|server|client|peer|request|response|work)|emulat|long[- ]running"),
    ),
    (
        "pacing",
        regex(
            r"(?i)mtime|timestamp|resolution|granularity|different time|distinct|ordering|\bfloods?\b|rate[- ]?limit|"
            r"\btoo (soon|fast|quickly|often)\b"
        ),
    ),
    (
        "absence",
        regex(
            r"(?i)(make sure|ensure|verify|check|prove|show|assert) (?!we do\b).*"
            r"\b(no|not|none|nobody|nothing|never|isn't|doesn't|didn't|blocks?|stays?|still|remains?)\b"
        ),
    ),
    ("expiry", regex(r"(?i)expir|\bttl\b|time ?out (passes|elapses)|idle|lease|\bstale\b")),
    (
        "settle",
        regex(r"(?i)(give|let|allow|wait(ing)? (for|until|a)|time to|chance|propagate|settle|flush)"),
    ),
)
"""What people write beside a wait, the most telling first."""
