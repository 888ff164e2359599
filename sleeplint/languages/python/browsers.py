"""The calls of tools that drive a browser, as data: Playwright's are in milliseconds, Selenium's in seconds."""

from __future__ import annotations

from sleeplint.languages.catalogue import Call
from sleeplint.languages.python.spans import blocks, guard, sleep

_ACTIONS = (
    "click", "dblclick", "tap", "fill", "press", "type", "check", "uncheck", "set_checked", "select_option", "hover",
    "focus", "dispatch_event", "screenshot", "inner_text", "inner_html", "text_content", "get_attribute",
    "input_value", "is_enabled", "is_disabled", "is_checked", "is_editable",
    "set_input_files",
)  # fmt: skip
_OF_LOCATORS = (
    *_ACTIONS, "wait_for", "press_sequentially", "clear", "blur", "evaluate", "scroll_into_view_if_needed", "drag_to",
    "bounding_box", "select_text",
)  # fmt: skip
_OF_PAGES = (
    *_ACTIONS, "wait_for_selector", "wait_for_url", "wait_for_load_state", "wait_for_function", "goto", "reload",
    "go_back", "go_forward", "set_content", "drag_and_drop", "wait_for_event", "expect_event", "expect_request",
    "expect_request_finished", "expect_response", "expect_popup", "expect_download", "expect_navigation",
    "expect_console_message", "expect_file_chooser", "expect_worker", "expect_websocket",
)  # fmt: skip
_OF_CONTEXTS = ("wait_for_event", "expect_event", "expect_page", "expect_console_message")
_ASSERTED_OF_LOCATORS = (
    "to_be_attached", "to_be_checked", "to_be_disabled", "to_be_editable", "to_be_empty", "to_be_enabled",
    "to_be_focused", "to_be_hidden", "to_be_in_viewport", "to_be_visible", "to_contain_text", "to_have_attribute",
    "to_have_class", "to_contain_class", "to_have_count", "to_have_css", "to_have_id", "to_have_js_property",
    "to_have_role", "to_have_text", "to_have_value", "to_have_values",
)  # fmt: skip
_ASSERTED_OF_PAGES = ("to_have_title", "to_have_url")
_SURFACES = (
    ("Page", _OF_PAGES), ("Frame", _OF_PAGES), ("Locator", _OF_LOCATORS), ("ElementHandle", _OF_LOCATORS),
    ("BrowserContext", _OF_CONTEXTS), ("LocatorAssertions", _ASSERTED_OF_LOCATORS),
    ("PageAssertions", _ASSERTED_OF_PAGES),
)  # fmt: skip
_FINDERS = (
    "locator", "get_by_role", "get_by_text", "get_by_label", "get_by_placeholder", "get_by_alt_text", "get_by_title",
    "get_by_test_id", "nth", "filter", "and_", "or_",
)  # fmt: skip
TIMELESS = frozenset(
    f"playwright.{flavour}_api.{kind}.{name}"
    for flavour in ("sync", "async")
    for kind in ("Page", "Frame", "Locator")
    for name in ("is_visible", "is_hidden")
)
"""Calls that look and return at once, whatever time they are given."""
_DRIVER = "selenium.webdriver.remote.webdriver.WebDriver"
PLAYWRIGHT = ("playwright.sync_api", "playwright.async_api")


def _playwright(package: str) -> tuple[Call, ...]:
    blocking = package.endswith(".sync_api")
    page, frame, context = (f"{package}.{name}" for name in ("Page", "Frame", "BrowserContext"))
    negated = [(kind, [f"not_{name}" for name in names]) for kind, names in _SURFACES if kind.endswith("Assertions")]
    return (
        *(sleep(f"{owner}.wait_for_timeout", 0, "timeout", "ms", blocking) for owner in (page, frame)),
        *(
            guard(f"{owner}.{name}", 0, unit="ms", blocking=blocking)
            for owner in (page, context)
            for name in ("set_default_timeout", "set_default_navigation_timeout")
        ),
        *(
            guard(f"{package}.{kind}.{name}", "timeout", unit="ms", blocking=blocking)
            for kind, names in (*_SURFACES, *negated)
            for name in names
        ),
        guard(f"{package}.expect.set_options", 0, unit="ms", blocking=blocking),
    )


