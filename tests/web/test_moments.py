"""Six prepared moments: the first screen answers five questions in each, as the log does.

Is it going well? Does anybody wait too long, and where? Is a hall about to be full? Is the platform short? Are we on
the way to what was reported?
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Page, expect
from tests.web.conftest import HOUR_MS, PICTURES, SCALE, Backend, send
from tests.web.languages import read_in
from tests.web.steady import eventually

from fairfacts.event import Event
from fairfacts.parts.negotiations.events import (
    NegotiationArranged,
    NegotiationDeclined,
    NegotiationLapsed,
    NegotiationRequested,
    NegotiationTakenUp,
)
from fairfacts.parts.platform import PlatformMetered
from fairfacts.parts.venue.events import VisitorEntered, VisitorLeft
from fairsim.fair import play
from fairsim.inputs.scenario import load_scenario

OpenPage = Callable[..., Page]
MINUTE_MS = 60_000


class Moment(NamedTuple):
    """A prepared moment: what is played until when, and what the first line has to say in English and Chinese."""

    scenario: str
    scale: float
    until_h: float
    state: str
    english: str
    chinese: str


MOMENTS = {
    "noon": Moment("ciftis2020", SCALE, 60, "fine", "^Nothing is short", "^各项资源充足"),
    "night": Moment("ciftis2020", SCALE, 48, "fine", "^Nothing is short", "^各项资源充足"),
    "outage": Moment("opening-night", SCALE, 20.7, "over", "^Alarm: the platform is down", "^警报：.*平台不可用"),
    "full hall": Moment("entry-cap", SCALE, 59, "over", r"^Alarm: Halls: \d+ people of 180", "^警报：.*上限 180"),
    "overload": Moment("tenfold", 0.002, 35.5, "over", "^Alarm: Requests: .* a second of 6", "^警报：.*请求：每秒"),
    "after the end": Moment("ciftis2020", SCALE, 144, "none", "^The fair is over", "^展会已结束"),
}


class Truth(NamedTuple):
    """What the log says, counted without the measures."""

    waiting_over_30min: int
    inside: int
    capacity_share: float
    requests: int


def truth(events: Iterable[Event]) -> Truth:
    waiting: dict[int, int] = {}
    inside = requests = now_ms = 0
    share = 1.0
    for event in events:
        now_ms = event.at_ms
        match event:
            case NegotiationRequested():
                waiting[event.negotiation] = event.at_ms
                requests += 1
            case NegotiationTakenUp() | NegotiationDeclined() | NegotiationLapsed() | NegotiationArranged():
                waiting.pop(event.negotiation, None)
            case VisitorEntered():
                inside += 1
            case VisitorLeft():
                inside -= 1
            case PlatformMetered():
                share = event.capacity_share
            case _:
                pass
    minute = now_ms // MINUTE_MS
    long = sum(since_ms // MINUTE_MS < minute - 30 for since_ms in waiting.values())
    return Truth(long, inside, share, requests)


@pytest.fixture(scope="module")
def moments(tmp_path_factory: pytest.TempPathFactory) -> Iterable[tuple[Backend, dict[str, tuple[str, Truth]]]]:
    backend = Backend(tmp_path_factory.mktemp("moments") / "fair.db")
    prepared = {}
    for name, moment in MOMENTS.items():
        slices = play(load_scenario(moment.scenario, scale=moment.scale), 7, slice_ms=round(moment.until_h * HOUR_MS))
        _, events = next(iter(slices))
        events = events if moment.until_h < 144 else [*events, *(event for _, some in slices for event in some)]
        run, _ = send(backend, [events])
        prepared[name] = (run, truth(events))
    yield backend, prepared
    backend.stop()


@pytest.mark.parametrize("name", list(MOMENTS))
def test_first_screen_answers_the_five_questions(name: str, moments: Any, open_page: OpenPage) -> None:
    backend, prepared = moments
    (run, said), moment = prepared[name], MOMENTS[name]
    page = open_page(f"?run={run}", url=backend.url)
    headline = page.locator("#judgement .headline")
    # is it going well?
    expect(headline).to_have_attribute("data-state", moment.state)
    expect(headline).to_have_text(re.compile(moment.english))
    # does anybody wait too long, and where?
    waits = page.locator("#judgement [data-waits]")
    if name == "after the end":
        expect(waits).to_have_count(0)
    else:
        expect(waits).to_contain_text(f"; {said.waiting_over_30min:,} wait for over 30 minutes")
        expect(waits).to_have_text(
            re.compile("most of them in [A-Z]" if said.waiting_over_30min else r"\(usually \d+\)$")
        )
    # is a hall about to be full?
    expect(page.locator("[data-tile='venue.inside'] .value")).to_have_text(f"{said.inside:,}")
    expect(page.locator("[data-alarm='venue.cap']")).to_have_count(int(name == "full hall"))
    # is the platform short?
    short = page.locator("[data-alarm^='platform.']")
    expect(short.first if name in ("outage", "overload") else page.locator("#judgement")).to_be_visible()
    assert (said.capacity_share < 1) == (name == "outage")
    if name not in ("outage", "overload"):
        expect(short).to_have_count(0)
    # are we on the way to what was reported?
    toward = page.locator("[data-toward='negotiations.initiated']")
    expect(toward.locator("b")).to_have_text(f"{said.requests:,}")
    expect(toward.locator(".verdict" if name == "after the end" else ".expected")).to_be_visible()
    eventually(lambda: everything_lies_on_the_first_screen(page))
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")
    read_in(page, "zh-CN")
    expect(headline).to_have_text(re.compile(moment.chinese.replace(" ", r"\s")))  # a blank may forbid a break


ANSWERS = ("#judgement", "[data-tile='venue.inside']", "[data-tile='negotiations.initiated']", "[data-toward]")


def everything_lies_on_the_first_screen(page: Page) -> None:
    """The answers lie above the fold, one below the other, and none covers another."""
    boxes = [page.locator(answer).first.bounding_box() for answer in ANSWERS]
    height = page.evaluate("innerHeight")
    assert all(box is not None and box["y"] >= 0 and box["y"] + box["height"] <= height for box in boxes)
    judgement, inside, initiated, toward = (box for box in boxes if box is not None)
    assert judgement["y"] + judgement["height"] <= inside["y"]
    assert inside["y"] + inside["height"] <= toward["y"]
    assert initiated["y"] == inside["y"]


def test_judgement_says_what_is_usual_and_what_follows(moments: Any, open_page: OpenPage) -> None:
    backend, prepared = moments
    page = open_page(f"?run={prepared['noon'][0]}", url=backend.url)
    requests = backend.get(f"runs/{prepared['noon'][0]}/outlook")["counts"][0]
    expect(page.locator("[data-usual='negotiations.initiated']")).to_have_text(
        f"Negotiations initiated: {requests['came']} since 10:00, as usual at this hour ({requests['usual']})."
    )
    page.goto(f"{backend.url}/?run={prepared['outage'][0]}")
    expect(page.locator("[data-remedy]")).to_have_text(
        re.compile(r"^Bring the platform back, and tell everybody\. Announced to be over by \d\d:\d\d\.$")
    )
    page.goto(f"{backend.url}/?run={prepared['full hall'][0]}")
    expect(page.locator("[data-remedy]")).to_have_text(
        re.compile(r"^Slow the entries at the gates\. Usually eases by 1\d:\d0\.$")
    )


def test_fair_that_is_over_shows_and_plays_its_busiest_hour(moments: Any, open_page: OpenPage) -> None:
    backend, prepared = moments
    run = prepared["after the end"][0]
    per_hour = backend.get(f"runs/{run}/snapshot")["measures"]["negotiations"]["per_hour"]
    totals = Counter(per_hour["domestic"]) + Counter(per_hour["overseas"])
    ((hour, count),) = totals.most_common(1)
    page = open_page(f"?run={run}", url=backend.url)
    expect(page.locator("[data-busiest]")).to_contain_text(f": {count:,} negotiations were asked for.")
    page.get_by_role("button", name="Show it").click()
    expect(page.locator("[data-busiest]")).to_have_count(0)
    expect(page.locator("#clock")).to_contain_text(f" {(int(hour) + 1) % 24:02}:00")
    page.go_back()
    page.get_by_role("button", name="Play it").click()
    page.wait_for_url(re.compile("speed="))


def test_alarm_is_acknowledged_and_snoozed(moments: Any, open_page: OpenPage) -> None:
    backend, prepared = moments
    run = prepared["overload"][0]
    page = open_page(f"?run={run}", url=backend.url)
    rooms = page.locator("[data-alarm='platform.viewers']")
    rooms.get_by_role("button", name="Acknowledge").click()
    expect(page.locator(".attention [data-alarm='platform.viewers']")).to_contain_text("acknowledged Sat 5 Sep 1")
    matters = {each["alarm"]: each["answer"] for each in backend.get(f"runs/{run}/outlook")["matters"]}
    assert matters["platform.viewers"]["kind"] == "acknowledged"
    run = prepared["full hall"][0]
    page.goto(f"{backend.url}/?run={run}")
    page.get_by_role("button", name="Quiet for 30 min").click()
    expect(page.locator(".attention [data-alarm='venue.cap']")).to_contain_text("quiet until Sun 6 Sep 11:29")


def test_venue_says_what_is_to_be_expected_in_an_hour(moments: Any, open_page: OpenPage) -> None:
    backend, prepared = moments
    run = prepared["noon"][0]
    page = open_page(f"?run={run}&view=venue", url=backend.url)
    outlook = backend.get(f"runs/{run}/outlook")
    expect(page.locator("[data-ahead]")).to_have_count(len(outlook["zones"]) + len(outlook["gates"]) or -1)
    zone = outlook["zones"][0]
    cells = page.locator(f"[data-ahead='{zone['name']}'] td")
    written = [f"{zone[name]:.2f}" for name in ("now", "expected", "low", "high")]
    expect(cells).to_have_text([written[0], written[1], f"{written[2]} to {written[3]}"])
