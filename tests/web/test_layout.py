"""What is written has room: on axes, phones, narrow views and paper."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.web.conftest import HOUR_MS, Shared, send
from tests.web.steady import eventually

from fairfacts.parts.platform import PlatformMetered

OpenPage = Callable[..., Page]

WRITTEN = """() => {
    window.cut = [];
    const fill = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {
        const { e, a } = this.getTransform(), width = this.measureText(text).width * a;
        const left = e + x * a - (this.textAlign === "right" ? width : this.textAlign === "center" ? width / 2 : 0);
        if (left < 0) window.cut.push([text, left]);
        return fill.call(this, text, x, y, ...rest);
    };
}"""


def test_no_label_of_an_axis_is_cut(backend: Any, real: Any, open_page: OpenPage) -> None:
    run, head = send(backend, real[:3])
    metered = [
        PlatformMetered(at_ms=18 * HOUR_MS + minute * 60_000, requests=12_500, waiting=0, capacity_share=1.0)
        for minute in range(60)
    ]
    backend.append(run, head, metered)
    page = open_page()
    page.add_init_script(f"({WRITTEN})()")
    page.goto(f"{backend.url}/?view=platform")
    expect(page.locator(".plot canvas").nth(3)).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("Requests .*737,500"))).to_be_visible()
    assert page.evaluate("window.cut") == []


def test_paper_names_the_run_and_nothing_overlaps(shared: Shared, open_shared: OpenPage) -> None:
    run = shared.half
    page = open_shared(run)
    expect(page.locator(".plot canvas").first).to_be_visible()
    expect(page.locator("[data-usual]").first).to_be_visible()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})  # A4 at 96 dpi
    expect(page.locator(".printed")).to_have_text(f"CIFTIS 2020, seed 7, scale 0.01 ({run}) · Overview")
    canvas = "document.querySelector('.plot canvas')"
    boxes = "...document.querySelectorAll('.chart, .part')"

    def nothing_overlaps() -> None:
        drawn, *parts = page.evaluate(f"[{canvas}, {boxes}].map(e => e.getBoundingClientRect().toJSON())")
        assert parts[0]["bottom"] >= drawn["bottom"]
        for one, other in itertools.pairwise(parts):
            assert one["bottom"] <= other["top"] + 1 or one["right"] <= other["left"] + 1

    eventually(nothing_overlaps)


@pytest.mark.parametrize("view", ["overview", "runs"])
def test_chosen_view_is_in_sight_on_a_phone(view: str, shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.first(7), f"&view={view}", viewport={"width": 390, "height": 800})

    def is_in_sight() -> None:
        box = page.locator(".views [aria-current]").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390

    eventually(is_in_sight)


def test_long_names_wrap_in_the_list_of_runs(backend: Any, real: Any, open_page: OpenPage) -> None:
    backend.begin(scenario="a-scenario-whose-name-has-as-many-letters-as-the-backend-takes1")
    page = open_page("?view=runs", viewport={"width": 1280, "height": 900})
    expect(page.locator("[data-run]")).to_have_count(1)
    assert page.evaluate(
        "document.querySelector('.scrolls').scrollWidth <= document.querySelector('.scrolls').clientWidth"
    )


@pytest.mark.parametrize("width", [360, 640])
def test_a_run_has_a_readable_name_in_a_narrow_view(width: int, shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.whole, "&view=runs", viewport={"width": width, "height": 800})
    name = page.locator(f"[data-run={shared.whole}] th button")
    expect(name).to_be_visible()
    box = name.bounding_box()
    assert box is not None
    assert box["height"] < box["width"]  # it was a letter a line


@pytest.mark.parametrize("width", [360, 1280])
def test_figures_have_readable_names_in_chinese_too(width: int, shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.half, locale="zh-CN", viewport={"width": width, "height": 900})
    expect(page.locator(".toward .expected").first).to_be_visible()
    page.locator(".toward").evaluate("e => { e.style.letterSpacing = '0.4em'; }")  # signs as wide as in a Chinese font
    boxes = [name.bounding_box() for name in page.locator(".toward .name").all()]
    # they were a sign a line, of 14 by 164 px
    assert [box for box in boxes if box is None or box["width"] < box["height"]] == []


def test_a_name_of_a_figure_takes_what_its_amount_leaves(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.half, viewport={"width": 1440, "height": 900})
    expect(page.locator(".toward .expected").first).to_be_visible()
    spare = page.locator(".toward .amount").evaluate_all(
        """amounts => amounts.map(amount => {
            const words = document.createRange();
            words.selectNodeContents(amount);
            return amount.getBoundingClientRect().width - words.getBoundingClientRect().width;
        })"""
    )
    assert [round(width) for width in spare] == [0] * len(spare)  # long names took four lines beside an empty half


def test_charts_keep_their_shape_on_paper(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.half)
    expect(page.locator(".plot canvas").first).to_be_visible()
    shape = "e => { const { width, height } = e.getBoundingClientRect(); return width / height; }"
    before = page.locator(".plot canvas").first.evaluate(shape)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})

    def is_as_on_the_screen() -> None:
        drawn = page.locator(".plot canvas").first
        assert drawn.evaluate(shape) == pytest.approx(drawn.evaluate("e => e.width / e.height"), rel=0.02)

    assert before > 1
    eventually(is_as_on_the_screen)


HEADS = """words => {
    const head = document.querySelector(".head"), { clientHeight } = head, select = document.querySelector("#runs");
    const seen = { wrapped: [], cut: [], outside: [] };
    const look = (name) => {
        const edge = (e) => document.querySelector(e).getBoundingClientRect();
        const given = edge("#runs").width, free = edge(".clock").left - edge("#runs").right - 24;
        const whole = select.cloneNode(true);
        whole.style.maxWidth = "28rem";
        document.body.append(whole);
        const wanted = whole.getBoundingClientRect().width;
        whole.remove();
        if (head.clientHeight > clientHeight) seen.wrapped.push(name);
        if (given < wanted - 1 && free > 1) seen.cut.push([name, given, wanted, free]);
        if (edge(".tools").right > innerWidth || given < 160) seen.outside.push([name, given]);
    };
    look("as opened");
    for (const [name, text] of words) {
        const shown = document.querySelector(name.startsWith("feed_") ? "#feed" : "#phase"), before = shown.textContent;
        shown.textContent = text;
        look(name);
        shown.textContent = before;
    }
    return seen;
}"""
"""Puts each word of a state into the head, and returns in which of them it wraps, cuts the runs with room beside them,
or leaves them hardly any."""
WORDS = Path(__file__).resolve().parents[2] / "platform/web/src/text/words"


@pytest.mark.parametrize(("locale", "language"), [("en-GB", "en"), ("zh-CN", "zh")])
@pytest.mark.parametrize("width", [1280, 1440])
def test_the_name_of_a_run_has_the_room_that_the_head_has_in_every_state(
    width: int, locale: str, language: str, shared: Shared, open_shared: OpenPage
) -> None:
    page = open_shared(shared.half, locale=locale, viewport={"width": width, "height": 900})
    expect(page.locator("#day")).to_be_visible()
    words = json.loads((WORDS / f"{language}.json").read_text())["page"]
    states = [
        (name, text.format(time="22:22:22", speed="600×"))
        for name, text in words.items()
        if name.startswith(("feed_", "phase_")) or name in ("venue_open", "venue_leaving", "venue_closed")
    ]
    assert len(states) > 15
    brand, tools = (page.locator(each).bounding_box() for each in (".brand", ".tools"))
    assert brand is not None
    assert tools is not None
    assert tools["y"] < brand["y"] + brand["height"]
    assert page.evaluate(HEADS, states) == {"wrapped": [], "cut": [], "outside": []}
