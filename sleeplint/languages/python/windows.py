"""The calls of toolkits for windows and games that wait, as data: most are in milliseconds."""

from __future__ import annotations

from sleeplint.languages.catalogue import Call
from sleeplint.languages.python.spans import blocks, interval, sleep

_BOT = "pytestqt.qtbot.QtBot"
_WAITS_OF_BOTS = (
    ("waitSignal", "wait_signal", 1),
    ("waitSignals", "wait_signals", 1),
    ("waitUntil", "wait_until", 1),
    ("waitCallback", "wait_callback", 0),
    ("waitExposed", "wait_exposed", 1),
    ("waitActive", "wait_active", 1),
)
_PROCESS = ("waitForStarted", "waitForFinished", "waitForReadyRead", "waitForBytesWritten")
_SOCKET = ("waitForConnected", "waitForDisconnected", "waitForReadyRead", "waitForBytesWritten")

WINDOWS: tuple[Call, ...] = (
    sleep(f"{_BOT}.wait", 0, "ms", "ms", blocking=True),
    *(blocks(f"{_BOT}.{name}", at, unit="ms") for camel, snake, at in _WAITS_OF_BOTS for name in (camel, snake)),
    blocks(f"{_BOT}.assertNotEmitted", "wait", unit="ms"),
    blocks(f"{_BOT}.assert_not_emitted", "wait", unit="ms"),
    sleep("PyQt5.QtTest.QTest.qWait", 0, "ms", "ms", blocking=True),
    sleep("PyQt5.QtTest.QTest.qSleep", 0, "ms", "ms", blocking=True),
    blocks("PyQt5.QtTest.QTest.qWaitForWindowExposed", 1, unit="ms"),
    blocks("PyQt5.QtTest.QTest.qWaitForWindowActive", 1, unit="ms"),
    blocks("PyQt5.QtTest.QSignalSpy.wait", 0, unit="ms"),
    sleep("PyQt5.QtCore.QTimer.singleShot", 0, "msec", "ms"),
    interval("PyQt5.QtCore.QTimer.start", 0, "msec", "ms"),
    sleep("PyQt5.QtCore.QThread.sleep", 0, blocking=True),
    sleep("PyQt5.QtCore.QThread.msleep", 0, unit="ms", blocking=True),
    sleep("PyQt5.QtCore.QThread.usleep", 0, unit="us", blocking=True),
    blocks("PyQt5.QtCore.QThread.wait", 0, "msecs", "ms"),
    blocks("PyQt5.QtCore.QThreadPool.waitForDone", 0, "msecs", "ms"),
    *(blocks(f"PyQt5.QtCore.QProcess.{method}", 0, "msecs", "ms") for method in _PROCESS),
    *(
        blocks(f"PyQt5.QtNetwork.{kind}.{method}", 0, "msecs", "ms")
        for kind in ("QTcpSocket", "QLocalSocket", "QSslSocket", "QUdpSocket")
        for method in _SOCKET
    ),
    sleep("tkinter.Misc.after", 0, "ms", "ms"),
    sleep("wx.MilliSleep", 0, "milliseconds", "ms", blocking=True),
    sleep("wx.Sleep", 0, "secs", blocking=True),
    sleep("wx.CallLater", 0, "millis", "ms"),
    sleep("gi.repository.GLib.timeout_add", 0, "interval", "ms"),
    sleep("gi.repository.GLib.timeout_add_seconds", 0, "interval"),
    sleep("kivy.clock.Clock.schedule_once", 1, "timeout"),
    interval("kivy.clock.Clock.schedule_interval", 1, "timeout"),
    sleep("pygame.time.wait", 0, "milliseconds", "ms", blocking=True),
    sleep("pygame.time.delay", 0, "milliseconds", "ms", blocking=True),
    blocks("pygame.event.wait", 0, unit="ms"),
)

_BINDINGS = ("PyQt6", "PySide2", "PySide6", "qtpy", "pytestqt.qt_compat", "qgis.PyQt", "AnyQt")
_OF_QT = (
    "QtTest.QTest", "QtTest.QSignalSpy", "QtCore.QTimer", "QtCore.QThread", "QtCore.QThreadPool", "QtCore.QProcess",
    "QtNetwork.QTcpSocket", "QtNetwork.QLocalSocket", "QtNetwork.QSslSocket", "QtNetwork.QUdpSocket",
)  # fmt: skip

WINDOW_ALIASES: dict[str, str] = {
    **{f"{binding}.{name}": f"PyQt5.{name}" for binding in _BINDINGS for name in _OF_QT},
    **{f"tkinter.{widget}": "tkinter.Misc" for widget in ("Tk", "Toplevel", "Widget", "Frame", "Label", "Canvas")},
    "Tkinter.Tk": "tkinter.Misc",
    "customtkinter.CTk": "tkinter.Misc",
}
