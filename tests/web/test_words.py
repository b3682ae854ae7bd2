"""The page in Chinese: it translates every sentence of the backend by the key that comes with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.faircli.fair import Fair
from tests.web.browsers import ROOT
from tests.web.conftest import HOUR_MS, OF_A_RUN, SCALE, Shared
from tests.web.languages import read_in

from fairfacts.events import encode
from fairfacts.parts.disruptions import Disruption
from fairfacts.resources import shipped_names
from fairsim.fair import play
from fairsim.inputs.scenario import load_scenario

OpenPage = Callable[..., Page]

KINDS = {str(kind.__struct_config__.tag) for kind in Disruption.__subclasses__()}
SCENARIOS = {path.stem for path in (ROOT / "scenarios").glob("*.toml")}
SENTENCE = re.compile(r"(?:[A-Za-z][A-Za-z'-]*[,;:]? ){3,}[A-Za-z]+")
"""Four English words in a row are no name."""
SEEN = """() => {
    const texts = [], walker = document.createTreeWalker(document.getElementById("desk"), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) texts.push(walker.currentNode.textContent);
    return [...texts, ...[...document.querySelectorAll("[aria-label]")].map(e => e.getAttribute("aria-label"))];
}"""


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
    for view in OF_A_RUN:
        page.locator(f".views a[data-to={view}]").click()
        expect(page.locator(f"main[data-view={view}] {shown.get(view, '[data-measure]')}").first).to_be_visible()
        left[view] = english(page)
    page.keyboard.press("?")
    left["keys"] = english(page)
    page.goto(f"{url}/?run={half}&view=runs&pick={whole}")
    expect(page.locator("[data-pair]")).to_be_visible()
    page.locator("#find-parameter").fill("share")
    expect(page.locator(".parameters li")).to_have_count(12)
    left["runs"] = english(page)
    expect(page.locator("[name=kind] option")).to_have_count(len(KINDS))
    for name in ("scenario", "kind"):
        for option in page.locator(f"[name={name}] option").all():
            page.locator(f"[name={name}]").select_option(str(option.get_attribute("value")))
            left[f"{name} {option.inner_text()}"] = english(page)
    assert {view: said for view, said in left.items() if said} == {}
    assert len(left) == 9 + len({*SCENARIOS, *shipped_names()}) + len(KINDS)


def test_the_headline_of_the_comparison_says_all_of_it(night: tuple[str, str, str], open_page: OpenPage) -> None:
    url, whole, _ = night
    page = open_page(f"?run={whole}&view=comparison", url=url, locale="zh-CN")
    none, changed, without = httpx.get(f"{url}/runs/{whole}/comparison").json()["sentences"]
    assert (none["key"], changed["key"], without["key"]) == ("none", "changed_many", "left_out_scale")
    expect(page.locator(".headline")).to_have_text(
        "没有指标被留作检验，因此这里没有什么能支持模型：全部指标或为给定、或经拟合、或已更改取值。"
        f"取值与公布情况不同的指标共 {changed['places']['count']} 项；各行显示其影响。"
        f"另有 {without['places']['count']} 项未列入：参与的国家和地区数不随规模变化，因此仅在完整规模下比较。"
    )


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
    read_in(page, "en-GB")
    for notice in notices:
        expect(page.locator(f"[data-notice='{notice['notice']}']")).to_contain_text(notice["text"])


def test_what_is_english_says_so(night: tuple[str, str, str], open_page: OpenPage) -> None:
    url, whole, _ = night
    page = open_page(f"?run={whole}&view=runs", url=url, locale="zh-CN")
    page.locator("#find-parameter").fill("patience_mean_min")
    page.locator("[name='negotiations.patience_mean_min']").fill("-1")
    page.locator("#start-run").click()
    expect(page.locator(".fault [lang=en]")).to_contain_text("negotiations.patience_mean_min")


def test_words_of_a_language_are_fetched_when_somebody_reads_it(
    night: tuple[str, str, str], open_page: OpenPage
) -> None:
    url, whole, _ = night
    page = open_page(f"?run={whole}", url=url, locale="zh-CN")
    expect(page.locator("#feed")).to_have_text("已结束")
    assert fetched_languages(page) == {"zh"}
    read_in(page, "en-GB")
    expect(page.locator("#feed")).to_have_text("Ended")
    assert "en" in fetched_languages(page)


def fetched_languages(page: Page) -> set[str]:
    names = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    return {found[1] for name in names if (found := re.search(r"/assets/([a-z]{2})-[^/]*\.json$", name))}


def test_a_visit_goes_by_its_own_economy_and_a_negotiation_by_both(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.whole, "&view=platform", locale="zh-CN")
    for view, title, abroad in (("platform", "每小时开始的访问", "境外"), ("negotiations", "每小时发起的洽谈", "涉外")):
        page.locator(f".views a[data-to={view}]").click()
        chart = page.get_by_role("img", name=title)
        expect(chart).to_have_attribute("aria-label", re.compile(rf"最新：境内 \d+.*{abroad} \d+"))


def test_the_list_of_keys_names_the_space_bar(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.whole, locale="zh-CN")
    page.keyboard.press("?")
    expect(page.locator("dialog.keys kbd").nth(1)).to_have_text("空格")
