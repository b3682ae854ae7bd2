"""Search leads to organisations, sessions, negotiations and zones, each with its history."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from tests.web.conftest import Shared

OpenPage = Callable[..., Page]


@pytest.fixture
def found(shared: Shared, open_shared: OpenPage) -> Callable[..., Page]:
    """Opens the page, searches for a text, and opens the result of a name."""

    def search(text: str, pick: str, **options: str) -> Page:
        page = open_shared(shared.half, **options)
        expect(page.locator("[data-toward]").first).to_be_visible()
        page.keyboard.press("/")
        page.locator("#wanted").fill(text)
        page.locator(f"[data-result='{pick}'] button").click()
        expect(page.locator("dialog")).to_have_count(0)
        return page

    return search


def test_organisation_is_found_with_its_negotiations(shared: Shared, found: Callable[..., Page]) -> None:
    run = f"runs/{shared.half}"
    busy = shared.get(f"{run}/negotiations?sort=-requested&limit=1")["items"][0]
    wanted = shared.get(f"{run}/organisations/{busy['organisation']}")["item"]
    page = found(wanted["name"].lower(), f"organisation-{wanted['organisation']}")
    expect(page.locator("main")).to_have_attribute("data-view", "negotiations")
    expect(page.locator("[data-organisation]")).to_contain_text(f"{wanted['name']}")
    expect(page.locator("[data-organisation]")).to_contain_text(f"{wanted['delegates']} delegates, registered ")
    own = shared.get(f"{run}/negotiations?organisation={wanted['organisation']}&sort=-requested&limit=10")["items"]
    expect(page.locator("tr[data-negotiation]")).to_have_count(len(own))
    shown = [row.get_attribute("data-negotiation") for row in page.locator("tr[data-negotiation]").all()]
    assert shown == [str(each["negotiation"]) for each in own]


def test_organisation_is_found_by_the_name_that_the_page_shows(shared: Shared, found: Callable[..., Page]) -> None:
    embassy = shared.get(f"runs/{shared.half}/organisations?kind=embassy&economy=DE&limit=1")["items"][0]
    number = embassy["organisation"]
    page = found(f"使馆 {number}（德国）", f"organisation-{number}", locale="zh-CN")
    expect(page.locator("[data-organisation]")).to_contain_text(f"使馆 {number}（德国）")


def test_session_is_found_or_opened_in_the_programme_with_its_history(
    shared: Shared, found: Callable[..., Page]
) -> None:
    held = shared.get(f"runs/{shared.half}/sessions?state=held&sort=-attended&limit=1")["items"][0]
    page = found(held["title"], str(held["session"]))
    expect(page.locator(f"[data-session-picked='{held['session']}'] dt")).to_have_text(
        ["Planned for", "Opened", "Closed"]
    )
    table = page.locator(".part:has([data-session-picked]) tbody td")
    assert sum(int(cell.inner_text()) for cell in table.all()) == held["attended"]
    page.get_by_role("button", name="Close").click()
    expect(page.locator("[data-session-picked]")).to_have_count(0)
    other = page.locator("[data-session]").first
    other.get_by_role("button").click()
    expect(page.locator(f"[data-session-picked='{other.get_attribute('data-session')}']")).to_be_visible()


def test_negotiation_is_found_by_its_number(shared: Shared, found: Callable[..., Page]) -> None:
    page = found("12", "12")
    history = shared.get(f"runs/{shared.half}/negotiations/12")["item"]["history"]
    expect(page.locator("[data-step]")).to_have_count(len(history))


def test_what_is_found_later_moves_nothing_that_is_about_to_be_clicked(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.half)
    expect(page.locator("[data-toward]").first).to_be_visible()
    held: list[Route] = []
    page.route("**/organisations?*", lambda route: held.append(route))
    page.keyboard.press("/")
    page.locator("#wanted").fill("e")
    there = page.locator("[data-result]")
    expect(there.first).to_be_visible()
    before, place = there.count(), there.first.bounding_box()
    while not held:
        page.wait_for_timeout(10)
    held.pop().continue_()
    expect(page.locator("[data-result^=organisation-]").first).to_be_visible()
    assert there.count() > before
    assert there.first.bounding_box() == place


def test_name_of_two_words_can_be_typed(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.half)
    expect(page.locator("[data-toward]").first).to_be_visible()
    page.keyboard.press("/")
    for key in "industry forum 4":
        page.keyboard.press(key)
        page.evaluate("new Promise(requestAnimationFrame)")  # a frame draws the field anew
    expect(page.locator("#wanted")).to_have_value("industry forum 4")


def test_no_letter_is_lost_that_follows_the_key_of_the_search_at_once(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.half)
    expect(page.locator("[data-toward]").first).to_be_visible()
    press = "document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true }))"
    assert page.evaluate(f"({press}, document.activeElement.id)") == "wanted"


def test_zone_is_found_in_the_readers_language(found: Callable[..., Page]) -> None:
    page = found("教育", "education", locale="zh-CN")
    expect(page.locator("[data-zone=education]")).to_have_attribute("data-picked", "")
    page.keyboard.press("/")
    page.locator("#wanted").fill("无此名称")
    expect(page.get_by_text("未找到。")).to_be_visible()
