"""Keys: the page is used without a mouse, and letters can be turned off."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect
from tests.web.conftest import Shared

OpenPage = Callable[..., Page]


def test_keyboard_reaches_the_view_and_letters_can_be_turned_off(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.whole)
    expect(page.locator("#feed")).to_have_text("Ended")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Skip to the view")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#view")).to_be_focused()
    page.keyboard.press("?")
    page.locator("#letters").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    page.evaluate("new Promise(requestAnimationFrame)")
    expect(page.locator("main[data-view=overview]")).to_be_visible()
    page.reload()
    page.keyboard.press("3")
    expect(page.locator("main[data-view=overview]")).to_be_visible()


def test_what_has_the_focus_is_not_behind_the_time_bar(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.whole, "&view=comparison")
    expect(page.locator("[data-figure]").first).to_be_visible()
    hidden = """() => {
        const bar = document.querySelector(".timebar"), { bottom } = document.activeElement.getBoundingClientRect();
        const isBar = document.activeElement.closest(".timebar, body > :not(#desk)");
        return isBar ? 0 : bottom - bar.getBoundingClientRect().top;
    }"""
    beyond = []
    for _ in range(60):
        page.keyboard.press("Tab")
        beyond.append(page.evaluate(hidden))
    assert max(beyond) <= 0


def test_time_that_goes_by_itself_is_not_said_all_the_while(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.whole, "&at=2020-09-06T12:00:00")
    bar, clock = page.locator("#time"), page.locator("#clock")
    expect(page.locator("#feed")).to_have_text("Paused at this moment")
    page.locator("#speed").select_option("3600")
    bar.focus()
    before = clock.inner_text()
    said = bar.get_attribute("aria-valuetext")
    expect(clock).not_to_have_text(before)
    expect(bar).to_have_attribute("aria-valuetext", str(said))
    bar.press("ArrowLeft")
    expect(page.locator("#feed")).to_have_text("Paused at this moment")
    expect(bar).to_have_attribute("aria-valuetext", clock.inner_text().removesuffix(" UTC+8"))


def test_keys_go_past_a_dialog_that_was_just_closed(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.whole)
    page.keyboard.press("?")
    expect(page.locator("dialog[open] #letters")).to_be_focused()
    # a key that arrives before the browser has moved the focus, as happens where it has much to do
    page.evaluate("""() => {
        document.querySelector("dialog").close();
        document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "/", bubbles: true }));
    }""")
    expect(page.locator("dialog[open] #wanted")).to_be_focused()


def test_list_of_keys_opens_and_closes_by_its_key_and_keeps_others_to_itself(
    shared: Shared, open_shared: OpenPage
) -> None:
    page = open_shared(shared.whole)
    page.keyboard.press("?")
    expect(page.locator("dialog[open] #letters")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("3")
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_have_count(0)
    expect(page.locator("main[data-view=overview]")).to_be_visible()
