"""Sleeps in methods and functions of helper modules: what others run is work, what tests call is judged."""

from __future__ import annotations

from textwrap import dedent

import pytest

from sleeplint.languages import read
from sleeplint.source import Source

HEAD = """\
import asyncio, subprocess, time
import requests
from selenium import webdriver
from framework import BasePage, Connection, Handler, Store, connect

"""

CLASSES = {
    # --- what tests call
    "a page object": (
        "settle low 2000",
        """
        class LoginPage(BasePage):
            def submit(self):
                self.button.click()
                time.sleep(2)
                return self.driver.title
        """,
    ),
    "a page object whose method a test calls": (
        "settle low 2000",
        """
        class Plain:
            pass

        class Other(Plain):
            def submit(self):
                self.button.click()
                time.sleep(2)
                return self.driver.title

        def test_it(driver):
            assert Other(driver).submit()
        """,
    ),
    "a helper of a page object": (
        "settle low 2000",
        """
        class LoginPage(BasePage):
            def calm_down(self):
                self.button.click()
                time.sleep(2)

            def submit(self):
                self.calm_down()
        """,
    ),
    "a change is no hanging one": (
        "settle low 2000",
        """
        class ChangePasswordPage(BasePage):
            def submit(self):
                self.button.click()
                time.sleep(2)
        """,
    ),
    "a browser": (
        "settle low 2000",
        """
        class Chrome(webdriver.Chrome):
            def calm_down(self):
                self.submit_form()
                time.sleep(2)
        """,
    ),
    "a client": (
        "settle low 2000",
        """
        class Api(requests.Session):
            def login(self):
                self.post("/login")
                time.sleep(2)
                return self.get("/me")
        """,
    ),
    "a class method": (
        "startup high 2000",
        """
        class Harness(BasePage):
            @classmethod
            def boot(cls, server):
                server.start()
                time.sleep(2)
                server.warm()
        """,
    ),
    "a property": (
        "sync low 500",
        """
        class Table(BasePage):
            @property
            def rows(self):
                time.sleep(0.5)
                return self.driver.rows
        """,
    ),
    "a page of users": (
        "settle low 2000",
        """
        class UserPage:
            def submit(self):
                self.button.click()
                time.sleep(2)
                return self.driver.title
        """,
    ),
    # --- what others call
    "its name says that it pretends": (
        "workload high None",
        """
        class SlowStore(Store):
            def save(self):
                self.log()
                time.sleep(2)
        """,
    ),
    "its class is handed over": (
        "workload high None",
        """
        class Mine(Connection):
            def reset(self):
                time.sleep(2)

        def test_it():
            connect(connection_class=Mine).work()
        """,
    ),
    "an object of it is handed over": (
        "workload high None",
        """
        class Mine(Connection):
            def reset(self):
                time.sleep(2)

        def test_it():
            mine = Mine()
            connect(mine).work()
        """,
    ),
    "it overrides its base, which it delays": (
        "workload high None",
        """
        class Mine(Store):
            def save(self, thing):
                time.sleep(2)
                return super().save(thing)
        """,
    ),
    "its base is there to be called": (
        "workload high None",
        """
        class Mine(Handler):
            def on_message(self, message):
                self.seen.append(message)
                time.sleep(2)
        """,
    ),
}


FUNCTIONS = {
    "what serves a connection": (
        "workload high None",
        """
        async def stall(r, w):
            await asyncio.sleep(30)
            w.close()
        """,
    ),
    "what takes two things and awaits": (
        "settle low 30000",
        """
        async def refresh(server, when):
            server.poke(when)
            await asyncio.sleep(30)
            server.poke_again()
        """,
    ),
    "a child": (
        "workload low None",
        """
        def child(pipe):
            pipe.send("up")
            time.sleep(30)
        """,
    ),
    "what is done to a child": (
        "settle low 30000",
        """
        def kill_child(pipe):
            pipe.send("down")
            time.sleep(30)
        """,
    ),
    "a peer that takes a connection and is mute": (
        "hold low None",
        """
        def mute(listener):
            peer, _ = listener.accept()
            time.sleep(30)
            peer.close()
        """,
    ),
}


@pytest.mark.parametrize(("expected", "code"), FUNCTIONS.values(), ids=FUNCTIONS.keys())
def test_who_runs_a_function_that_nothing_in_its_file_runs(expected: str, code: str) -> None:
    source = Source("tests/support.py", (HEAD + dedent(code)).encode())
    (wait,) = read(source).waits
    spoken = f"{wait.role} {wait.role_confidence} {wait.cost_ms}"
    assert spoken == expected


@pytest.mark.parametrize(("expected", "code"), CLASSES.values(), ids=CLASSES.keys())
def test_who_calls_a_method(expected: str, code: str) -> None:
    source = Source("tests/support.py", (HEAD + dedent(code)).encode())
    (wait,) = read(source).waits
    spoken = f"{wait.role} {wait.role_confidence} {wait.cost_ms}"
    assert spoken == expected


LISTED = {
    "among what is expected": ("low", '{"timeout": 42, "url": None}'),
    "of another length": ("high", '{"timeout": 41, "url": None}'),
    "of something else": ("high", '{"retries": 42, "url": None}'),
}


@pytest.mark.parametrize("case", LISTED)
def test_a_length_that_a_stand_in_is_to_be_given_bounds_nothing(case: str) -> None:
    expected, listed = LISTED[case]
    code = f"""
        async def test_it(updater, monkeypatch):
            expected = {listed}

            async def poll(**given):
                assert given == expected

            monkeypatch.setattr(updater.bot, "poll", poll)
            await updater.start_polling(timeout=42)
            # no mock is here
    """
    (wait,) = read(Source("tests/test_it.py", (HEAD + dedent(code)).encode())).waits
    assert wait.role_confidence == expected
