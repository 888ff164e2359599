"""Tools that drive a browser: pages that pytest hands over, and times that only look like waits."""

from __future__ import annotations

from textwrap import dedent

import pytest

from sleeplint.facts import Wait
from sleeplint.languages import read
from sleeplint.source import Source


def waits(code: str) -> list[Wait]:
    return list(read(Source("tests/test_it.py", dedent(code).encode())).waits)


def test_a_page_from_the_plugin_takes_milliseconds() -> None:
    code = """
    def test_it(page):
        page.goto("/login", timeout=100)
        page.locator("#name").click(timeout=200)


    async def test_them(page, context):
        await page.goto("/login", timeout=300)
        other = await context.new_page()
        await other.wait_for_timeout(400)
    """
    found = [(wait.api, wait.duration_ms) for wait in waits(code)]
    assert found == [
        ("playwright.sync_api.Page.goto", 100),
        ("playwright.sync_api.Locator.click", 200),
        ("playwright.async_api.Page.goto", 300),
        ("playwright.async_api.Page.wait_for_timeout", 400),
    ]


def test_a_fixture_of_the_project_itself_comes_first() -> None:
    code = """
    import pytest
    from library import Page

    @pytest.fixture
    def page():
        return Page()

    async def test_it(page):
        await page.goto("/login", timeout=2)
    """
    (wait,) = waits(code)
    assert (wait.api, wait.duration_ms) == ("library.Page.goto", 2000)


def test_a_look_that_returns_at_once_is_no_wait() -> None:
    code = """
    async def test_it(page):
        assert await page.is_visible("#menu", timeout=10)
        assert await page.locator("#menu").is_hidden(timeout=10)
        assert await page.locator("#menu").is_enabled(timeout=10)
    """
    assert [wait.api for wait in waits(code)] == ["playwright.async_api.Locator.is_enabled"]


EXPECTED = {
    "of the page": "page.set_default_timeout(1)",
    "of what the page is part of": "page.context.set_default_navigation_timeout(1)",
    "of a driver": "driver.set_page_load_timeout(1)",
}


@pytest.mark.parametrize("setting", EXPECTED.values(), ids=EXPECTED.keys())
def test_a_default_that_is_to_run_out(setting: str) -> None:
    code = f"""
    import pytest
    from selenium import webdriver

    def test_it(page):
        driver = webdriver.Chrome()
        {setting}
        with pytest.raises(TimeoutError):
            page.goto(driver.get("/never"))
    """
    (wait,) = waits(code)
    assert wait.role == "burned"


KINDS = {
    "the message": ("burned", 'assert "Timeout 1ms exceeded" in timeout.value.message'),
    "the type": ("burned", "assert timeout.type is TimeoutError"),
    "the class": ("burned", "assert isinstance(timeout.value, TimeoutError)"),
    "another class": ("guard", "assert isinstance(timeout.value, NavigationError)"),
    "another type": ("guard", "assert timeout.type != TimeoutError"),
    "not that class": ("guard", "assert not isinstance(timeout.value, TimeoutError)"),
}


@pytest.mark.parametrize(("role", "said"), KINDS.values(), ids=KINDS.keys())
def test_the_error_says_that_time_was_up(role: str, said: str) -> None:
    code = f"""
    import pytest

    def test_it(page):
        page.set_default_timeout(1)
        with pytest.raises(Error) as timeout:
            page.goto("/never")
        {said}
    """
    (wait,) = waits(code)
    assert wait.role == role


def test_a_default_for_another_page_says_nothing() -> None:
    code = """
    import pytest

    def test_it(page, context):
        page.set_default_timeout(2000)
        with pytest.raises(TimeoutError):
            context.wait_for_event("close")
    """
    (wait,) = [wait for wait in waits(code) if wait.api.endswith("set_default_timeout")]
    assert wait.role == "guard"
