"""The time bar: any instant of the run can be shown, linked to, and played on from."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Page, Route, expect
from tests.web.as_shown import numbers, shown_of
from tests.web.conftest import HOUR_MS, Shared, send
from tests.web.steady import eventually
from tests.web.test_views import HEADLINES

from fairfacts.parts.fairs import NO_FAIR

OpenPage = Callable[..., Page]
NOON = "2020-09-06T12:00:00"
NOON_MS = 60 * HOUR_MS
MINUTES = ("50", "00", "10", "20", "30", "40")


def test_every_view_shows_the_instant_in_its_address(shared: Shared, open_shared: OpenPage) -> None:
    run = shared.whole
    past = shared.get(f"runs/{run}/snapshot?at={NOON_MS}")["measures"]
    page = open_shared(run, f"&at={NOON}")
    expect(page.locator("#feed")).to_have_text("Paused at this moment")
    expect(page.locator("#clock")).to_have_text("Sun 6 Sep 12:00 UTC+8")
    for view in HEADLINES:
        page.locator(f".views a[data-to={view}]").click()
        expect(page.locator("main")).to_have_attribute("data-view", view)
        seen = numbers(page)
        assert seen == {path: shown_of(past, path) for path in seen}
    page.locator("#live").click()
    expect(page.locator("#feed")).to_have_text("Ended")
    seen, now = numbers(page), shared.get(f"runs/{run}/snapshot")["measures"]
    assert seen == {path: shown_of(now, path) for path in seen}


def test_waits_of_nobody_are_no_waits_of_nothing(shared: Shared, open_shared: OpenPage) -> None:
    past = shared.get(f"runs/{shared.whole}/snapshot?at=600000")["measures"]
    page = open_shared(shared.whole, "&at=2020-09-04T00:10")
    expect(page.locator("#feed")).to_have_text("Paused at this moment")
    shown = {}
    for view in HEADLINES:
        page.locator(f".views a[data-to={view}]").click()
        expect(page.locator("main")).to_have_attribute("data-view", view)
        shown |= numbers(page)
    assert shown == {path: shown_of(past, path) for path in shown}
    assert {path for path, text in shown.items() if text == "–"} >= {
        "venue.waited_p90_s",
        "venue.stayed_mean_s",
        "negotiations.waited_p90_s",
        "agreements.value_mean_usd",
        "agreements.waited_on_site_p90_h",
    }


def test_counts_by_other_rules_are_shown_at_the_end_alone(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.whole, "&view=comparison")
    expect(page.locator("[data-rule]").first).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#feed")).to_have_text("Paused at this moment")
    expect(page.locator("[data-rule]")).to_have_count(0)


def test_the_line_of_a_gauge_is_its_course_over_the_day(shared: Shared, open_shared: OpenPage) -> None:
    run = shared.whole
    page = open_shared(run, f"&view=platform&at={NOON}")
    course = shared.get(f"runs/{run}/course?at={NOON_MS}")
    online = dict(zip(course["minutes"], course["gauges"]["visits.online"], strict=True))
    midnight, noon = 2 * 24 * 60, NOON_MS // 60_000
    tens: dict[int, int] = {}  # the largest of ten minutes: a peak of five is a peak
    for minute in online:
        if midnight <= minute <= noon:
            tens[minute // 10] = max(tens.get(minute // 10, 0), online[minute])
    assert len(tens) > 40  # the day was not seen by this page, and is there all the same
    spark = "document.querySelector('[data-tile=\"visits.online\"] .spark path')"
    path = page.locator("[data-tile='visits.online'] .spark path")
    expect(path).to_have_attribute("d", re.compile(rf"^[^L]+(L[^L]+){{{len(tens) - 1}}}$"))
    height, most = 24, max(tens.values())

    def line_is_the_course() -> None:
        heights = f"{spark}.getAttribute('d').slice(1).split('L').map(point => Number(point.split(',')[1]))"
        course = [height * (1 - 0.92 * value / most) for value in tens.values()]
        assert page.evaluate(heights) == pytest.approx(course, abs=0.1)

    eventually(line_is_the_course)


def test_a_speed_beyond_the_backend_s_is_played_at_its_fastest(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.whole, f"&at={NOON}&speed=1e9")
    expect(page.locator("#feed")).to_have_text("Paused at this moment")  # it has come to the end
    expect(page.locator("#clock")).to_contain_text("Thu 10 Sep 00:00")


def test_an_answer_that_is_on_its_way_is_not_asked_for_again(shared: Shared, open_shared: OpenPage) -> None:
    page, held = open_shared(shared.whole, f"&at={NOON}"), list[Route]()
    expect(page.locator("#feed")).to_have_text("Paused at this moment")
    page.route("**/negotiations/lapses**", lambda route: held.append(route))
    with page.expect_request("**/negotiations/lapses**"):
        page.locator(".views a[data-to=negotiations]").click()
    with page.expect_response("**/runs"):  # every two seconds, and with it the answers are refreshed
        pass
    page.evaluate("new Promise(requestAnimationFrame)")
    assert len(held) == 1
    with page.expect_response("**/negotiations/lapses**"):
        held[0].continue_()


@pytest.mark.parametrize(
    ("view", "title", "gauges"),
    [
        ("venue", "People who queue at the gates", {"venue.waiting": "In a queue"}),
        (
            "negotiations",
            "Negotiations in talk and waiting",
            {"negotiations.waiting": "Waiting", "negotiations.talking": "In talk"},
        ),
        ("negotiations", "Desks busy", {"negotiations.desks_busy": "Desks busy"}),
    ],
)
def test_charts_of_gauges_reach_to_the_instant(
    view: str, title: str, gauges: dict[str, str], shared: Shared, open_shared: OpenPage
) -> None:
    run = shared.whole
    past = shared.get(f"runs/{run}/snapshot?at={NOON_MS}")["measures"]
    latest = ", ".join(f"{name} {shown_of(past, path)}" for path, name in gauges.items())
    page = open_shared(run, f"&view={view}&at={NOON}")
    chart = page.get_by_role("img", name=f"{title}. Latest: {latest}.")
    expect(chart).to_have_count(1)


def test_the_forecast_is_that_of_the_instant(shared: Shared, open_shared: OpenPage) -> None:
    run = shared.whole
    page = open_shared(run, "&view=runs")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/forecast" in request.url else None)
    page.goto(f"{shared.backend.url}/?run={run}&at={NOON}")
    rows = {row["figure"]: row for row in shared.get(f"runs/{run}/forecast?at={NOON_MS}")["rows"]}
    figure = "negotiations.initiated"
    assert rows[figure]["low"] < rows[figure]["high"]  # at the end it would be what came
    expect(page.locator(f"[data-toward='{figure}'] .expected")).to_contain_text(f"{round(rows[figure]['expected']):,}")
    assert {url.partition("?")[2] for url in asked} == {f"at={NOON_MS}"}


def test_the_programme_is_that_of_the_instant(shared: Shared, open_shared: OpenPage) -> None:
    run = shared.whole
    page = open_shared(run, f"&view=programme&at={NOON}")
    past = shared.get(f"runs/{run}/sessions?limit=500&at={NOON_MS}")["items"]
    states = {str(session["session"]): session["state"] for session in past if session["day"] == 2}
    expect(page.locator("[data-session][data-state=live]")).to_have_count(list(states.values()).count("live"))
    shown = "[...document.querySelectorAll('[data-session]')].map(e => [e.dataset.session, e.dataset.state])"

    def states_are_those_of_the_instant() -> None:
        assert dict(page.evaluate(shown)) == states

    eventually(states_are_those_of_the_instant)


def test_time_goes_by_keys_and_by_the_pointer(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.whole, f"&at={NOON}")
    clock = page.locator("#clock")
    expect(clock).to_have_text(re.compile(r"Sun 6 Sep 1[12]:.. UTC\+8"))
    page.keyboard.press("ArrowLeft")
    expect(clock).to_have_text(re.compile(r"Sun 6 Sep 11:[45]. UTC\+8"))
    expect(page).to_have_url(re.compile("at=2020-09-06T11:5"))
    page.locator("#time").focus()
    page.keyboard.press("PageDown")
    expect(page).to_have_url(re.compile("at=2020-09-06T07:5"))
    box = page.locator("#time").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 4, box["y"] + 20)
    expect(clock).to_have_text(re.compile(r"Sat 5 Sep 1[12]:.. UTC\+8"))
    expect(page.locator("#time")).to_have_attribute("aria-valuetext", re.compile("Sat 5 Sep 1[12]:.."))
    page.keyboard.press("l")
    expect(page.locator("#feed")).to_have_text("Ended")
    expect(page).not_to_have_url(re.compile("at="))
    page.go_back()
    expect(page.locator("#feed")).to_have_text("Paused at this moment")


def test_the_page_plays_on_from_an_instant(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.whole, f"&at={NOON}")
    expect(page.locator("#feed")).to_have_text("Paused at this moment")
    page.locator("#speed").select_option("3600")
    expect(page.locator("#feed")).to_have_text("Playing at 3,600×")
    expect(page.locator("#clock")).to_have_text(re.compile(r"Sun 6 Sep (1[3-9]|2.):.. UTC\+8"))
    page.keyboard.press("Space")
    expect(page.locator("#feed")).to_have_text("Paused at this moment")
    expect(page).to_have_url(re.compile("at=2020-09-06T(1[3-9]|2)"))


def test_playing_ends_where_the_run_does(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.whole, "&at=2020-09-09T20:00:00")
    expect(page.locator("#feed")).to_have_text("Paused at this moment")
    page.locator("#speed").select_option("21600")
    expect(page.locator("#clock")).to_have_text("Thu 10 Sep 00:00 UTC+8")
    expect(page.locator("#feed")).to_have_text("Paused at this moment")
    expect(page).to_have_url(re.compile("at=2020-09-10T00:00:00"))


def test_a_moment_is_found_though_its_frame_comes_before_the_pause_is_answered(
    shared: Shared, open_shared: OpenPage
) -> None:
    page = open_shared(shared.whole, f"&at={NOON}")
    expect(page.locator("#feed")).to_have_text("Paused at this moment")
    page.evaluate("""() => {
        const send = WebSocket.prototype.send
        WebSocket.prototype.send = function (text) {
            if (text.includes('"pause"')) return void (window.release = () => send.call(this, text))
            send.call(this, text)
            window.drawn ||= window.release && text.includes('"ack"')
        }
    }""")
    page.keyboard.press("ArrowLeft")

    def frame_is_drawn() -> None:
        assert page.evaluate("window.drawn")

    eventually(frame_is_drawn)
    page.evaluate("window.release()")
    expect(page.locator("#feed")).to_have_text("Paused at this moment")


def test_the_page_goes_on_looking_back_after_the_backend_was_away(backend: Any, real: Any, open_page: OpenPage) -> None:
    send(backend, real)
    page = open_page(f"?at={NOON}")
    expect(page.locator("#feed")).to_have_text("Paused at this moment")
    backend.stop()
    expect(page.locator("#feed")).to_have_text(re.compile("Connection lost at"))
    expect(page.locator("body:not([data-old])")).to_have_count(1)  # what was found stays true
    page.keyboard.press("ArrowLeft")
    expect(page.locator("body[data-old]")).to_have_count(1)  # the numbers are not those of the moment in the address
    expect(page.locator("#feed")).to_have_text(re.compile("Connection lost at"))
    backend.start()
    expect(page.locator("#clock")).to_have_text("Sun 6 Sep 11:50 UTC+8")
    expect(page.locator("#feed")).to_have_text("Paused at this moment")


def test_a_run_goes_on_while_the_page_looks_back(backend: Any, real: Any, open_page: OpenPage) -> None:
    run, head = send(backend, real[:13])
    page = open_page(f"?at={NOON}")
    expect(page.locator("#clock")).to_have_text(re.compile(r"Sun 6 Sep 1[12]:.. UTC\+8"))
    reached = page.locator("#time")
    before = int(reached.get_attribute("aria-valuemax") or 0)
    backend.append(run, head, real[13])
    expect(reached).not_to_have_attribute("aria-valuemax", str(before))
    expect(page.locator("#clock")).to_have_text(re.compile(r"Sun 6 Sep 1[12]:.. UTC\+8"))
    page.keyboard.press("l")
    expect(page.locator("#clock")).to_have_text(re.compile(r"Mon 7 Sep 11:5. UTC\+8"))


def test_keys_pause_and_play_lead_through_the_hour_that_clocks_show_twice(
    backend: Any, fair: Any, open_page: OpenPage
) -> None:
    (started, *before), *days = fair
    berlin = msgspec.structs.replace(NO_FAIR, time_zone="Europe/Berlin")
    autumn = msgspec.structs.replace(started, epoch="2027-10-30T00:00:00+02:00", fair=berlin)
    run, _ = send(backend, [[autumn, *before], *days])
    page = open_page(f"?run={run}&at=2027-10-31T02:40")
    clock, shown = page.locator("#clock"), []
    expect(clock).to_have_text("Sun 31 Oct 02:40 UTC+2")
    for _ in range(6):
        latest = clock.inner_text()
        page.keyboard.press("ArrowRight")
        expect(clock).not_to_have_text(latest)
        shown.append(clock.inner_text().removeprefix("Sun 31 Oct "))
    assert shown == [f"02:{minute} UTC+{ahead}" for minute, ahead in zip(MINUTES, (2, 1, 1, 1, 1, 1), strict=True)]
    expect(page).to_have_url(re.compile(re.escape("at=2027-10-31T02:40:00%2B01:00")))
    page.locator("#speed").select_option("60")
    expect(page.locator("#feed")).to_have_text("Playing at 60×")
    page.keyboard.press("Space")
    expect(page.locator("#feed")).to_have_text("Paused at this moment")
    expect(clock).to_have_text(re.compile("02:4. UTC.1"))
    page.goto(f"{backend.url}/?run={run}&at=2027-10-31T02:30%2B01:00")
    expect(clock).to_have_text("Sun 31 Oct 02:30 UTC+1")
