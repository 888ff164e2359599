"""The words of the trade by which the purpose of a wait is told, as data."""

from __future__ import annotations

import re

from sleeplint.facts import Role
from sleeplint.regexes import regex

SPAWN = regex(rb"\b(?:try_)?spawn(?:_\w+)?\s*+(?:::<[^>]*>\s*+)?\(")
"""A call that starts background work: `tokio::spawn`, `set.spawn_local`, `Command::spawn`."""

START = regex(
    rb"\b(?:(?:\w+_)?(?:start|serve|launch|listen)|run|boot|spin_up|bring_up)(?:_\w+)?\s*+(?:::<[^>]*>\s*+)?\("
)
"""A call that starts something, by its name."""

SERVER = regex(
    rb"listen|serve|accept|bind|broker|daemon|\bproxy|backend|upstream|node|cluster|container|command|process|child",
    re.IGNORECASE,
)
"""What is started is one that others talk to."""

CLIENT = regex(
    rb"\b(?:\w+_)?(?:connect|request|client|reconnect|dial|handshake|poll|oneshot|curl|fetch|ping)(?:_\w+)?\s*+(?:::<[^>]*>\s*+)?\("
    rb"|\.\s*+(?:get|post|put|send|call|query|execute|publish|subscribe|write_all)(?:_\w+)?\s*+(?:::<[^>]*>\s*+)?\("
    rb"|\b(?:reqwest|ureq|isahc|surf|minreq|attohttpc)(?:::blocking)?::\w+\s*+\("
    rb"|\b\w*(?:Client|Stream|Connection|Channel|EventLoop|Session)(?:::<[^>]*>)?::\w+\s*+\(",
)
"""A first use of what was started."""

ASSERTION = regex(
    rb"\b(?:debug_|prop_|pretty_|static_)?(?:assert|ensure|verify|expect_that|check|snapshot)\w*!"
    rb"|\b(?:assert|verify|expect_|check|ensure)\w*\s*+\("
    rb"|\bpanic!|\b\w*snapshot\w*!",
)
"""Something is checked."""

NOTHING = regex(
    rb"\.\s*+(?:try_recv|try_next|now_or_never|poll_next|try_iter|next)\s*+\([^;]*?\)\s*+(?:\.\s*+is_(?:err|none|pending)\b)"
    rb"|\.\s*+(?:try_recv|try_next|now_or_never)\s*+\([^;()]*+\)\s*+(?:\.\s*+(?:unwrap|expect)\s*+\([^;()]*+\)\s*+)?"
    rb",\s*+(?:Err|None|Ok\s*+\(\s*+None)\b"
    rb"|\bpoll!\s*+\([^;]*?\)\s*+\.\s*+is_pending\b|(?<!\w)!\s*+[\w.&]*\bhas_changed\s*+\("
    rb"|\b(?:TryRecvError|TryError)\s*+::\s*+(?:Empty|Disconnected)|\bEmpty\s*+\)"
    rb"|\bassert_(?:pending|no_|not_|never|empty)\w*\s*+[!(]"
    rb"|\bassert_no\w*"
)
"""An assertion that nothing came."""

NEGATIVE = regex(
    rb"\bassert\w*!\s*+\(\s*+!"
    rb"|\bassert\w*!\s*+\((?:[^;]*?)\.\s*+is_(?:none|err|empty|pending)\(\)"
    rb"|\bassert_eq!\s*+\([^;]*?,\s*+(?:0(?:_?[ui]\d+|_?usize)?|None|false|vec!\s*+\[\s*+\])\s*+[,)]"
    rb"|\bassert_eq!\s*+\(\s*+(?:0(?:_?[ui]\d+|_?usize)?|None|false|vec!\s*+\[\s*+\])\s*+,"
    rb"|\bassert!\s*+\([^;]*?==\s*+0\s*+[,)]"
    rb"|\bassert_none!|\bassert_err!"
)
"""An assertion in the negative."""

ENDED = regex(
    rb"(?<!\w)!\s*+[^;]*?\bis_(?:running|alive|connected|open|active|locked|ready|valid|some|leader|online|enabled)\b"
    rb"|\btry_(?:lock|read|write)\s*+\(\)\s*+\.\s*+is_(?:err|none)\b"
    rb"|\b(?:is_closed|is_finished|is_terminated|is_shutdown|exists)\b",
)
"""A state that is expected to end: its absence is an effect."""

UNTOUCHED = regex(rb"(?<!\w)!\s*+[\w.&\[\]()]*?\bis_(?:finished|closed|terminated|done|complete\w*)\b")
"""It is shown that something has not ended."""

