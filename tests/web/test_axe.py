"""Everybody can read and use every view: axe-core finds nothing, of whatever impact."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.web.conftest import VIEWS, Shared, send

AXE = Path(__file__).resolve().parents[1] / "browser/node_modules/axe-core/axe.min.js"
FOUND = """async () => (await axe.run({ resultTypes: ["violations"] })).violations
    .map(({ id, nodes }) => [id, ...nodes.map(({ target }) => String(target))])"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_view(scheme: str, backend: Any, real: Any, open_page: Callable[..., Page]) -> None:
    send(backend, real[:7])
    page = open_page(color_scheme=scheme)
    page.evaluate(AXE.read_text())
    faults = {}
    for key, view in enumerate(VIEWS, start=1):
        page.keyboard.press(str(key))
        expect(
            page.locator(f"main[data-view={view}] :is([data-measure], [data-figure], [data-run])").first
        ).to_be_visible()
        faults[view] = page.evaluate(FOUND)
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_be_visible()
    faults["keys"] = page.evaluate(FOUND)
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("/")
    expect(page.locator("dialog[open] input")).to_be_visible()
    faults["search"] = page.evaluate(FOUND)
    assert faults == {view: [] for view in [*VIEWS, "keys", "search"]}


@pytest.mark.parametrize(("path", "seen"), [("?run=absent", "#empty"), ("?wall", "main [data-measure]")])
def test_axe_finds_nothing_on_an_empty_desk_or_the_wall(
    path: str, seen: str, shared: Shared, open_page: Callable[..., Page]
) -> None:
    page = open_page(path, url=shared.backend.url)
    expect(page.locator(seen).first).to_be_visible()
    page.evaluate(AXE.read_text())
    assert page.evaluate(FOUND) == []


def test_axe_finds_nothing_where_a_token_is_asked_for(locked: Any, open_page: Callable[..., Page]) -> None:
    page = open_page(url=locked.url)
    expect(page.locator("input[type=password]")).to_be_visible()
    page.evaluate(AXE.read_text())
    assert page.evaluate(FOUND) == []


def test_every_view_fits_a_small_phone_and_a_wall(backend: Any, real: Any, open_page: Callable[..., Page]) -> None:
    send(backend, real[:7])
    for width in (320, 3840):
        page = open_page(viewport={"width": width, "height": 640})
        reached = {}
        for key, view in enumerate(VIEWS, start=1):
            page.keyboard.press(str(key))
            shown = page.locator(f"main[data-view={view}] :is([data-measure], [data-figure], [data-run])")
            expect(shown.first).to_be_visible()
            reached[view] = page.evaluate("document.documentElement.scrollWidth")
        assert reached == dict.fromkeys(VIEWS, width)


def test_what_is_drawn_stays_in_the_colours_of_a_system_with_high_contrast(
    shared: Shared, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"?run={shared.half}&at=2020-09-05T12:00", url=shared.backend.url, forced_colors="active")
    expect(page.locator("#feed")).to_have_attribute("data-state", "held")
    canvas, text = "rgb(255, 255, 255)", "rgb(0, 0, 0)"  # of the system that this browser plays
    for mark in (".sign", ".thumb"):
        assert page.locator(mark).evaluate("e => getComputedStyle(e).backgroundColor") == text
    assert page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor") == canvas
    assert "gradient" in page.locator(".line").first.evaluate("e => getComputedStyle(e).backgroundImage")
