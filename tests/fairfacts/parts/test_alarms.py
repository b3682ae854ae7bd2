"""Alarms: raised once their rule has held for long enough, ended without flapping, and named with their place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from msgspec import structs
from tests.fairfacts.stories import GOLDEN, HOUR, MINUTE, STARTED, after, changed

from fairfacts.event import Event
from fairfacts.measures import State
from fairfacts.parts.alarms import HYSTERESIS, RULES, text_of
from fairfacts.parts.balances import BALANCES
from fairfacts.parts.fairs import NO_FAIR, Described
from fairfacts.parts.negotiations.events import (
    NegotiationArranged,
    NegotiationLapsed,
    NegotiationMissed,
    NegotiationRequested,
    NegotiationTakenUp,
)
from fairfacts.parts.organisations import OrganisationRegistered
from fairfacts.parts.platform import PlatformMetered, PlatformOpened
from fairfacts.parts.runs import RunEnded
from fairfacts.parts.venue.events import (
    CapChanged,
    LanesChanged,
    VenueClosed,
    VenueOpened,
    VisitorEntered,
    VisitorLeft,
    ZoneLaidOut,
    ZonesCounted,
)

OPENED = PlatformOpened(at_ms=0, rooms=10, viewers=100, requests_per_s=50, open_days=365)
NINE = 9 * HOUR
HALLS = VenueOpened(at_ms=NINE, cap=100, lanes=(2, 1), last_entry_ms=16 * HOUR, closes_ms=17 * HOUR)
ZONES = (
    ZoneLaidOut(at_ms=0, zone=0, kind="comprehensive", name="Comprehensive", net_m2=100),
    ZoneLaidOut(at_ms=0, zone=1, kind="special", name="Education", net_m2=10),
)


def metered(at_ms: int, share: float = 1.0, requests: int = 1) -> PlatformMetered:
    return PlatformMetered(at_ms=at_ms, requests=requests, waiting=0, capacity_share=share)


def counted(minute: int, *inside: int, waiting: tuple[int, ...] = (0, 0)) -> ZonesCounted:
    return ZonesCounted(at_ms=NINE + minute * MINUTE, inside=inside or (0, 0), waiting=waiting)


def entered(visitor: int, at_ms: int = NINE, checked_ms: int = 15_000) -> VisitorEntered:
    return VisitorEntered(
        at_ms=at_ms, visitor=visitor, organisation=3, economy="CN", gate=0, waited_ms=0, checked_ms=checked_ms
    )


def left(visitor: int, at_ms: int) -> VisitorLeft:
    return VisitorLeft(at_ms=at_ms, visitor=visitor, organisation=3, economy="CN", stayed_ms=1)


def parties(number: int, exhibitor: int = 3) -> dict[str, Any]:
    return {
        "negotiation": number,
        "organisation": 9,
        "economy": "CN",
        "exhibitor": exhibitor,
        "exhibitor_economy": "CN",
        "overseas": False,
    }


def requested(number: int, at_ms: int, exhibitor: int = 3) -> NegotiationRequested:
    return NegotiationRequested(at_ms=at_ms, **parties(number, exhibitor), visit=0, sector="finance", attempt=1)


def taken_up(number: int, at_ms: int, waited_ms: int = 0) -> NegotiationTakenUp:
    return NegotiationTakenUp(at_ms=at_ms, **parties(number), waited_ms=waited_ms)


def lapsed(number: int, at_ms: int, waited_ms: int) -> NegotiationLapsed:
    return NegotiationLapsed(at_ms=at_ms, **parties(number), waited_ms=waited_ms, retries=True)


def raised(*events: Event) -> dict[str, Any]:
    return after(STARTED, OPENED, *events).snapshot()["alarms"]["raised"]


def minutes_raised(name: str, *events: Event) -> list[int]:
    """Return the minutes since nine at whose end an alarm stands."""
    state, minutes = after(STARTED, OPENED, *ZONES, HALLS), []
    for event in events:
        state.fold([event])
        if isinstance(event, ZonesCounted) and name in state.parts.alarms.raised:
            minutes.append((event.at_ms - NINE) // MINUTE)
    return minutes


def test_an_outage_is_an_alarm_at_once_and_ends_when_it_ends():
    assert raised(metered(HOUR)) == {}
    down = raised(metered(HOUR), metered(HOUR + MINUTE, share=0.0))
    assert down == {
        "platform.capacity": {"state": "over", "value": 0.0, "limit": 1.0, "since_ms": HOUR + MINUTE},
    }
    assert raised(metered(HOUR, share=0.0), metered(HOUR + MINUTE)) == {}


def test_a_capacity_is_tight_near_its_limit_and_over_at_it():
    inside = [entered(number) for number in range(100)]
    assert raised(HALLS, *inside[:89], counted(0)) == {}
    tight = raised(HALLS, *inside[:90], counted(0))
    assert tight == {"venue.cap": {"state": "tight", "value": 90, "limit": 100, "since_ms": NINE}}
    over = raised(HALLS, *inside, counted(0))
    assert over == {"venue.cap": {"state": "over", "value": 100, "limit": 100, "since_ms": NINE}}


def test_an_alarm_that_is_raised_ends_clearly_below_its_level():
    story: list[Event] = [*(entered(number) for number in range(90)), counted(0)]
    for minute, visitor in enumerate(range(10), start=1):  # one leaves each minute: 89, 88, ... 80
        story += [left(visitor, NINE + minute * MINUTE), counted(minute)]
    ends_at = 90 - int(90 * HYSTERESIS)
    assert minutes_raised("venue.cap", *story)[-1] == ends_at == 9


def test_a_crowd_is_an_alarm_once_it_has_lasted_and_names_its_zone():
    crowd = [counted(minute, 10, 19) for minute in range(12)]
    assert minutes_raised("venue.density", *crowd) == [10, 11]
    assert minutes_raised("venue.density", *crowd[:9], counted(9, 10, 1), *crowd[10:]) == []
    alarm = raised(*ZONES, HALLS, *crowd)["venue.density"]
    assert alarm == {"state": "tight", "value": 1.9, "limit": 2.0, "since_ms": NINE, "where": "Education"}


def test_a_queue_is_an_alarm_by_the_wait_of_whoever_joins_it_and_names_its_gate():
    queue = [counted(minute, waiting=(10, 41)) for minute in range(11)]
    alarm = raised(HALLS, entered(0), *queue)["venue.queue"]
    # 41 people at 15 s each and one lane
    assert alarm == {"state": "tight", "value": 615, "limit": 1800.0, "since_ms": NINE, "where": "gate 1"}
    assert raised(HALLS, entered(0), *(counted(minute, waiting=(41, 10)) for minute in range(11))) == {}  # two lanes


def test_requests_are_held_against_those_that_the_platform_answers_in_a_second():
    assert raised(metered(HOUR, requests=2_770)) == {
        "platform.requests": {"state": "tight", "value": 46.2, "limit": 50.0, "since_ms": HOUR},
    }
    assert raised(metered(HOUR, requests=1_500, share=0.5))["platform.requests"] == {
        "state": "over",
        "value": 25.0,
        "limit": 25.0,
        "since_ms": HOUR,
    }


def test_halls_that_close_end_their_alarms():
    story = (HALLS, *(entered(number) for number in range(100)), counted(0))
    gone = [left(number, 17 * HOUR) for number in range(100)]
    assert "venue.cap" in raised(*story)
    assert raised(*story, *gone, VenueClosed(at_ms=17 * HOUR, entered=100)) == {}


def test_a_run_that_has_ended_has_no_alarm():
    assert raised(metered(HOUR, share=0.0), RunEnded(at_ms=2 * HOUR)) == {}


def fair_of_desks() -> list[Event]:
    """Ten exhibitors, whose desks are at work: four talks go on since nine."""
    register = [
        OrganisationRegistered(
            at_ms=0,
            organisation=number,
            kind="enterprise",
            economy="CN",
            economy_rank=2,
            sector="finance" if number < 5 else "tourism",
            delegates=1,
            exhibits=True,
        )
        for number in range(10)
    ]
    talks = [event for number in range(4) for event in (requested(number, NINE), taken_up(number, NINE))]
    return [*register, *talks]


def meters(first: int, last: int) -> Iterable[Event]:
    return (metered(NINE + minute * MINUTE) for minute in range(first, last + 1))


def test_waits_over_half_an_hour_are_measured():
    waiting = [requested(number, NINE + 5 * MINUTE, exhibitor=7) for number in range(4, 16)]
    story = [*fair_of_desks(), *meters(0, 4), *waiting]
    measures = after(STARTED, OPENED, *story, *meters(5, 35)).snapshot()["negotiations"]
    assert (measures["waiting"], measures["waiting_over_30min"], measures["waiting_longest_s"]) == (12, 0, 1800)
    later = after(STARTED, OPENED, *story, *meters(5, 46)).snapshot()["negotiations"]
    assert (later["waiting_over_30min"], later["waiting_longest_s"]) == (12, 2460)
    answered = [lapsed(number, NINE + 47 * MINUTE, 42 * MINUTE) for number in range(4, 16)]
    after_all = after(STARTED, OPENED, *story, *meters(5, 46), *answered).snapshot()["negotiations"]
    assert (after_all["waiting_over_30min"], after_all["waiting_longest_s"]) == (0, 0)


def arranged_talks(minutes: int, *, missed: int) -> list[Event]:
    """Four arranged talks a minute, of which some found no negotiator."""
    story: list[Event] = []
    for minute in range(minutes):
        for number in range(4 * minute + 4, 4 * minute + 8):
            at_ms, of = NINE + minute * MINUTE, parties(number)
            story.append(requested(number, at_ms))
            story.append(NegotiationArranged(at_ms=at_ms, **of, waited_ms=0, for_ms=at_ms))
            if number % 4 < missed:
                story.append(NegotiationMissed(at_ms=at_ms, **of, came=True))
            else:
                story.append(NegotiationTakenUp(at_ms=at_ms, **of, waited_ms=0, visit=number, arranged=True))
        story.append(metered(NINE + minute * MINUTE))
    return story


def test_arranged_talks_that_find_no_negotiator_raise_an_alarm_where_desks_are_at_work():
    alarm = raised(*fair_of_desks(), *arranged_talks(40, missed=3))["negotiations.waits"]
    assert (alarm["state"], alarm["value"], alarm["limit"]) == ("over", 0.75, 0.6)
    assert "negotiations.waits" not in raised(*fair_of_desks(), *arranged_talks(40, missed=1))
    assert "negotiations.waits" not in raised(*fair_of_desks(), *arranged_talks(5, missed=3))


def test_lapses_raise_an_alarm_by_their_share_of_the_latest_half_hour():
    story: list[Event] = fair_of_desks()
    number = 4
    for minute in range(40):
        at_ms = NINE + minute * MINUTE
        for turn in range(4):
            story += [requested(number, at_ms), (lapsed if turn < 3 else taken_up)(number, at_ms, 0)]
            number += 1
        story.append(metered(at_ms))
    alarm = raised(*story)["negotiations.lapses"]
    assert (alarm["state"], alarm["value"], alarm["limit"]) == ("tight", 0.75, 0.85)


def test_state_with_alarms_is_restored_as_it_was():
    state = after(STARTED, OPENED, *fair_of_desks(), *meters(0, 40), metered(10 * HOUR, share=0.5))
    restored = State.restore(state.checkpoint())
    assert restored.snapshot() == state.snapshot()
    more = [metered(10 * HOUR + MINUTE, share=0.0)]
    restored.fold(more)
    state.fold(more)
    assert restored.parts == state.parts


@pytest.mark.parametrize(
    ("name", "alarm", "text"),
    [
        ("platform.capacity", {"value": 0.0, "limit": 1.0}, "Platform is down"),
        ("platform.capacity", {"value": 0.5, "limit": 1.0}, "Platform has 50% of its capacity"),
        ("platform.rooms", {"value": 2700, "limit": 3000}, "Meeting rooms: 2,700 of 3,000 in use"),
        (
            "venue.density",
            {"value": 0.8, "limit": 1.0, "where": "Education"},
            "Education: 0.80 people per m2 of stand space, 1 is crowded",
        ),
        ("venue.queue", {"value": 3600, "limit": 1800, "where": "gate 1"}, "Gate 2: 60 min in the queue"),
        (
            "venue.lanes",
            {"value": 680, "limit": 0, "where": "gate 0"},
            "Gate 1: 680 people in the queue, and no lane is open",
        ),
        (
            "negotiations.waits",
            {"value": 0.7, "limit": 0.6},
            "70% of the arranged talks of the last 30 min found no negotiator",
        ),
        ("negotiations.lapses", {"value": 0.41, "limit": 0.5}, "41% of the requests of the last 30 min were withdrawn"),
    ],
)
def test_an_alarm_reads_as_a_sentence(name: str, alarm: dict[str, Any], text: str):
    assert text_of(name, alarm) == text


def test_an_alarm_names_a_gate_as_the_fair_does():
    """It counted gates from 0, and notices and page from 1: on the radio, that was another gate."""
    alarm = {"value": 3600, "limit": 1800, "where": "gate 1"}
    west, east = Described("west", {"en": "West gate"}), Described("east", {"en": "East gate"})
    assert text_of("venue.queue", alarm, (west, east)) == "East gate: 60 min in the queue"


def queueing(minutes: int, *, leaving: int, people: int = 60, inside: int = 100) -> list[Event]:
    """Return minutes of halls with people inside, of whom so many leave in each minute and are replaced."""
    log: list[Event] = [entered(number) for number in range(inside)]
    for minute in range(minutes):
        for turn in range(leaving):
            at_ms = NINE + minute * MINUTE
            log += [left(turn, at_ms), entered(turn, at_ms)]
        log.append(counted(minute, waiting=(people, 0)))
    return log


def test_a_queue_before_full_halls_waits_for_those_who_leave():
    """It was held to wait for the lanes alone: minutes instead of hours."""
    wait = raised(HALLS, *queueing(12, leaving=1))["venue.queue"]
    assert (wait["state"], wait["value"], wait["where"]) == ("over", 3600, "gate 0")  # 60 people, one a minute
    assert raised(HALLS, *queueing(12, leaving=30)).get("venue.queue") is None
    assert raised(HALLS, *queueing(12, leaving=1, inside=90)).get("venue.queue") is None  # there is room


def test_a_queue_before_halls_with_more_inside_than_may_be_waits_for_these_as_well():
    full = CapChanged(at_ms=NINE, cap=70)
    wait = raised(HALLS, full, *queueing(12, leaving=1))["venue.queue"]
    assert (wait["state"], wait["value"]) == ("over", 5400)


def test_people_who_wait_where_no_lane_is_open_are_an_alarm_at_once():
    closed = LanesChanged(at_ms=NINE, gate=0, lanes=0)
    alarms = raised(HALLS, entered(0), closed, counted(0, waiting=(7, 0)))
    assert alarms == {
        "venue.lanes": {"state": "over", "value": 7, "limit": 0.0, "since_ms": NINE, "where": "gate 0"},
    }
    assert raised(HALLS, entered(0), closed, counted(0, waiting=(0, 7))) == {}


def test_every_rule_has_a_sentence_of_its_own():
    alarm = {"value": 1.0, "limit": 1.0, "where": "here"}
    assert [rule.name for rule in RULES if text_of(rule.name, alarm).startswith(rule.name)] == []


def test_fair_that_is_out_of_balance_raises_an_alarm():
    gone = left(0, HOUR)
    assert after(STARTED, gone).snapshot()["alarms"]["out_of_balance"] == {
        "venue.inside is not negative": 1,
        "venue.inside is none while the halls are closed": 1,
    }
    assert changed("alarms", taken_up(0, HOUR))["out_of_balance"] == {"negotiations.waiting is not negative": 1}
    assert set(BALANCES) > {"venue.inside is not negative"}


def test_a_log_of_others_that_says_no_hours_has_people_inside_without_an_alarm():
    began, came = structs.replace(STARTED, fair=NO_FAIR), entered(0, HOUR)
    assert after(began, came).snapshot()["alarms"]["out_of_balance"] == {}
    assert after(STARTED, came).snapshot()["alarms"]["count"] == 1


def test_story_of_one_event_of_each_type_is_in_balance_where_it_is_lawful():
    assert set(after(*GOLDEN[:12]).snapshot()["alarms"]["out_of_balance"]) == set()


def test_values_and_limits_of_an_alarm_have_four_decimals():
    short = raised(metered(HOUR, share=0.1234567, requests=367))
    shown = {name: (alarm["value"], alarm["limit"]) for name, alarm in short.items()}
    assert shown == {"platform.capacity": (0.1235, 1.0), "platform.requests": (6.1, 6.1728)}


@pytest.mark.parametrize(("waiting", "state"), [(39, None), (40, "tight"), (119, "tight"), (120, "over")])
def test_a_queue_is_long_from_ten_minutes_on_and_too_long_from_half_an_hour(waiting: int, state: str | None):
    queue = [counted(minute, waiting=(0, waiting)) for minute in range(11)]  # of 15 s each, at one lane
    assert raised(HALLS, entered(0), *queue).get("venue.queue", {}).get("state") == state