PANIC = regex(
    rb"\b(?:panic|unreachable|todo|unimplemented|bail|fail)!|\bassert!\s*+\(\s*+false\b|\breturn\s+Err\b"
    rb"|\bErr\s*+\(\s*+(?:anyhow|eyre|io::Error|\w*Error\b)|\bprocess::(?:exit|abort)\b|\bpanic_any\b|\bassert\w*!|\bensure!"
)
"""The test fails there."""

EXIT = regex(rb"\b(?:break|return)\b")

NOISE = regex(
    rb"\s*+(?:"
    rb"(?:\w+::)*(?:println|eprintln|print|eprint|dbg|trace|debug|info|warn|error|log)!\s*+[(\[{].*[)\]}]"
    rb"|(?:std::mem::|mem::|core::mem::)?drop\s*+\([^;]*\)"
    rb"|(?:return\s*+)?(?:(?:Ok|Some)\s*+(?:::\s*+<[^;]*?>\s*+)?\(\s*+\(\s*+\)\s*+\)|\(\s*+\)|None)?"
    rb"|(?:return\s+)?Result\s*+::\s*+<[^;]*?>\s*+::\s*+Ok\s*+\(\s*+\(\s*+\)\s*+\)"
    rb"|let\s+_\w*\s*+=\s*+&?(?:mut\s+)?[\w.]+"
    rb")\s*+;?\s*+",
    re.DOTALL,
)
"""A statement without an effect that could be waited for."""

EFFECT = regex(rb"\.\s*+await\b|\w+!\s*+[(\[{]|\.\s*+\w+\s*+(?:::\s*+<[^;]*?>\s*+)?\(|\bspawn|\b[a-z]\w*\s*+\(")
"""A statement that does something."""

EXPIRING = regex(
    rb"ttl(?![eiy])|expir|time_?out|keep_?alive|(?<!re)(?<!p)lease|idle|max_?age|(?<![a-z])age(?![a-z])|deadline|time_to_|retention|lifetime|lock_?time"
    rb"|heart_?beat|interval|cool_?down|debounce|max_?delay|evict|stale|period|window|grace|backoff|refresh|validity",
    re.IGNORECASE,
)
"""Names of durations that elapse by themselves."""

STRONG_EXPIRING = regex(
    rb"ttl(?![eiy])|expir|keep_?alive|(?<!re)(?<!p)lease|idle|max_?age|deadline|time_to_|retention|lifetime|stale",
    re.IGNORECASE,
)

EXPIRY_TEST = regex(
    rb"(?:^|_)(?:ttl|expir\w*|evict\w*|lease\w*|stale\w*|time[sd]?_?out|idle\w*|keep_?alive\w*|age[sd]?|heart_?beat\w*|refill\w*)(?:_|$)"
)
"""Names of tests that are about time running out."""

CLOCK = regex(
    rb"mtime|modified\(|timestamp|created_?at|updated_?at|elapsed|Instant::now|SystemTime::now|Utc::now|last_(?:used|seen|access\w*)",
    re.IGNORECASE,
)
"""Time is read: the wait makes a clock move on."""

HANDLER = regex(
    rb"^(?:service_fn|handler\w*|handle|route|get|post|put|patch|delete|any|and_then|respond_with|unfold|try_unfold"
    rb"|from_fn|poll_fn|map_request|map_response|then|layer_fn|make_service_fn|on_\w+|with_handler|register\w*|callback"
    rb"|returning|returning_st|expect_\w+|fallback|fallback_service|returns|stream|boxed_fn|add_service|to|with|filter_map|stream_fn)$"
)
"""Callees that take a function which serves requests or makes the items of a stream."""

IN_PLACE = frozenset(
    b"""
    block_on run_until scope scoped sync_scope timeout timeout_at with_timeout join join3 join4 join5 join_all
    try_join try_join_all unwrap_or_else for_each try_for_each catch_unwind block_in_place enter in_scope
    run_singlethreaded block_on_all zip run_until_stalled within test tokio_test run_test with_runtime
    async_test spawn_test step measure sim assert_unwind_safe AssertUnwindSafe with_default retry retry_fn
    """.split()
)
"""Callees that run the function or future they are given there and then."""

RUNS = regex(rb"(?:[Ee]xecutor|[Rr]untime|\brt|\bex)\b[^;]*\.\s*+run\Z")
"""An executor that runs the future it is given there and then."""

JOINING = frozenset(
    {b"join", b"try_join", b"join_all", b"try_join_all", b"timeout", b"block_on", b"select", b"select_all"}
)
"""Callees and macros that wait for all, or for the end, of what they are given."""

