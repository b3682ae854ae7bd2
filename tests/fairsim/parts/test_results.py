"""Results that were arranged in advance, and the release hall: whole logs of small stories."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.fairsim.stage import BANK, DAY, HOUR, LAB, MINUTE, Stage

from fairfacts.event import Event
from fairfacts.parts.results import ReleasePublished, ReportReleased, ResultAnnounced, ResultSigned
from fairsim.parts.results import apportion

NONE: dict[str, Any] = {"organisations_releasing": 0, "reports": 0}
OCCASIONS: dict[str, dict[str, int]] = {
    "opening": {"count": 0},
    "henan": {"count": 0, "value": 0, "on_site": 0},
    "tourism": {"count": 0, "value": 0, "on_site": 0},
    "teda": {"count": 0, "on_site": 0},
}


def played(until_ms: int = 6 * DAY, agreements: dict[str, float] | None = None, **results: Any) -> list[Event]:
    """Return the log of a fair with nothing but these results, of an occasion as a dict."""
    occasions = {key: numbers | results.pop(key, {}) for key, numbers in OCCASIONS.items()}
    stage = Stage(results=NONE | occasions | results, agreements=agreements or {})
    stage.parts.results.announce_at_opening()
    for story in (stage.parts.results.release_hall(), *stage.parts.results.occasions()):
        stage.env.process(story)
    return stage.play(until_ms)


def announced(
    at_ms: int, result: int, occasion: str, sector: str, value: int, currency: str = "USD"
) -> ResultAnnounced:
    return ResultAnnounced(at_ms=at_ms, result=result, occasion=occasion, sector=sector, value=value, currency=currency)


def signed(what: ResultAnnounced, at_ms: int, place: str = "", took_ms: int = 0) -> ResultSigned:
    """Return the signature of a result that was announced: at a place for a while, or online."""
    return ResultSigned(
        at_ms=at_ms,
        result=what.result,
        occasion=what.occasion,
        sector=what.sector,
        value=what.value,
        currency=what.currency,
        mode="on_site" if place else "online",
        place=place,
        took_ms=took_ms,
    )


def host_of(kind: str, topic: str = "") -> tuple[int, int, str]:
    """Return when the session begins and ends that is the host of an occasion, and its room."""
    sessions = Stage().parts.programme.sessions
    session = next(s for s in sessions if s.kind == kind and s.seats and topic in s.title)
    return session.starts_ms, session.ends_ms, f"room {session.room + 1}"


def test_result_collected_before_the_opening_is_announced_at_once_and_signed_at_a_table():
    log = played(opening={"count": 1}, signed_on_site_share=1.0)
    result = announced(0, 0, "opening", log[0].sector, log[0].value)
    at_ms, slot_ms = log[1].at_ms, 15 * MINUTE
    assert log == [result, signed(result, at_ms, "table 1", slot_ms)]
    assert 9.5 <= (at_ms - slot_ms) % DAY / HOUR <= 16.25


def test_result_collected_before_the_opening_is_signed_online_in_office_hours():
    log = played(opening={"count": 1}, signed_on_site_share=0.0, signed_online_share=1.0)
    result = announced(0, 0, "opening", log[0].sector, log[0].value)
    assert log == [result, signed(result, 9 * HOUR + 1)]


def test_result_that_is_not_signed_stays_arranged():
    log = played(opening={"count": 2}, signed_on_site_share=0.0, signed_online_share=0.0)
    assert [(type(event), event.at_ms) for event in log] == [(ResultAnnounced, 0)] * 2


def test_results_are_worth_their_mean_times_the_factor_of_their_sector():
    # construction 2.5, education 0.4: the sectors' factors
    log = played(opening={"count": 200}, signed_online_share=0.0)
    values = {event.sector: event.value for event in log}
    assert (values["construction"], values["education"]) == (2_500_000, 400_000)


def test_delegation_announces_in_its_session_and_signs_some_at_its_end_and_others_online():
    log = played(henan={"count": 3, "value": 300, "on_site": 2}, signed_online_share=1.0)
    starts_ms, ends_ms, room = host_of("provincial")
    said = [announced(starts_ms, number, "henan", event.sector, event.value) for number, event in enumerate(log[:3])]
    assert log == [
        *said,
        signed(said[2], starts_ms + 1),
        signed(said[0], ends_ms - 20 * MINUTE, room, 10 * MINUTE),
        signed(said[1], ends_ms - 10 * MINUTE, room, 10 * MINUTE),
    ]
    assert sum(result.value for result in said) == 300


def test_results_of_a_session_that_is_cancelled_are_signed_online_instead():
    stage = Stage(results=NONE | OCCASIONS | {"henan": {"count": 3, "on_site": 2}, "signed_online_share": 1.0})
    for story in stage.parts.results.occasions():
        stage.env.process(story)
    starts_ms, ends_ms, _ = host_of("provincial")
    host = next(s.number for s in stage.parts.programme.sessions if s.kind == "provincial" and s.seats)
    stage.at(ends_ms - 15 * MINUTE, lambda: stage.parts.programme.cancel(host))
    log = [event for event in stage.play(6 * DAY) if isinstance(event, ResultSigned)]
    assert [(event.result, event.mode) for event in log] == [(2, "online"), (0, "on_site"), (1, "online")]
    assert starts_ms < log[0].at_ms < log[1].at_ms < log[2].at_ms


def test_projects_of_the_tourism_conference_are_all_signed_there_and_valued_in_yuan():
    stage = Stage(results=NONE | OCCASIONS | {"tourism": {"count": 2, "value": 1_001, "on_site": 2}})
    for story in stage.parts.results.occasions():
        stage.env.process(story)
    starts_ms, ends_ms, room = host_of("summit_forum", "tourism")
    first, second = (announced(starts_ms, of, "tourism", "tourism", 501 - of, "CNY") for of in (0, 1))
    assert stage.play(6 * DAY) == [
        first,
        second,
        signed(first, ends_ms - 20 * MINUTE, room, 10 * MINUTE),
        signed(second, ends_ms - 10 * MINUTE, room, 10 * MINUTE),
    ]


def test_strategic_agreements_have_no_value_that_was_reported():
    starts_ms, ends_ms, room = host_of("foreign_day")
    log = played(teda={"count": 1, "on_site": 1})
    result = announced(starts_ms, log[0].result, "teda", log[0].sector, 0)
    assert log == [result, signed(result, ends_ms - 15 * MINUTE, room, 15 * MINUTE)]


def test_each_organisation_releases_once_and_reports_come_out_between():
    log = played(organisations_releasing=63, reports=1)
    assert sorted((type(event).__name__, getattr(event, "organisation", -1)) for event in log) == [
        ("ReleasePublished", BANK),
        ("ReleasePublished", LAB),
        ("ReportReleased", -1),
    ]


def test_releases_stand_in_slots_over_all_days_on_site():
    log = played(reports=5)
    assert [event.at_ms for event in log] == [day * DAY + 9 * HOUR for day in range(1, 6)]


def test_larger_fair_has_several_releases_in_a_slot():
    log = played(reports=240)
    slots = [day * DAY + 9 * HOUR + slot * 20 * MINUTE for day in range(1, 6) for slot in range(24)]
    assert [event.at_ms for event in log] == [slot_ms for slot_ms in slots for _ in range(2)]


def test_without_a_day_on_site_nothing_is_released_and_results_are_signed_online():
    never = {"first_day_on_site": 2, "last_day_on_site": 1}
    log = played(opening={"count": 1}, signed_on_site_share=1.0, reports=3, agreements=never)
    assert [type(event) for event in log] == [ResultAnnounced, ResultSigned]
    assert log[1].mode == "online"


def test_releases_and_reports_are_numbered_as_they_come_out():
    log = played(organisations_releasing=2, reports=9)
    releases = [event.release for event in log if isinstance(event, ReleasePublished)]
    reports = [event.report for event in log if isinstance(event, ReportReleased)]
    assert (releases, reports) == ([0, 1], list(range(9)))


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [(100, [1.0, 1.0, 2.0], [25, 25, 50]), (10, [1.0, 1.0, 1.0], [4, 3, 3]), (0, [1.0, 2.0], [0, 0]), (7, [], [])],
)
def test_shares_of_a_total_add_up_to_it(total: int, weights: list[float], shares: list[int]):
    assert apportion(total, np.array(weights)) == shares
