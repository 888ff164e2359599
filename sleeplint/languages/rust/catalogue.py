"""Rust's calls that wait, as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from sleeplint.facts import Kind
from sleeplint.languages.catalogue import Argument, Call, Unit

_Purpose = Literal["operation", "connect", "idle", "test-limit"]


def _calls(
    paths: str,
    kind: Kind,
    argument: int | None = 0,
    unit: Unit = "duration",
    *,
    blocking: bool = False,
    purpose: _Purpose = "operation",
) -> Iterator[Call]:
    seconds = None if argument is None else Argument(argument, unit)
    for path in paths.split():
        yield Call(path, kind, seconds, blocking, purpose)


def _tokio(time: str) -> Iterator[Call]:
    """The time module of tokio, under any of the names by which it is re-exported."""
    yield from _calls(f"{time}::sleep {time}::delay_for", "sleep")
    yield from _calls(f"{time}::sleep_until {time}::delay_until", "sleep", 0, "deadline")
    yield from _calls(f"{time}::timeout", "timeout")
    yield from _calls(f"{time}::timeout_at", "timeout", 0, "deadline")
    yield from _calls(f"{time}::interval", "interval")
    yield from _calls(f"{time}::interval_at", "interval", 1)


def _gloo(timers: str) -> Iterator[Call]:
    """The timers of the browser, which count in milliseconds."""
    yield from _calls(f"{timers}::future::sleep", "sleep")
    yield from _calls(f"{timers}::future::TimeoutFuture::new {timers}::callback::Timeout::new", "sleep", 0, "ms")
    yield from _calls(f"{timers}::future::IntervalStream::new {timers}::callback::Interval::new", "interval", 0, "ms")


FUNCTIONS: tuple[Call, ...] = (
    *_calls("std::thread::sleep", "sleep", blocking=True),
    *_calls("std::thread::sleep_ms", "sleep", 0, "ms", blocking=True),
    *_calls("std::thread::sleep_until", "sleep", 0, "deadline", blocking=True),
    *_calls("std::thread::park_timeout", "timeout", blocking=True),
    *_calls("std::thread::park_timeout_ms", "timeout", 0, "ms", blocking=True),
    *_calls("std::net::TcpStream::connect_timeout", "timeout", 1, blocking=True, purpose="connect"),
    *_tokio("tokio::time"),
    *_tokio("actix_rt::time"),
    *_tokio("actix_web::rt::time"),
    *_tokio("madsim::time"),
    *_tokio("tokio_timer"),
    *_tokio("wasmtimer::tokio"),
    *_tokio("tokio_with_wasm::time"),
    *_tokio("n0_future::time"),
    *_tokio("actix::clock"),
    *_tokio("tokio_with_wasm::alias::time"),
    *_tokio("msim::time"),
    *_tokio("async_compat::time"),
    *_calls("tokio_timer::Delay::new tokio::timer::Delay::new tokio::timer::delay", "sleep", 0, "deadline"),
    *_calls("tokio::timer::delay_for ntex::time::sleep may::coroutine::sleep lunatic::sleep", "sleep"),
    *_calls("tokio::timer::Interval::new", "interval", 1),
    *_calls("tokio::timer::Interval::new_interval ntex::time::interval", "interval"),
    *_calls("tokio::timer::Timeout::new", "timeout", 1),
    *_calls("ntex::time::timeout", "timeout"),
    *_calls("tokio_uring::time::sleep monoio::time::sleep compio::time::sleep glommio::timer::sleep", "sleep"),
    *_calls("monoio::time::timeout compio::time::timeout compio::runtime::time::timeout", "timeout"),
    *_calls("monoio::time::interval compio::time::interval", "interval"),
    *_calls("glommio::timer::Timer::new", "sleep"),
    *_calls("glommio::timer::timeout", "timeout"),
    *_calls("async_std::task::sleep", "sleep"),
    *_calls("async_std::future::timeout async_std::io::timeout", "timeout"),
    *_calls("async_std::stream::interval", "interval"),
    *_calls("smol::Timer::after async_io::Timer::after", "sleep"),
    *_calls("smol::Timer::at async_io::Timer::at", "sleep", 0, "deadline"),
    *_calls("smol::Timer::interval async_io::Timer::interval", "interval"),
    *_calls("smol::Timer::interval_at async_io::Timer::interval_at", "interval", 1),
    *_calls("futures_timer::Delay::new futures_time::task::sleep", "sleep"),
    *_calls("futures_time::task::sleep_until", "sleep", 0, "deadline"),
    *_calls("futures_time::stream::interval", "interval"),
    *_calls("fluvio_future::timer::sleep wasm_timer::Delay::new fluvio_wasm_timer::Delay::new", "sleep"),
    *_gloo("gloo_timers"),
    *_gloo("gloo::timers"),
    *_calls("embassy_time::Timer::after", "sleep"),
    *_calls("embassy_time::block_for", "sleep", blocking=True),
    *_calls("embassy_time::Timer::after_secs", "sleep", 0, "s"),
    *_calls("embassy_time::Timer::after_millis", "sleep", 0, "ms"),
    *_calls("embassy_time::Timer::after_micros", "sleep", 0, "us"),
    *_calls("embassy_time::Timer::at", "sleep", 0, "deadline"),
    *_calls("embassy_time::with_timeout", "timeout"),
    *_calls("embassy_time::Ticker::every", "interval"),
    *_calls("crossbeam_channel::after crossbeam::channel::after", "sleep"),
    *_calls("crossbeam_channel::at crossbeam::channel::at", "sleep", 0, "deadline"),
    *_calls("crossbeam_channel::tick crossbeam::channel::tick", "interval"),
    *_calls("spin_sleep::sleep", "sleep", blocking=True),
    *_calls("libc::sleep nix::unistd::sleep", "sleep", 0, "s", blocking=True),
    *_calls("libc::usleep", "sleep", 0, "us", blocking=True),
    *_calls("rexpect::spawn rexpect::session::spawn", "timeout", 1, "ms", blocking=True),
    *_calls("rexpect::spawn_bash rexpect::session::spawn_bash", "timeout", 0, "ms", blocking=True),
    *_calls("awaitility::at_most", "timeout", blocking=True),
)
"""Functions, and methods called by path."""

METHODS: tuple[Call, ...] = (
    *_calls(
        """std::sync::mpsc::Receiver::recv_timeout crossbeam_channel::Receiver::recv_timeout
        crossbeam::channel::Receiver::recv_timeout flume::Receiver::recv_timeout
        async_channel::Receiver::recv_timeout kanal::Receiver::recv_timeout""",
        "timeout",
        blocking=True,
    ),
    *_calls(
        """std::sync::mpsc::Receiver::recv_deadline crossbeam_channel::Receiver::recv_deadline
        crossbeam::channel::Receiver::recv_deadline flume::Receiver::recv_deadline""",
        "timeout",
        0,
        "deadline",
        blocking=True,
    ),
    *_calls(
        """crossbeam_channel::Sender::send_timeout crossbeam::channel::Sender::send_timeout
        flume::Sender::send_timeout kanal::Sender::send_timeout""",
        "timeout",
        1,
        blocking=True,
    ),
    *_calls(
        """crossbeam_channel::Sender::send_deadline crossbeam::channel::Sender::send_deadline
        flume::Sender::send_deadline""",
        "timeout",
        1,
        "deadline",
        blocking=True,
    ),
    *_calls("tokio::sync::mpsc::Sender::send_timeout", "timeout", 1),
    *_calls(
        """crossbeam_channel::Select::select_timeout crossbeam::channel::Select::select_timeout
        crossbeam_channel::Select::ready_timeout crossbeam::channel::Select::ready_timeout""",
        "timeout",
        blocking=True,
    ),
    *_calls(
        """crossbeam_channel::Select::select_deadline crossbeam::channel::Select::select_deadline
        crossbeam_channel::Select::ready_deadline crossbeam::channel::Select::ready_deadline
        crossbeam::sync::Parker::park_deadline crossbeam_utils::sync::Parker::park_deadline
        flume::Selector::wait_deadline shared_child::SharedChild::wait_deadline""",
        "timeout",
        0,
        "deadline",
        blocking=True,
    ),
    *_calls("async_std::sync::Condvar::wait_timeout async_std::sync::Condvar::wait_timeout_until", "timeout", 1),
    *_calls("std::sync::Condvar::wait_timeout std::sync::Condvar::wait_timeout_while", "timeout", 1, blocking=True),
    *_calls("std::sync::Condvar::wait_timeout_ms", "timeout", 1, "ms", blocking=True),
    *_calls("parking_lot::Condvar::wait_for", "timeout", 1, blocking=True),
    *_calls("parking_lot::Condvar::wait_while_for", "timeout", 2, blocking=True),
    *_calls("parking_lot::Condvar::wait_until", "timeout", 1, "deadline", blocking=True),
    *_calls("parking_lot::Condvar::wait_while_until", "timeout", 2, "deadline", blocking=True),
    *_calls(
        """parking_lot::Mutex::try_lock_for parking_lot::RwLock::try_read_for parking_lot::RwLock::try_write_for
        parking_lot::RwLock::try_upgradable_read_for parking_lot::ReentrantMutex::try_lock_for""",
        "timeout",
        blocking=True,
    ),
    *_calls(
        """parking_lot::Mutex::try_lock_until parking_lot::RwLock::try_read_until
        parking_lot::RwLock::try_write_until""",
        "timeout",
        0,
        "deadline",
        blocking=True,
    ),
    *_calls(
        "crossbeam::sync::Parker::park_timeout crossbeam_utils::sync::Parker::park_timeout", "timeout", blocking=True
    ),
    *_calls(
        """std::net::TcpStream::set_read_timeout std::net::TcpStream::set_write_timeout
        std::net::UdpSocket::set_read_timeout std::net::UdpSocket::set_write_timeout
        std::os::unix::net::UnixStream::set_read_timeout std::os::unix::net::UnixStream::set_write_timeout
        std::os::unix::net::UnixDatagram::set_read_timeout std::os::unix::net::UnixDatagram::set_write_timeout
        socket2::Socket::set_read_timeout socket2::Socket::set_write_timeout""",
        "timeout",
        blocking=True,
    ),
    *_calls(
        """wait_timeout::ChildExt::wait_timeout event_listener::Listener::wait_timeout
        flume::Selector::wait_timeout shared_child::SharedChild::wait_timeout subprocess::Popen::wait_timeout
        duct::Handle::wait_timeout synchronoise::SignalEvent::wait_timeout heed::EnvClosingEvent::wait_timeout
        tokio::runtime::Runtime::shutdown_timeout""",
        "timeout",
        blocking=True,
    ),
    *_calls("wait_timeout::ChildExt::wait_timeout_ms", "timeout", 0, "ms", blocking=True),
    *_calls("mio::Poll::poll polling::Poller::wait", "timeout", 1, blocking=True),
    *_calls("socket2::Socket::connect_timeout", "timeout", 1, blocking=True, purpose="connect"),
    *_calls("event_listener::Listener::wait_deadline", "timeout", 0, "deadline", blocking=True),
    *_calls(
        """assert_cmd::Command::timeout snapbox::cmd::Command::timeout
        expectrl::Session::set_expect_timeout
        headless_chrome::Tab::set_default_timeout headless_chrome::util::Wait::with_timeout
        serialport::SerialPortBuilder::timeout serialport::SerialPort::set_timeout
        attohttpc::RequestBuilder::timeout attohttpc::RequestBuilder::read_timeout curl::easy::Easy::timeout""",
        "timeout",
        blocking=True,
    ),
    *_calls(
        """headless_chrome::Tab::wait_for_element_with_custom_timeout
        headless_chrome::Tab::wait_for_elements_by_xpath_with_custom_timeout
        headless_chrome::Tab::wait_for_xpath_with_custom_timeout""",
        "timeout",
        1,
        blocking=True,
    ),
    *_calls("minreq::Request::with_timeout", "timeout", 0, "s", blocking=True),
    *_calls(
        """fantoccini::wait::Wait::at_most thirtyfour::extensions::query::ElementQuery::wait
        thirtyfour::WebDriver::set_implicit_wait_timeout thirtyfour::WebDriver::set_page_load_timeout
        thirtyfour::WebDriver::set_script_timeout surf::Config::set_timeout""",
        "timeout",
    ),
    *_calls("tokio_stream::StreamExt::chunks_timeout", "timeout", 1),
    *_calls("tokio_util::time::FutureExt::timeout_at", "timeout", 0, "deadline"),
    *_calls("hyper::rt::Timer::sleep hyper_util::rt::TokioTimer::sleep async_rs::Runtime::sleep", "sleep"),
    *_calls("hyper::rt::Timer::sleep_until hyper_util::rt::TokioTimer::sleep_until", "sleep", 0, "deadline"),
    *_calls("async_std::prelude::FutureExt::delay async_std::future::FutureExt::delay", "sleep"),
    *_calls("async_std::stream::StreamExt::throttle async_std::prelude::StreamExt::throttle", "interval"),
    *_calls(
        """reqwest::ClientBuilder::timeout reqwest::RequestBuilder::timeout reqwest::ClientBuilder::read_timeout
        tonic::transport::Endpoint::timeout tonic::transport::Server::timeout tonic::Request::set_timeout
        ureq::AgentBuilder::timeout ureq::Request::timeout
        tokio_stream::StreamExt::timeout tokio_stream::StreamExt::timeout_repeating
        tokio_util::time::FutureExt::timeout async_std::future::FutureExt::timeout
        async_std::stream::StreamExt::timeout futures_time::future::FutureExt::timeout
        futures_time::stream::StreamExt::timeout smol_timeout::TimeoutExt::timeout
        actix_web::client::ClientRequest::timeout
        awc::ClientBuilder::timeout awc::ClientRequest::timeout isahc::HttpClientBuilder::timeout
        async_std::prelude::FutureExt::timeout async_std::prelude::StreamExt::timeout
        tower::ServiceBuilder::timeout""",
        "timeout",
    ),
    *_calls("reqwest::blocking::ClientBuilder::timeout reqwest::blocking::RequestBuilder::timeout", "timeout"),
    *_calls(
        """ureq::AgentBuilder::timeout_read ureq::AgentBuilder::timeout_write
        ureq::config::ConfigBuilder::timeout_global ureq::config::ConfigBuilder::timeout_per_call
        ureq::config::ConfigBuilder::timeout_send_request ureq::config::ConfigBuilder::timeout_recv_response
        ureq::config::ConfigBuilder::timeout_recv_body ureq::config::ConfigBuilder::timeout_send_body
        ureq::config::ConfigBuilder::timeout_resolve""",
        "timeout",
    ),
    *_calls(
        """reqwest::ClientBuilder::connect_timeout reqwest::blocking::ClientBuilder::connect_timeout
        tonic::transport::Endpoint::connect_timeout ureq::AgentBuilder::timeout_connect
        ureq::config::ConfigBuilder::timeout_connect
        hyper_util::client::legacy::connect::HttpConnector::set_connect_timeout
        hyper::client::HttpConnector::set_connect_timeout isahc::HttpClientBuilder::connect_timeout
        attohttpc::RequestBuilder::connect_timeout curl::easy::Easy::connect_timeout
        tokio_postgres::Config::connect_timeout postgres::Config::connect_timeout
        redis::Client::get_connection_with_timeout mongodb::options::ClientOptions::connect_timeout
        mongodb::options::ClientOptions::server_selection_timeout sea_orm::ConnectOptions::connect_timeout""",
        "timeout",
        purpose="connect",
    ),
    *_calls(
        """reqwest::ClientBuilder::pool_idle_timeout reqwest::blocking::ClientBuilder::pool_idle_timeout
        reqwest::ClientBuilder::http2_keep_alive_timeout
        reqwest::ClientBuilder::tcp_keepalive reqwest::ClientBuilder::http2_keep_alive_interval
        hyper_util::client::legacy::Builder::pool_idle_timeout hyper::client::Builder::pool_idle_timeout
        hyper::client::Builder::http2_keep_alive_interval hyper::client::Builder::http2_keep_alive_timeout
        tonic::transport::Endpoint::keep_alive_timeout tonic::transport::Endpoint::http2_keep_alive_interval
        tonic::transport::Endpoint::tcp_keepalive
        tonic::transport::Server::http2_keepalive_interval tonic::transport::Server::http2_keepalive_timeout
        actix_web::HttpServer::keep_alive
        sqlx::pool::PoolOptions::idle_timeout sqlx::pool::PoolOptions::max_lifetime
        r2d2::Builder::idle_timeout bb8::Builder::idle_timeout
        r2d2::Builder::max_lifetime bb8::Builder::max_lifetime
        sea_orm::ConnectOptions::idle_timeout sea_orm::ConnectOptions::max_lifetime
        quinn::TransportConfig::max_idle_timeout quinn::TransportConfig::keep_alive_interval
        libp2p::swarm::Config::with_idle_connection_timeout""",
        "timeout",
        purpose="idle",
    ),
    *_calls(
        """sqlx::pool::PoolOptions::acquire_timeout sqlx::pool::PoolOptions::connect_timeout
        r2d2::Builder::connection_timeout bb8::Builder::connection_timeout r2d2::Pool::get_timeout
        sea_orm::ConnectOptions::acquire_timeout
        deadpool::managed::PoolBuilder::wait_timeout deadpool::managed::PoolBuilder::create_timeout""",
        "timeout",
        purpose="connect",
    ),
    *_calls("tokio_stream::StreamExt::throttle", "interval"),
    *_calls("futures_time::future::FutureExt::delay futures_time::stream::StreamExt::delay", "sleep"),
    *_calls("embedded_hal::delay::DelayNs::delay_ms", "sleep", 0, "ms", blocking=True),
    *_calls("embedded_hal_async::delay::DelayNs::delay_ms", "sleep", 0, "ms"),
)
"""Methods, by the type or trait that has them."""

DISTINCTIVE = frozenset(
    {
        "recv_timeout",
        "recv_deadline",
        "send_timeout",
        "wait_timeout",
        "wait_timeout_while",
        "try_lock_for",
        "try_read_for",
        "try_write_for",
        "set_read_timeout",
        "set_write_timeout",
        "pool_idle_timeout",
        "timeout_global",
        "timeout_per_call",
    }
)
"""Methods whose name and argument alone say what they are, whatever the receiver."""

SHAPES: dict[str, Call] = {
    "sleep": Call("sleep", "sleep", Argument(0, "duration")),
    "sleep_until": Call("sleep_until", "sleep", Argument(0, "deadline")),
    "timeout": Call("timeout", "timeout", Argument(0, "duration")),
    "timeout_at": Call("timeout_at", "timeout", Argument(0, "deadline")),
}
"""A function so named in a crate that we do not know waits, if it is given a `Duration`."""