BROWSERS: tuple[Call, ...] = (
    *(call for package in PLAYWRIGHT for call in _playwright(package)),
    blocks("selenium.webdriver.support.ui.WebDriverWait", 1),
    blocks(f"{_DRIVER}.implicitly_wait", 0, "time_to_wait"),
    blocks(f"{_DRIVER}.set_page_load_timeout", 0, "time_to_wait"),
    blocks(f"{_DRIVER}.set_script_timeout", 0, "time_to_wait"),
    sleep("selenium.webdriver.ActionChains.pause", 0, "seconds", blocking=True),
)

_CHAINED = ("click", "click_and_hold", "context_click", "double_click", "drag_and_drop", "key_down", "key_up",
            "move_by_offset", "move_to_element", "move_to_element_with_offset", "release", "send_keys",
            "send_keys_to_element", "scroll_by_amount", "scroll_to_element", "pause")  # fmt: skip

BROWSER_RETURNS: dict[str, str] = {
    **{
        f"{package}.{method}": f"{package}.{made}"
        for package in PLAYWRIGHT
        for method, made in (
            ("expect", "LocatorAssertions"),
            ("BrowserType.launch", "Browser"),
            ("BrowserType.launch_persistent_context", "BrowserContext"),
            ("Browser.new_page", "Page"),
            ("Browser.new_context", "BrowserContext"),
            ("BrowserContext.new_page", "Page"),
            ("Page.frame", "Frame"),
            *(
                (f"{owner}.{found}", "Locator")
                for owner in ("Page", "Frame", "Locator", "FrameLocator")
                for found in _FINDERS
            ),
            ("Page.frame_locator", "FrameLocator"),
            ("Page.wait_for_selector", "ElementHandle"),
            ("Page.query_selector", "ElementHandle"),
        )
    },
    "playwright.sync_api.sync_playwright": "playwright.sync_api.Playwright",
    "playwright.async_api.async_playwright": "playwright.async_api.Playwright",
    **{f"selenium.webdriver.ActionChains.{method}": "selenium.webdriver.ActionChains" for method in _CHAINED},
}
"""Instances that their calls return."""

BROWSER_ATTRIBUTES: dict[str, str] = {
    **{
        f"{package}.{attribute}": f"{package}.{kind}"
        for package in PLAYWRIGHT
        for attribute, kind in (
            ("Playwright.chromium", "BrowserType"),
            ("Playwright.firefox", "BrowserType"),
            ("Playwright.webkit", "BrowserType"),
            ("Locator.first", "Locator"),
            ("Locator.last", "Locator"),
            ("Page.main_frame", "Frame"),
            ("Page.context", "BrowserContext"),
        )
    },
}
"""What their objects have, by attribute."""

BROWSER_PARENTS: dict[str, str] = {
    f"{package}.LocatorAssertions": f"{package}.PageAssertions" for package in PLAYWRIGHT
}
"""`expect` gives one or the other, by what it is given."""

BROWSER_FIXTURES: dict[str, dict[str, str]] = {
    flavour: {
        "page": f"playwright.{flavour}_api.Page",
        "context": f"playwright.{flavour}_api.BrowserContext",
        "browser": f"playwright.{flavour}_api.Browser",
    }
    for flavour in ("sync", "async")
}
"""What the plugins of pytest for Playwright hand to tests of either kind."""

BROWSER_ALIASES: dict[str, str] = {
    "selenium.webdriver.support.wait.WebDriverWait": "selenium.webdriver.support.ui.WebDriverWait",
    "selenium.webdriver.common.action_chains.ActionChains": "selenium.webdriver.ActionChains",
    **{
        f"selenium.webdriver.{browser}": _DRIVER
        for browser in ("Chrome", "Firefox", "Edge", "Safari", "Remote", "ChromiumEdge", "Ie", "WebKitGTK", "WPEWebKit")
    },
    "selenium.webdriver.chrome.webdriver.WebDriver": _DRIVER,
    "selenium.webdriver.firefox.webdriver.WebDriver": _DRIVER,
    "seleniumwire.webdriver.Chrome": _DRIVER,
    "seleniumwire.webdriver.Firefox": _DRIVER,
}
