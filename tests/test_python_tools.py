"""The test tools that a file works with, by its imports and fixtures, up to what is advised there."""

from __future__ import annotations

import pytest

from sleeplint.languages import read
from sleeplint.source import Source

BODY = "import time\n\ndef test_a(app):\n    app.start()\n    time.sleep(2)\n    assert app.done\n"


@pytest.mark.parametrize(
    ("head", "tools"),
    [
        ("", ()),
        ("from PyQt6.QtTest import QSignalSpy\n", ("qt",)),
        ("import PySide6.QtWidgets as widgets\n", ("qt",)),
        ("def test_b(qtbot):\n    pass\n", ("qt",)),
        ("from playwright.sync_api import Page, expect\n", ("playwright",)),
        ("from selenium import webdriver\n", ("selenium",)),
        ("from celery import shared_task\nfrom selenium import webdriver\n", ("selenium", "celery")),
        ("from app.selenium import driver\nselenium = 1\n", ()),
    ],
)
def test_the_tools_of_a_file(head: str, tools: tuple[str, ...]) -> None:
    assert read(Source("tests/test_it.py", (head + BODY).encode())).tools == tools
