"""The page before a real backend, with real events posted over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import CDPSession, Page, WebSocketRoute, expect
from tests.web.conftest import send
from tests.web.languages import read_in
from tests.web.steady import eventually

OpenPage = Callable[..., Page]

TOKENS = ["paper", "ink", "quiet", "domestic-text", "overseas-text"]
TEXT_WIDTH = """() => {
    const range = document.createRange();
    range.selectNodeContents(document.getElementById("feed"));
    return range.getBoundingClientRect().width;
}"""
COLOUR_OF = """token => {
    const element = document.body.appendChild(document.createElement("i"));
    element.style.color = `var(--${token})`;
    return getComputedStyle(element).color;
}"""


def test_page_tells_how_to_begin_and_follows_a_new_run_by_itself(backend: Any, fair: Any, open_page: OpenPage) -> None:
    page = open_page()
    expect(page.locator("#empty code")).to_have_text("fair scenarios")  # it lists none of its own
    expect(page.locator("#feed")).to_have_text("Waiting for a run")
    send(backend, fair[:2])
    expect(page.locator("#feed")).to_have_text("Live")
    expect(page.locator("#empty")).to_be_hidden()
    expect(tile(page)).to_have_text(initiated(backend, newest(backend)))


def test_page_promises_to_follow_no_run_that_is_absent(backend: Any, fair: Any, open_page: OpenPage) -> None:
    page = open_page("?run=absent")
    expect(page.locator("#empty-title")).to_contain_text("absent")
    expect(page.locator("#empty")).not_to_contain_text("by itself")
    send(backend, fair[:2])
    page.goto(f"{backend.url}/?run=absent")
    expect(page.locator("#empty-title")).to_contain_text("absent")
    expect(page.locator("#empty")).not_to_contain_text("by itself")


def test_numbers_turn_grey_when_nothing_is_heard(backend: Any, fair: Any, open_page: OpenPage) -> None:
    run, head = send(backend, fair[:2])
    page = open_page()
    is_heard = [True]

    def between(page_side: WebSocketRoute) -> None:
        server = page_side.connect_to_server()
        server.on_message(lambda message: page_side.send(message) if is_heard[0] else None)

    page.route_web_socket("**/live", between)
    page.reload()
    expect(page.locator("#feed")).to_have_text("Live")
    fresh = colour(page)
    is_heard[0] = False
    expect(page.locator("#feed")).to_have_text(re.compile(r"No news since \d\d:\d\d:\d\d"))
    assert colour(page) != fresh
    is_heard[0] = True
    expect(page.locator("#feed")).to_have_text("Live")  # a heartbeat says that there is nothing newer
    backend.append(run, head, fair[2])
    expect(page.locator("#feed")).to_have_text("Live")
    assert colour(page) == fresh


def test_frame_does_not_have_the_whole_page_styled_anew(backend: Any, fair: Any, open_page: OpenPage) -> None:
    run, head = send(backend, fair[:2])
    page = open_page()
    expect(page.locator("#feed")).to_have_text("Live")
    page.wait_for_load_state("networkidle")  # parts of the page that are fetched when they are needed have their styles
    page.evaluate("""() => {
        window.changes = [];
        const keep = changes => window.changes.push(...changes.map(each => each.attributeName ?? each.type));
        const observer = new MutationObserver(keep);
        observer.observe(document.documentElement, { attributes: true });
        observer.observe(document.head, { childList: true, subtree: true });
    }""")
    backend.append(run, head, fair[2])
    expect(page.locator("#clock")).to_have_text(re.compile("Sat 5 Sep 17:"))
    page.evaluate("new Promise(requestAnimationFrame)")
    assert page.evaluate("window.changes") == []


def test_view_that_was_left_is_let_go(backend: Any, real: Any, open_page: OpenPage) -> None:
    send(backend, real)
    page = open_page()
    expect(page.locator("#feed")).to_have_text("Ended")
    devtools = page.context.new_cdp_session(page)
    before = nodes(page, devtools)
    for view in ("negotiations", "venue", "programme", "platform", "results", "comparison", "runs", "overview"):
        page.locator(f"nav a[data-to={view}]").click()
        expect(page.locator(f"main[data-view={view}]")).to_be_visible()
    expect(page.locator("[data-toward]").first).to_be_visible()
    assert nodes(page, devtools) < 1.5 * before


def nodes(page: Page, devtools: CDPSession) -> int:
    """How many nodes the browser keeps, in the page and out of it, once it has collected its garbage."""
    for _ in range(2):  # what scripts let go, and then what only that held
        page.evaluate("new Promise(requestAnimationFrame)")
        devtools.send("HeapProfiler.collectGarbage")
    return int(devtools.send("Memory.getDOMCounters")["nodes"])


def test_page_goes_on_after_the_backend_was_away(backend: Any, fair: Any, open_page: OpenPage) -> None:
    run, head = send(backend, fair[:2])
    page = open_page()
    expect(page.locator("#feed")).to_have_text("Live")
    before = tile(page).inner_text()
    backend.stop()
    expect(page.locator("#feed")).to_have_text(re.compile(r"Connection lost at \d\d:\d\d:\d\d"))
    assert tile(page).inner_text() == before
    backend.start()
    backend.append(run, head, fair[2])
    expect(page.locator("#feed")).to_have_text("Live")
    expect(tile(page)).to_have_text(initiated(backend, run))


def test_address_chooses_the_run(backend: Any, fair: Any, open_page: OpenPage) -> None:
    older, _ = send(backend, fair[:2])
    newer, _ = send(backend, fair[:3])
    page = open_page(f"?run={older}")
    expect(tile(page)).to_have_text(initiated(backend, older))
    page.get_by_label("Run").select_option("")
    expect(tile(page)).to_have_text(initiated(backend, newer))
    expect(page).not_to_have_url(re.compile("run="))
    page.go_back()
    expect(page.locator("#runs")).to_have_value(older)
    page.goto(f"{backend.url}/?run=nothing")
    expect(page.locator("#empty-title")).to_have_text("There is no run nothing here")


def test_page_asks_for_the_token_that_a_backend_wants(locked: Any, fair: Any, open_page: OpenPage) -> None:
    send(locked, fair[:2])
    page = open_page(url=locked.url)
    page.get_by_label("Access token").fill("of-readers")
    page.get_by_role("button", name="Sign in on this tab").click()
    expect(page.locator("#feed")).to_have_text("Live")
    expect(tile(page)).to_have_text(initiated(locked, newest(locked)))


def test_page_works_where_the_browser_keeps_nothing(backend: Any, fair: Any, open_page: OpenPage) -> None:
    send(backend, fair[:2])
    page = open_page()
    page.add_init_script("""for (const name of ["localStorage", "sessionStorage"]) {
        Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
    }""")
    page.reload()
    expect(page.locator("#feed")).to_have_text("Live")
    page.locator("#theme").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.locator("#language").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_page_says_what_is_wrong_with_a_log_that_it_cannot_read(backend: Any, fair: Any, open_page: OpenPage) -> None:
    readable, _ = send(backend, fair[:2])
    run = backend.begin()
    backend.append_unknown(run)
    page = open_page()
    expect(page.locator("#feed")).to_have_text("Not readable")
    said = page.locator("#unreadable")
    expect(said).to_contain_text(f"Run {run} cannot be read here")
    expect(said).to_contain_text(httpx.get(f"{backend.url}/runs/{run}").json()["detail"])
    page.get_by_label("Run").select_option(readable)
    expect(page.locator("#feed")).to_have_text("Live")
    expect(said).to_be_hidden()


def test_page_works_where_the_browser_names_a_language_that_is_none(
    backend: Any, fair: Any, open_page: OpenPage
) -> None:
    send(backend, fair)
    page = open_page()
    page.add_init_script("""
        Object.defineProperty(navigator, "language", { value: "en-US@posix", configurable: true });
        Object.defineProperty(navigator, "languages", { value: ["en-US@posix"] });
    """)
    page.reload()
    expect(page.locator(".plot canvas").first).to_be_visible()
    expect(tile(page)).to_have_text(initiated(backend, newest(backend)))


def test_language_changes_words_and_lang_and_is_kept(backend: Any, fair: Any, open_page: OpenPage) -> None:
    send(backend, fair)
    page = open_page()
    expect(page.locator("html")).to_have_attribute("lang", "en-GB")
    expect(page.locator("#feed")).to_have_text("Ended")
    read_in(page, "zh-CN")
    expect(page.locator("#feed")).to_have_text("已结束")
    expect(page.locator("[data-tile='negotiations.initiated'] dt")).to_have_text("发起的洽谈")
    expect(page.locator("#clock")).to_have_text(re.compile("9月10日\u00a0周四 00:00"))
    page.reload()
    expect(page.locator(".about-view")).to_have_text("展会进展")
    expect(open_page(locale="zh-CN").locator("#feed")).to_have_text("已结束")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_fits_a_phone_and_can_be_read_in_light_and_dark(
    scheme: str, backend: Any, fair: Any, open_page: OpenPage
) -> None:
    send(backend, fair)
    page = open_page(viewport={"width": 320, "height": 640}, color_scheme=scheme)
    expect(page.locator(".plot canvas").first).to_be_visible()
    expect(page.locator("[data-tile]")).to_have_count(7)

    def tiles_stand_in_two_columns() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        assert (
            len(page.evaluate("[...new Set([...document.querySelectorAll('[data-tile]')].map(e => e.offsetLeft))]"))
            == 2
        )

    def everything_can_be_read() -> None:
        paper, *inks = [page.evaluate(COLOUR_OF, token) for token in TOKENS]
        assert [ink for ink in inks if contrast(paper, ink) < 4.5] == []

    eventually(tiles_stand_in_two_columns)
    eventually(everything_can_be_read)


def newest(backend: Any) -> str:
    return str(backend.get("runs")[0]["id"])


def initiated(backend: Any, run: str) -> str:
    return f"{backend.get(f'runs/{run}/snapshot')['measures']['negotiations']['initiated']:,}"


def tile(page: Page, of: str = "negotiations.initiated") -> Any:
    return page.locator(f"[data-tile='{of}'] .value")


def colour(page: Page) -> str:
    return str(page.locator("dd.value").first.evaluate("value => getComputedStyle(value).color"))  # once it is there


def contrast(one: str, other: str) -> float:
    """The contrast of two colours by WCAG 2, from 1 to 21."""
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(channel) / 255 for channel in re.findall(r"\d+", colour)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_state_and_tools_do_not_overlap_on_a_phone(locale: str, backend: Any, fair: Any, open_page: OpenPage) -> None:
    send(backend, fair)
    page = open_page("?at=2020-09-06T11:00:00", viewport={"width": 390, "height": 800}, locale=locale)
    expect(page.locator("#feed")).to_have_attribute("data-state", "held")

    def lie_apart() -> None:
        feed, tools = (page.locator(each).bounding_box() for each in ("#feed", ".tools"))
        assert feed is not None
        assert tools is not None
        text = page.evaluate(TEXT_WIDTH)
        assert feed["x"] + text <= tools["x"] or feed["y"] + feed["height"] <= tools["y"]

    eventually(lie_apart)


def test_head_is_one_line_on_a_laptop(backend: Any, fair: Any, open_page: OpenPage) -> None:
    send(backend, fair)
    page = open_page("?at=2020-09-06T11:00:00", viewport={"width": 1280, "height": 800})
    expect(page.locator("#feed")).to_have_attribute("data-state", "held")

    def is_one_line() -> None:
        brand, tools = (page.locator(each).bounding_box() for each in (".brand", ".tools"))
        assert brand is not None
        assert tools is not None
        assert tools["y"] < brand["y"] + brand["height"]

    eventually(is_one_line)
