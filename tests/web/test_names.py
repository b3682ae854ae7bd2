"""What stands on the page can be read by who does not know the program: names, labels and whole titles."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tests.web.conftest import Shared

OpenShared = Callable[..., Page]
CUT = """() => [...document.querySelectorAll("[data-session]")].filter(li => {
    const shown = li.querySelector(".cut");
    return shown.scrollHeight > shown.clientHeight;
}).map(li => [li.dataset.session, li.querySelector(".whole").innerText, li.querySelector("button").ariaLabel])"""
SHOWN = "e => e.clientWidth > 100 && getComputedStyle(e).clipPath === 'none'"


@pytest.mark.parametrize(
    ("moment", "phase"),
    [("2020-09-05T00:23", "Halls closed"), ("2020-09-05T12:00", "Halls open"), ("2020-09-06T04:43", "Halls closed")],
)
def test_at_night_the_halls_are_said_to_be_closed(
    moment: str, phase: str, shared: Shared, open_shared: OpenShared
) -> None:
    expect(open_shared(shared.half, f"&at={moment}").locator("#phase")).to_contain_text(phase)


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_every_value_in_the_history_of_a_negotiation_has_a_label(
    locale: str, shared: Shared, open_shared: OpenShared
) -> None:
    signed = shared.get(f"runs/{shared.half}/agreements?state=signed&limit=1")["items"][0]["negotiation"]
    page = open_shared(shared.half, f"&view=negotiations&pick={signed}", locale=locale)
    expect(page.locator("[data-step]").last).to_be_visible()
    values = [
        value for text in page.locator("[data-step] .quiet").all_inner_texts() if text for value in text.split(" · ")
    ]
    assert len(values) > 3
    assert [value for value in values if not re.fullmatch(r"[^\W\d][^·]* \S.*", value)] == []


def test_title_of_a_session_that_is_cut_can_be_read_whole(shared: Shared, open_shared: OpenShared) -> None:
    page = open_shared(shared.half, "&view=programme")
    expect(page.locator("[data-session]").first).to_be_visible()
    page.locator(".timeline").evaluate("e => Object.assign(e.style, { width: '20rem', minWidth: 0 })")
    cut = page.evaluate(CUT)
    assert cut  # bars are as long as their sessions
    titles = {
        str(one["session"]): one["title"] for one in shared.get(f"runs/{shared.half}/sessions?limit=500")["items"]
    }
    for number, told, name in cut:
        assert name in told
        assert name.partition(": ")[0] == titles[number].partition(": ")[0]
    number, told, name = cut[0]
    whole, button = (page.locator(f"[data-session='{number}'] {part}") for part in (".whole", "button"))
    assert not whole.evaluate(SHOWN)
    button.hover()
    assert whole.evaluate(SHOWN)
    page.mouse.move(0, 0)
    assert not whole.evaluate(SHOWN)
    button.focus()
    assert whole.evaluate(SHOWN)
    assert whole.evaluate("e => e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.clientHeight")
    button.click()
    title = page.locator(f".part:has([data-session-picked='{number}'])").get_by_role("heading")
    expect(title).to_have_text(name)
    assert title.evaluate("e => e.scrollWidth <= e.clientWidth")


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_economy_that_holds_a_session_is_named(locale: str, shared: Shared, open_shared: OpenShared) -> None:
    sessions = shared.get(f"runs/{shared.half}/sessions?limit=500")["items"]
    hosts = {str(one["session"]): one["about"] for one in sessions if one["kind"] == "foreign_day" and one["day"] == 2}
    assert all(re.fullmatch("[A-Z]{2}", code) for code in hosts.values())
    page = open_shared(shared.half, "&view=programme", locale=locale)
    for number, code in hosts.items():
        name = page.locator(f"[data-session='{number}'] button")
        expect(name).not_to_have_attribute("aria-label", re.compile(rf"\b{code}\b"))
        expect(name).to_have_attribute("aria-label", re.compile(r"[:：]\s*\S{2,}"))
    assert hosts
