"""The wall: a screen without controls that shows the views in turn, and that five metres away can be read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.web.conftest import PICTURES, Shared, send
from tests.web.steady import eventually

OpenPage = Callable[..., Page]
TURN_S = 20
WRITTEN = """() => {
    window.amounts = [];
    const fill = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
        if (/^[0-9]+$/.test(text)) window.amounts.push(text);
        return fill.call(this, text, ...rest);
    };
}"""
TURNS = ["negotiations", "venue", "programme", "platform", "results", "overview"]
SIZES = """() => [...document.querySelectorAll("#desk *")]
    .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
    .filter((e) => e.checkVisibility() && !e.closest(".unseen, [aria-hidden]"))
    .map((e) => [parseFloat(getComputedStyle(e).fontSize), e.className || e.tagName, e.textContent.slice(0, 40)])
    .sort(([one], [other]) => one - other)"""


@pytest.fixture
def wall(shared: Shared, open_shared: OpenPage) -> Page:
    page = open_shared(shared.half, "&wall", viewport={"width": 1920, "height": 1080})
    page.clock.install()
    page.reload()
    expect(page.locator("main[data-view=overview] .plot canvas").first).to_be_visible()
    expect(page.locator(".expected").first).to_be_visible()  # what comes over HTTP is there
    expect(page.locator("[data-usual]").first).to_be_visible()
    return page


def test_wall_shows_the_views_in_turn_and_can_be_read(wall: Page) -> None:
    for view in TURNS:
        eventually(lambda: can_be_read(wall))
        if PICTURES:
            wall.screenshot(path=Path(PICTURES) / f"wall before {view}.png")
        wall.clock.run_for(TURN_S * 1_000)
        expect(wall.locator(f"main[data-view={view}]")).to_be_visible()


def can_be_read(wall: Page) -> None:
    smallest = wall.evaluate(SIZES)[0]
    assert smallest[0] >= 1920 / 80, smallest  # on 1.66 m of screen 10 minutes of arc from 5 m, twice what eyes need
    root = "document.documentElement"
    assert wall.evaluate(f"[{root}.scrollWidth, {root}.scrollHeight]") == [1920, 1080]


def test_wall_has_no_controls_and_nothing_pressed_changes_it(wall: Page) -> None:
    for control in ("nav", ".tools", ".timebar", "select", ".table-of"):
        assert not any(each.is_visible() for each in wall.locator(control).all()), control
    before = (wall.url, wall.inner_text("#desk"))
    for x, y in ((100, 100), (400, 300), (960, 800), (1800, 30)):
        wall.mouse.dblclick(x, y)
    for key in ("2", "t", "c", "l", " ", "?", "ArrowLeft", "Tab", "Enter"):
        wall.keyboard.press(key)
    wall.evaluate("new Promise(requestAnimationFrame)")
    assert (wall.url, wall.inner_text("#desk")) == before


def test_wall_is_filled_whatever_its_size(wall: Page) -> None:
    for width, height in ((1920, 1080), (3840, 2160)):
        wall.set_viewport_size({"width": width, "height": height})
        expect(wall.locator(".plot canvas").first).to_be_visible()
        eventually(partial(is_filled, wall, width, height))


def is_filled(wall: Page, width: int, height: int) -> None:
    box, drawn = wall.locator(".parts").bounding_box(), wall.locator(".plot canvas").first.bounding_box()
    assert box is not None
    assert box["width"] > 0.95 * width
    assert height - (box["y"] + box["height"]) < 0.06 * height
    assert drawn is not None
    assert drawn["y"] + drawn["height"] <= height


def test_wall_with_an_alarm_shows_whole_rows_and_an_axis(backend: Any, outage: Any, open_page: OpenPage) -> None:
    send(backend, outage)
    page = open_page()
    page.add_init_script(f"({WRITTEN})()")
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.goto(f"{backend.url}/?wall")
    expect(page.locator(".headline[data-alarm]")).to_be_visible()
    expect(page.locator(".expected").first).to_be_visible()

    def rows_are_whole() -> None:
        boxes = [row.bounding_box() for row in page.locator(".toward > li").all()]
        seen = [box for box in boxes if box is not None and box["x"] < 1920]
        assert len(seen) >= 3  # the third is that of negotiations
        assert max(box["y"] + box["height"] for box in seen) <= 1080
        assert len(set(page.evaluate("window.amounts"))) >= 2

    eventually(rows_are_whole)
