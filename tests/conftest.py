import pytest

ELSEWHERE = ("proof", "external")
"""Marks of tests that need programs from other ecosystems: they run when they are asked for, with `-m`."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.option.markexpr:
        return
    kept = [item for item in items if not any(item.get_closest_marker(mark) for mark in ELSEWHERE)]
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
        items[:] = kept
