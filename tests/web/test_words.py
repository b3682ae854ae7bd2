"""The page in Chinese: whatever the backend says in English has words of its own there, under the backend's keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.command.fair import Fair
from tests.web.conftest import HOUR_MS, ROOT, SCALE

from fairfacts.alarms import BALANCES
from fairfacts.counting import RULES
from fairfacts.disruptions import Disruption
from fairfacts.events import encode
from fairfacts.identities import IDENTITIES
from fairsim.fair import play
from fairsim.parameters import load_rows
from fairsim.scenario import load_scenario

OpenPage = Callable[..., Page]

TEXT = ROOT / "platform/web/src/text"
KINDS = {str(kind.__struct_config__.tag) for kind in Disruption.__subclasses__()}
SCENARIOS = {path.stem for path in (ROOT / "scenarios").glob("*.toml")}
TOLD = {
    "scenario": SCENARIOS,
    "question": SCENARIOS,
    "disruption": KINDS,
    "balance": set(BALANCES),
    "rule": set(RULES),
    "check": {identity.name for identity in IDENTITIES},
}
SENTENCE = re.compile(r"(?:[A-Za-z][A-Za-z'-]*[,;:]? ){3,}[A-Za-z]+")
"""Four English words in a row are no name."""
SEEN = """() => {
    const texts = [], walker = document.createTreeWalker(document.getElementById("desk"), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) texts.push(walker.currentNode.textContent);
    return [...texts, ...[...document.querySelectorAll("[aria-label]")].map(e => e.getAttribute("aria-label"))];
}"""


@pytest.mark.parametrize("about", TOLD)
def test_whatever_the_backend_says_has_its_words(about: str) -> None:
    topic = (TEXT / "said.ts").read_text().partition(f"\n  {about}: {{")[2].partition("\n  }")[0]
    assert set(keys(topic, 4)) == TOLD[about]


def test_every_parameter_has_its_words() -> None:
    assert set(keys((TEXT / "parameters.ts").read_text(), 2)) == set(load_rows())


def keys(source: str, indent: int) -> Iterator[str]:
    """The keys of an object literal of TypeScript, one a line."""
    for bare, quoted in re.findall(rf'^ {{{indent}}}(?:(\w+)|"([^"]+)"):', source, re.MULTILINE):
        yield bare or quoted


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """A backend that plays runs, with a fair whose opening night fails: as a whole, and up to the day after."""
    scenario = load_scenario("opening-night", scale=SCALE)
    slices = [encode(events) for _, events in play(scenario, seed=7, slice_ms=36 * HOUR_MS)]
    with Fair(tmp_path_factory.mktemp("night")).serving() as (url, _):
        whole, half = (_sent(url, slices[:some]) for some in (len(slices), 1))
        yield url, whole, half


def _sent(url: str, slices: list[bytes]) -> str:
    new = {"scenario": "opening-night", "seed": 7, "scale": SCALE, "version": "0.1.0"}
    run, head = str(httpx.post(f"{url}/runs", json=new).raise_for_status().json()["run"]), 0
    for content in slices:
        httpx.post(f"{url}/runs/{run}/events", params={"first": head}, content=content, timeout=60).raise_for_status()
        head += content.count(b"\n")
    return run


def english(page: Page) -> list[str]:
    """What stands on the page in English."""
    return [text for text in page.evaluate(SEEN) if SENTENCE.search(text)]


def test_no_english_sentence_is_left_in_any_view(night: tuple[str, str, str], open_page: OpenPage) -> None:
    url, whole, half = night
    page = open_page(f"?run={whole}", url=url, locale="zh-CN")
    expect(page.locator("#feed")).to_have_text("已结束")
    left: dict[str, list[str]] = {}
    shown = {"overview": "[data-notice]", "negotiations": "[data-negotiation]", "comparison": "[data-rule]"}
    for view in ("overview", "negotiations", "venue", "programme", "platform", "results", "comparison"):
        page.locator(f".views a[href$={view}]").click()
        expect(page.locator(f"main[data-view={view}] {shown.get(view, '[data-measure]')}").first).to_be_visible()
        left[view] = english(page)
    page.keyboard.press("?")
    left["keys"] = english(page)
    page.goto(f"{url}/?run={half}&view=runs&pick={whole}")
    expect(page.locator("[data-pair]")).to_be_visible()
    page.locator("#find-parameter").fill("share")
    expect(page.locator(".parameters li")).to_have_count(12)
    left["runs"] = english(page)
    for name in ("scenario", "kind"):
        for option in page.locator(f"[name={name}] option").all():
            page.locator(f"[name={name}]").select_option(str(option.get_attribute("value")))
            left[f"{name} {option.inner_text()}"] = english(page)
    assert {view: said for view, said in left.items() if said} == {}
    assert len(left) == 9 + len(SCENARIOS) + len(KINDS)


def test_notices_are_made_of_their_disruptions(night: tuple[str, str, str], open_page: OpenPage) -> None:
    url, _, half = night
    page = open_page(f"?run={half}", url=url, locale="zh-CN")
    notices = httpx.get(f"{url}/runs/{half}/notices").json()["items"]
    disruptions = httpx.get(f"{url}/runs/{half}/disruptions").json()["items"]
    outages = [one for one in notices if one["about"] == "platform_outage" and not one["over"]]
    assert len(outages) == 2  # all of the capacity, and half of it
    for outage in outages:
        what = disruptions[outage["disruption"]]["what"]
        expect(page.locator(f"[data-notice='{outage['notice']}']")).to_contain_text(
            f"平台容量为 {what['capacity_share']:.0%}，预计 {what['lasts_min']:.0f} 分钟后恢复。"
        )
    page.locator("#language").click()
    for notice in notices:
        expect(page.locator(f"[data-notice='{notice['notice']}']")).to_contain_text(notice["text"])


def test_what_is_english_says_so(night: tuple[str, str, str], open_page: OpenPage) -> None:
    url, whole, _ = night
    page = open_page(f"?run={whole}&view=runs", url=url, locale="zh-CN")
    page.locator("#find-parameter").fill("patience_mean_min")
    page.locator("[name='negotiations.patience_mean_min']").fill("-1")
    page.locator("#start-run").click()
    expect(page.locator(".fault [lang=en]")).to_contain_text("negotiations.patience_mean_min")
