"""Every view shows what the backend says, number by number, and moves while the run goes on."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.web.as_shown import in_words, numbers, percent, row_as_shown, table, told
from tests.web.conftest import Shared, send
from tests.web.languages import read_in
from tests.web.steady import eventually

from fairfacts.parts.programme import SessionCancelled, SessionRescheduled

OpenPage = Callable[..., Page]

HEADLINES = {
    "overview": [
        "negotiations.initiated",
        "negotiations.lapse_share",
        "venue.inside",
        "visits.online",
        "streams.viewers",
        "organisations.registered",
        "agreements.signed",
    ],
    "negotiations": [
        "negotiations.waiting",
        "negotiations.waited_p90_s",
        "negotiations.intents",
        "negotiations.desks_busy",
        "negotiations.desks_busy_peak",
        "negotiations.by_pair.CN.CN",
        "negotiations.by_sectors.finance.tourism",
    ],
    "venue": [
        "venue.inside",
        "venue.waiting",
        "venue.density_by_zone.comprehensive",
        "venue.entered_per_day.1",
    ],
    "programme": ["programme.live", "programme.attended", "streams.viewers_peak"],
    "platform": ["visits.online", "platform.rooms_in_use", "platform.requests_per_s", "platform.logins_refused"],
    "results": ["agreements.value_usd", "projects.published", "results.announced_by_occasion.opening"],
}


@pytest.mark.parametrize("view", HEADLINES)
def test_view_shows_what_the_backend_says_and_moves_with_the_run(
    view: str, backend: Any, real: Any, open_page: OpenPage
) -> None:
    run, head = send(backend, real[:6])
    page = open_page(f"?view={view}")
    expect(page.locator("#clock")).to_have_text(re.compile(r"Sat 5 Sep 11:5. UTC\+8"))
    before = numbers(page)
    backend.append(run, head, real[6])
    expect(page.locator("#clock")).to_have_text(re.compile(r"Sat 5 Sep 17:5. UTC\+8"))
    eventually(lambda: shows_what_is_told(page, view, backend, run))
    after = numbers(page)
    assert {path for path in before if before[path] != after.get(path)}
    backend.append(run, head + len(real[6]), [event for batch in real[7:] for event in batch])
    expect(page.locator("#feed")).to_have_text("Ended")
    eventually(lambda: shows_what_is_told(page, view, backend, run))
    assert page.evaluate("document.documentElement.scrollWidth") == 1280


def shows_what_is_told(page: Page, view: str, backend: Any, run: str) -> None:
    shown = numbers(page)
    assert [path for path in HEADLINES[view] if path not in shown] == []
    assert shown == told(backend, run, shown)


def test_comparison_shows_what_the_backend_says(shared: Shared, open_shared: OpenPage) -> None:
    run = shared.whole
    page = open_shared(run, "&view=comparison")
    expect(page.locator("#feed")).to_have_text("Ended")
    rows = shared.get(f"runs/{run}/comparison")["rows"]
    expect(page.locator("[data-figure='negotiations.initiated'] td").nth(1)).to_have_text(re.compile(r"\d"))
    assert table(page) == {row["figure"]: row_as_shown(row) for row in rows}
    counts = shared.get(f"runs/{run}/counts")["counts"]
    expect(page.locator("[data-rule] td:nth-child(2)")).to_have_text([f"{one['count']:,}" for one in counts])
    checks = shared.get(f"runs/{run}/figures/audit")["checks"]
    expect(page.locator("[data-check] b")).to_have_text([check["finding"] for check in checks])
    page.locator(".views a").first.click()
    headline = next(row for row in rows if row["figure"] == "negotiations.initiated")
    expect(page.locator("[data-toward='negotiations.initiated'] .amount")).to_have_text(
        f"{headline['simulated']:,} of {headline['reported']:,.0f}: 1% of {headline['as_reported']:,.0f} reported"
    )


def test_forecast_says_whether_we_are_on_the_way(shared: Shared, open_shared: OpenPage) -> None:
    run = shared.first(14)
    page = open_shared(run)
    rows = {row["figure"]: row for row in shared.get(f"runs/{run}/forecast")["rows"]}
    expect(page.locator("[data-toward='negotiations.initiated'] .expected")).to_be_visible()
    rounding = {row["figure"]: row["rounding"] for row in shared.get(f"runs/{run}/comparison")["rows"]}
    for figure in ("negotiations.initiated", "organisations.at_closing", "projects.published_online"):
        row = rows[figure]
        is_in = row["low"] - rounding[figure] <= row["reported"] <= row["high"] + rounding[figure]
        is_wide = row["high"] - row["low"] > 0.5 * row["reported"]
        word = "too early to say" if is_wide else "matches what was reported" if is_in else "too "
        interval = f"{in_words(row['low'], '')} to {in_words(row['high'], '')}"
        expect(page.locator(f"[data-toward='{figure}'] .expected")).to_contain_text(
            f"expected {in_words(row['expected'], '')} ({interval}): {word}"
        )


def test_what_was_given_is_never_shown_as_agreement(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.first(1), "&view=comparison")
    given = page.locator("[data-role=input] [data-figure]")
    expect(given.first).to_be_visible()
    expect(given.locator("td:nth-of-type(4)")).to_have_text(["given"] * given.count())
    expect(page.locator("[data-role=input] .strip")).to_have_count(0)
    expect(page.locator("[data-role=calibrated] .strip").first).to_be_visible()


def test_runs_are_listed_and_chosen(backend: Any, fair: Any, open_page: OpenPage) -> None:
    older, _ = send(backend, fair)
    newer, _ = send(backend, fair[:2])
    page = open_page("?view=runs")
    expect(page.locator("[data-run]")).to_have_count(2)
    expect(page.locator(f"[data-run={older}] [data-state]")).to_have_text("ended")
    expect(page.locator("[aria-current=true]")).to_have_attribute("data-run", newer)
    page.get_by_role("button", name=older).click()
    expect(page.locator("[aria-current=true]")).to_have_attribute("data-run", older)
    expect(page).to_have_url(re.compile(f"run={older}"))


def test_run_whose_player_is_gone_says_so_and_is_followed_again_when_it_is_back(
    backend: Any, fair: Any, open_page: OpenPage
) -> None:
    gone, head = send(backend, fair[:2])
    backend.append(gone, head, [], "3600")
    backend.silence(gone)
    ended, _ = send(backend, fair)
    page = open_page("?view=runs")
    state = page.locator(f"[data-run={gone}] [data-state]")
    expect(state).to_have_text(re.compile(r"^running, silent since \d+ \w+, \d\d:\d\d$"))
    expect(page.locator("[aria-current=true]")).to_have_attribute("data-run", ended)
    backend.append(gone, head, fair[2], "3600")
    expect(page.locator("[aria-current=true]")).to_have_attribute("data-run", gone)
    expect(state).to_have_text("running")
    read_in(page, "zh-CN")
    backend.silence(gone)
    expect(state).to_have_text(re.compile(r"^进行中，自\s.+\s起无消息$"))


def test_page_says_where_no_reports_are_written(backend: Any, fair: Any, open_page: OpenPage) -> None:
    run, _ = send(backend, fair)
    page = open_page("?view=runs")
    expect(page.locator("#no-reports")).to_contain_text("fair report")
    assert httpx.get(f"{backend.url}/runs/{run}/report").status_code == 501
    expect(page.locator(f"[data-run={run}] a[href$=snapshot]")).to_be_visible()
    expect(page.locator("a[href$=report]")).to_have_count(0)


def test_map_shades_the_economies_that_ask(shared: Shared, open_shared: OpenPage) -> None:
    run = shared.first(8)
    page = open_shared(run, "&view=negotiations")
    asked = shared.get(f"runs/{run}/snapshot")["measures"]["negotiations"]["by_economy"]
    expect(page.locator("[data-economy=CN]").first).to_be_visible()
    shades = dict(
        page.evaluate("[...document.querySelectorAll('[data-economy]')].map(e => [e.dataset.economy, e.style.cssText])")
    )
    assert {code for code, style in shades.items() if style != "--shade: 0;"} - {""} == set(asked) & set(shades)
    page.locator("[data-economy=CN]").first.hover()
    lapsed = shared.get(f"runs/{run}/snapshot")["measures"]["negotiations"]["lapsed_by_economy"]
    expect(page.locator(".world").first.locator("xpath=..")).to_contain_text(
        f"China: {asked['CN']:,} initiated, {lapsed['CN']:,} lapsed"
    )


def test_pairs_of_economies_are_arcs_and_rows(shared: Shared, open_shared: OpenPage) -> None:
    run = shared.first(8)
    page = open_shared(run, "&view=negotiations")
    named = shared.get(f"runs/{run}/snapshot")["measures"]["negotiations"]["by_pair"]
    pairs = {f"{one}-{other}": count for one, asked in named.items() for other, count in asked.items()}
    arcs = page.locator("[data-pair-of]")
    expect(arcs).to_have_count(len(pairs))
    drawn = page.evaluate(
        "[...document.querySelectorAll('[data-pair-of]')]"
        ".map(e => [e.dataset.pairOf, e.style.getPropertyValue('--width')])"
    )
    assert [pairs[pair] for pair, _ in drawn] == sorted(pairs.values(), reverse=True)
    assert [float(width) for _, width in drawn] == sorted((float(width) for _, width in drawn), reverse=True)
    home = page.locator("tr", has=page.locator("[data-measure='negotiations.by_pair.CN.CN']")).get_by_role("button")
    home.focus()  # whoever has no pointer finds the line from the table
    expect(page.locator("[data-pair-of='CN-CN']")).to_have_attribute("data-pointed", "")
    expect(page.get_by_text(f"China asked China: {pairs['CN-CN']:,} requests")).to_be_visible()


def test_what_is_short_is_the_first_thing_said(backend: Any, outage: Any, open_page: OpenPage) -> None:
    run, _ = send(backend, outage)
    page = open_page()
    said = backend.get(f"runs/{run}/snapshot")["measures"]
    expect(page.locator("[data-alarm]").first).to_be_visible()
    shown = {
        each.get_attribute("data-alarm"): each.get_attribute("data-state")
        for each in page.locator("[data-alarm]").all()
    }
    assert shown == {name: alarm["state"] for name, alarm in said["alarms"]["raised"].items()}
    assert shown["platform.capacity"] == "over"
    expect(page.locator("[data-alarm='platform.capacity']")).to_have_text(
        re.compile("^Alarm: the platform is down since Fri 4 Sep 20:3")
    )
    expect(page.locator(".views .alarms")).to_have_text(f"alarms: {said['alarms']['count']}")
    expect(page.locator("[data-disruption]")).to_have_count(len(said["disruptions"]["active"]))
    latest = list(said["notices"]["latest"].values())[-1]
    expect(page.locator("[data-notice]").first).to_contain_text(latest["text"])
    page.locator("[data-alarm='platform.capacity'] .alarm").click()
    expect(page.locator("main")).to_have_attribute("data-view", "platform")


def test_nothing_is_short_in_the_night(shared: Shared, open_shared: OpenPage) -> None:
    expect(open_shared(shared.first(1)).locator("#judgement [data-state=fine]")).to_have_text("Nothing is short.")


def test_programme_shows_the_sessions_of_the_day(shared: Shared, open_shared: OpenPage) -> None:
    run = shared.first(6)
    page = open_shared(run, "&view=programme")
    sessions = shared.get(f"runs/{run}/sessions?limit=500")["items"]
    expect(page.locator("[data-session]").first).to_be_visible()
    told_states = {str(session["session"]): session["state"] for session in sessions if session["day"] == 1}

    def states_are_told() -> None:
        shown = page.evaluate(
            "[...document.querySelectorAll('[data-session]')].map(e => [e.dataset.session, e.dataset.state])"
        )
        assert dict(shown) == told_states

    eventually(states_are_told)
    assert {"held", "scheduled"} <= set(told_states.values())
    streams = shared.get(f"runs/{run}/streams?state=live&sort=-viewers")["items"]
    expect(page.locator("[data-stream]")).to_have_count(len(streams))
    for stream in streams:
        expect(page.locator(f"[data-stream='{stream['stream']}'] td").first).to_have_text(f"{stream['viewers']:,}")


def test_sessions_that_were_moved_delayed_or_cancelled_are_marked(backend: Any, real: Any, open_page: OpenPage) -> None:
    run, head = send(backend, real[:5])
    at_ms = backend.get(f"runs/{run}")["at_ms"]
    to_come = [one for one in backend.get(f"runs/{run}/sessions?day=1")["items"] if one["state"] == "scheduled"]
    moved, delayed, gone = to_come[-3:]
    plan = {"at_ms": at_ms, "capacity": 9}
    backend.append(run, head, [
        SessionRescheduled(session=moved["session"], room="room 99", starts_ms=moved["starts_ms"],
                           ends_ms=moved["ends_ms"], **plan),
        SessionRescheduled(session=delayed["session"], room=delayed["room"], starts_ms=delayed["starts_ms"] + 900_000,
                           ends_ms=delayed["ends_ms"] + 900_000, **plan),
        SessionCancelled(at_ms=at_ms, session=gone["session"], kind=gone["kind"], was_open=False, attended=0),
    ])  # fmt: skip
    page = open_page("?view=programme")
    for one in (moved, delayed):
        shown = page.locator(f"[data-session='{one['session']}'][data-changed]")
        expect(shown).to_contain_text(f"↷ {one['title'].partition(': ')[0]}")
        expect(shown).to_contain_text(f"First planned for {one['room'] or 'Online'}, ")
    note = page.locator("[data-tile='programme.cancelled'] .about")
    expect(note).to_contain_text("2 moved or delayed")
    expect(page.locator("[data-changed]")).to_have_count(2)
    expect(page.locator(f"[data-session='{gone['session']}']")).to_have_attribute("data-state", "cancelled")
    read_in(page, "zh-CN")
    expect(note).to_contain_text("2 场改期或换场")


def test_one_negotiation_can_be_followed_and_linked_to(shared: Shared, open_shared: OpenPage) -> None:
    run = shared.first(8)
    latest = shared.get(f"runs/{run}/negotiations?sort=-requested&limit=10")["items"]
    page = open_shared(run, "&view=negotiations")
    expect(page.locator("tr[data-negotiation]")).to_have_count(10)
    shown = [row.get_attribute("data-negotiation") for row in page.locator("tr[data-negotiation]").all()]
    assert shown == [str(one["negotiation"]) for one in latest]
    signed = shared.get(f"runs/{run}/agreements?state=signed&limit=1")["items"][0]["negotiation"]
    page.goto(f"{shared.backend.url}/?run={run}&view=negotiations&pick={signed}")
    history = shared.get(f"runs/{run}/negotiations/{signed}")["item"]["history"]
    expect(page.locator("[data-step]").last).to_be_visible()
    assert [step.get_attribute("data-step") for step in page.locator("[data-step]").all()] == [
        step["type"] for step in history
    ]
    page.get_by_role("button", name="All requests").click()
    expect(page.locator("tr[data-negotiation]")).to_have_count(10)


def test_lapses_are_shown_by_economy(shared: Shared, open_shared: OpenPage) -> None:
    run = shared.whole
    page = open_shared(run, "&view=negotiations")
    lapses = shared.get(f"runs/{run}/negotiations/lapses?limit=12")["items"]
    expect(page.locator("[data-lapses]")).to_have_count(len(lapses))
    expect(page.locator("[data-lapses] .amount:not(.quiet)")).to_have_text(
        [percent(each["lapse_share"]) for each in lapses]
    )
    drawn = (
        "[...document.querySelectorAll('[data-lapses=CN] path')].flatMap(e => e.getAttribute('d').match(/M[0-9]+/g))"
    )
    lapsed = lapses[0]["lapsed_per_hour"]
    dark = [hour for hour, of in lapses[0]["answered_per_hour"].items() if 20 * lapsed.get(hour, 0) / of >= 0.5]

    def dark_hours_are_drawn() -> None:
        assert sorted(page.evaluate(drawn)) == sorted(f"M{hour}" for hour in dark)

    eventually(dark_hours_are_drawn)