CARRIED = frozenset(
    {b"pin", b"Box", b"new", b"Some", b"Ok", b"Arc", b"from", b"boxed", b"boxed_local", b"lazy", b"fuse", b"once"}
)
"""Callees that only wrap what they are given."""

FIRST_WINS = frozenset({b"select", b"try_select", b"race", b"or", b"select_ok", b"race_ok", b"select_all", b"first"})
"""Callees that wait for the first of what they are given."""

KEEPS = (
    ("connection", regex(rb"accept|connect|incoming|upgrade|handshake|into_split|split\(", re.IGNORECASE)),
    ("listener", regex(rb"\bbind\w*\(|\blisten\w*\(|Listener")),
)
"""What a value is, by the call that made it."""

CONNECTION_TYPE = regex(rb"Stream\b|Socket\b|Connection\b|Conn\b|TcpStream|WebSocket|Duplex|Transport")

REMARKS: tuple[tuple[Role, re.Pattern[bytes]], ...] = (
    (
        "workload",
        regex(rb"simulat|pretend|\bslow |do(?:ing)? (?:some )?work|fake work|long[- ]running|expensive|mimic"),
    ),
    (
        "absence",
        regex(
            rb"(?:should|must|does|do|did|will|is|are|was|has|have)(?: not|n't|n.t)\b"
            rb"|\bno (?:more|other|further|event|message|update|request)|\bnothing\b|never"
        ),
    ),
    (
        "expiry",
        regex(
            rb"expir|time[sd]? ?out\b|\bttl\b|elapse|(?<!col)lapse|stale|age out|evict|cool ?down|idle|past the|backoff"
        ),
    ),
    (
        "startup",
        regex(
            rb"(?:server|broker|listener|task|thread|process|loop|worker|daemon|cluster|service|node|container|proxy"
            rb"|backend|client)\w*\b.{0,40}\b(?:start|(?<!pick )(?<!catch )(?<!clean )up\b|ready|boot|run|bind|bound"
            rb"|listen|initial)"
            rb"|\bstart(?:ing)?[ -]?up\b|\bto be (?:up|ready)\b|\bboot|\bspin up|\bcome up|\bwarm(?:ing)? ?up"
        ),
    ),
    (
        "settle",
        regex(
            rb"propagat|process(?:ed|ing)?\b|settle|\bsync|flush|catch up|happen|complet|finish|deliver|receive|arriv"
            rb"|register|take effect|\bto die\b"
        ),
    ),
    (
        "pacing",
        regex(
            rb"different (?:time|timestamp)|mtime|granularity|timestamp|rate limit|spac(?:e|ing)|between|stagger"
            rb"|throttl|(?<!in )order"
        ),
    ),
)
"""What comments say about a wait, most telling first."""

BOUNDED = regex(
    rb"elapsed|Instant::now|SystemTime::now|duration_since|deadline|time_?out|attempt|retr(?:y|ies)|\btries\b|\bcountdown\b|remaining"
    rb"|\bmax_(?:wait|delay|time|duration|tr)\w*|\bend_?time|\buntil\b|\bwaited\b",
    re.IGNORECASE,
)
"""An exit that counts or looks at a clock."""

STOPPED = regex(
    rb"\b\w*(?:stop|shutdown|shut_down|quit|exit|terminat|cancel|running|alive|keep_going|abort|kill)\w*", re.IGNORECASE
)
"""A flag or token by which somebody ends a worker."""

CANCELLED = regex(rb"cancel|shut_?down|\b\w*(?:stop|quit|exit|kill|terminat)\w*|ctrl_c|closed\b", re.IGNORECASE)
"""A future by which somebody ends a worker."""

WATCHDOG = regex(rb"\bprocess\s*+::\s*+(?:exit|abort)\s*+\(|\bpanic!")
"""The whole test is ended."""

MEASURED = regex(
    rb"\s*+let\s+_\w+\s*+=\s*+[^;]*?(?:timer|stop_?watch|measure|profil|histogram|\bspan|\benter)\w*\s*+[!.:(]",
    re.IGNORECASE,
)
"""From here on to the end of the block time is measured."""

STAMP = regex(rb"updated_?at|created_?at|mtime|modified\(|last_(?:used|seen|access|modified)\w*", re.IGNORECASE)
"""Timestamps that a test compares."""

ENDS = regex(rb"\b(?:abort|drop|close|stop|shutdown|disconnect|kill|cancel|unsubscribe)\w*\s*+\(")
"""Something is ended."""

GIVES_TIME = regex(rb"\bwait|\b(?:give|let|allow)\b|make sure|ensure|enough time")
"""A comment that says no more than that something is awaited."""
