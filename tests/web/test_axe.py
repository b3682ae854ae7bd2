"""Everybody can read and use every view: axe-core finds nothing serious."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.web.conftest import send

AXE = Path(__file__).resolve().parents[1] / "browser/node_modules/axe-core/axe.min.js"
VIEWS = ["overview", "negotiations", "venue", "programme", "platform", "results", "comparison", "runs"]
FOUND = """async () => (await axe.run({ resultTypes: ["violations"] })).violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => [id, ...nodes.map(({ target }) => String(target))])"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_in_any_view(
    scheme: str, backend: Any, real: Any, open_page: Callable[..., Page]
) -> None:
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
    assert faults == {view: [] for view in [*VIEWS, "keys"]}


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
