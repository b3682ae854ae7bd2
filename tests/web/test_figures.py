"""A fair of which nothing was reported: the page says so, and counts no agreement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Page, expect
from tests.fairfacts.stories import STARTED
from tests.web.conftest import send

OpenPage = Callable[..., Page]


@pytest.fixture
def unreported(backend: Any, fair: Any) -> str:
    """A run of a fair whose figures are not here, to its end."""
    (started, *others), *days = fair
    mine = msgspec.structs.replace(STARTED.description, key="mine")
    run, _ = send(backend, [[msgspec.structs.replace(started, fair=mine), *others], *days])
    return run


@pytest.mark.parametrize(
    ("locale", "over", "none"),
    [
        ("en-GB", "The fair is over. No reported figures of it are here to compare with.", "No reported figures of"),
        ("zh-CN", "展会已结束。此处没有该展会的公布值可供比较。", "此处没有该展会的公布值"),
    ],
)
def test_fair_without_figures_agrees_with_nothing(
    unreported: str, locale: str, over: str, none: str, open_page: OpenPage
) -> None:
    page = open_page(f"?run={unreported}", locale=locale)
    expect(page.locator("#judgement .headline")).to_have_text(over)
    expect(page.get_by_text(none)).to_have_count(2)
    page.keyboard.press("7")
    expect(page.locator("main[data-view=comparison] .headline")).to_contain_text(
        "The figures of the fair mine are not here" if locale == "en-GB" else none
    )
    expect(page.locator("[data-check]")).to_have_count(0)


def test_what_the_scenario_overrides_speaks_neither_for_the_model_nor_against_it(
    backend: Any, fair: Any, open_page: OpenPage
) -> None:
    (started, *others), *_ = fair
    run = backend.begin(scenario="overseas-40")
    backend.append(run, 0, [msgspec.structs.replace(started, scenario="overseas-40"), *others])
    page = open_page(f"?run={run}&view=comparison")
    changed = page.locator("[data-role=changed] [data-figure='negotiations.overseas_share']")
    expect(changed).to_be_visible()
    expect(page.locator("[data-role='held out'] [data-figure='negotiations.overseas_share']")).to_have_count(0)
