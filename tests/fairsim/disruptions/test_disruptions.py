"""Disruptions: whole logs of small stories, what becomes of what was in progress, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fairsim.runs import log_of
from tests.fairsim.stage import BANK, DAY, HOTEL, HOUR, LAB, MINUTE, SECOND, SHIPPER, Stage, attempt

from fairfacts.errors import ScenarioError
from fairfacts.event import Event
from fairfacts.parts.disruptions import (
    DISRUPTIONS,
    AnyDisruption,
    BordersOpened,
    Demand,
    DisruptionBegun,
    DisruptionEnded,
    EntryCap,
    LanesClosed,
    PlatformOutage,
    SessionCancellation,
    SessionDelay,
    SessionMove,
    StaffCut,
    StreamFailure,
)
from fairfacts.parts.negotiations.events import (
    NegotiationEnded,
    NegotiationFailed,
    NegotiationRequested,
    NegotiationTakenUp,
)
from fairfacts.parts.notices import NoticePublished
from fairfacts.parts.programme import (
    AttendeeAdmitted,
    AttendeeTurnedAway,
    SessionCancelled,
    SessionClosed,
    SessionOpened,
    SessionRescheduled,
)
from fairfacts.parts.streams import ViewerJoined, ViewerLeft, ViewerRefused
from fairfacts.parts.venue.events import CapChanged, LanesChanged, VisitorEntered, VisitorMoved, VisitorRefused
from fairfacts.parts.visits import VisitEnded, VisitStarted
from fairsim.disruptions.disruptions import KINDS
from fairsim.inputs.plan import LOOKED_AT
from fairsim.parts.programme.sessions import Session
from fairsim.parts.venue.visitors import Visitor

TEN = 10 * HOUR
TALK = 20 * MINUTE


def disrupted(stage: Stage, at_ms: int, what: AnyDisruption) -> None:
    stage.at(at_ms, lambda: stage.disruptions.begin(what, "injected"))


def told(log: list[Event], *types: type[Event]) -> list[tuple[str, int]]:
    """Return what happened of some types, and when."""
    return [(type(event).__name__, event.at_ms) for event in log if type(event) in types]


def test_every_kind_of_the_union_is_played_by_one_class():
    played = [kind.WHAT for kind in KINDS]
    assert (set(played), len(played)) == (set(DISRUPTIONS), len(DISRUPTIONS)), "add it to KINDS of disruptions.py"


def test_a_condition_is_read_of_each_measure_that_a_scenario_may_name():
    assert tuple(Stage().disruptions.gauges) == LOOKED_AT, "add it to both: plan.py allows it, disruptions.py reads it"


def test_disruption_is_told_begins_and_ends():
    stage, what = Stage(), PlatformOutage(lasts_min=30)
    disrupted(stage, TEN, what)
    log = [event for event in stage.play(DAY) if type(event) in (DisruptionBegun, DisruptionEnded)]
    assert log == [
        DisruptionBegun(at_ms=TEN, disruption=0, cause="injected", what=what),
        DisruptionEnded(at_ms=TEN + 30 * MINUTE, disruption=0, what=what, lasted_ms=30 * MINUTE),
    ]


def test_platform_is_said_to_be_back_when_its_last_outage_is_over():
    stage = Stage()
    disrupted(stage, TEN, PlatformOutage(lasts_min=30))
    disrupted(stage, TEN + 20 * MINUTE, PlatformOutage(capacity_share=0.5, lasts_min=30))
    told_over = [event.at_ms for event in stage.play(DAY) if type(event) is NoticePublished and event.over]
    assert told_over == [TEN + 50 * MINUTE]


def test_outage_breaks_a_talk_off_and_its_requester_asks_again():
    stage = Stage(notices={"website_reach_share": 1.0})
    stage.visit(TEN - MINUTE, HOTEL, attempt(BANK, talk_ms=TALK), attempt(LAB, talk_ms=TALK))
    disrupted(stage, TEN + 5 * MINUTE, PlatformOutage(lasts_min=10))
    log = stage.play(TEN + HOUR)
    failed = next(event for event in log if type(event) is NegotiationFailed)
    assert (failed.talked_ms, failed.retries) == (5 * MINUTE, True)
    # the notice says when service is back; the wish is taken to the same exhibitor then
    taken_up = [event for event in log if type(event) is NegotiationTakenUp]
    assert [(event.exhibitor, event.negotiation) for event in taken_up] == [(BANK, 0), (BANK, 1)]
    assert taken_up[1].at_ms == TEN + 15 * MINUTE + 1
    assert [event.visit for event in taken_up] == [0, 1]


def test_wish_that_could_not_be_asked_for_too_often_is_given_up():
    stage = Stage(platform={"again_max": 2})
    stage.ask(TEN, HOTEL, attempt(BANK, talk_ms=TALK), attempt(BANK, talk_ms=TALK))
    disrupted(stage, TEN + MINUTE, PlatformOutage(lasts_min=60))
    assert told(stage.play(DAY), NegotiationRequested, NegotiationFailed) == [
        ("NegotiationRequested", TEN),
        ("NegotiationFailed", TEN + MINUTE),
    ]


def test_nobody_can_ask_for_anything_while_the_platform_is_down():
    stage = Stage(platform={"again_mean_s": 600.0})
    stage.visit(TEN - MINUTE, HOTEL, attempt(BANK, talk_ms=TALK))
    disrupted(stage, TEN - SECOND, PlatformOutage(lasts_min=30))
    # it is kept as a wish, and asked for once the delegate is back on the platform
    log = stage.play(DAY)
    assert min(event.at_ms for event in log if type(event) is NegotiationRequested) >= TEN - SECOND + 30 * MINUTE


def test_brown_out_breaks_off_the_latest_talks_first():
    stage = Stage(platform={"rooms": 4}, negotiations={"negotiators_mean": 4.0})
    for minute in range(4):
        stage.ask(TEN + minute * MINUTE, HOTEL, attempt(BANK, talk_ms=TALK))
    disrupted(stage, TEN + 5 * MINUTE, PlatformOutage(capacity_share=0.5, lasts_min=60))
    log = stage.play(DAY)
    failed = {event.negotiation for event in log if type(event) is NegotiationFailed}
    held = {event.negotiation for event in log if type(event) is NegotiationEnded}
    assert (failed, held) == ({2, 3}, {0, 1})


def test_outage_throws_viewers_off_who_try_again():
    stage = Stage(platform={"again_max": 8})
    stage.at(TEN, lambda: stage.parts.streams.start(5, 2 * HOUR))
    stage.look_in(TEN + MINUTE, HOTEL, HOUR)
    disrupted(stage, TEN + 2 * MINUTE, PlatformOutage(lasts_min=0.0001))
    log = [event for event in stage.play(TEN + 3 * MINUTE) if type(event) in (ViewerJoined, ViewerLeft, ViewerRefused)]
    assert (log[0], log[1]) == (
        ViewerJoined(at_ms=TEN + MINUTE, stream=5, viewer=0, organisation=HOTEL, economy="CN", channel="website"),
        ViewerLeft(at_ms=TEN + 2 * MINUTE, stream=5, viewer=0, watched_ms=MINUTE, reason="dropped"),
    )
    assert type(log[-1]) is ViewerJoined


def test_failing_stream_throws_its_viewers_off_who_try_again():
    stage = Stage(platform={"again_mean_s": 90.0})
    for session in (0, 1):
        stage.at(TEN, lambda session=session: stage.parts.streams.start(session, 2 * HOUR))  # type: ignore[misc]
    stage.look_in(TEN + MINUTE, HOTEL, HOUR, which=0.1)
    stage.look_in(TEN + MINUTE, SHIPPER, HOUR, which=0.9)
    disrupted(stage, TEN + 2 * MINUTE, StreamFailure(session=0, lasts_min=0.0001))
    log = [event for event in stage.play(TEN + HOUR) if type(event) in (ViewerJoined, ViewerLeft)]
    assert [(type(event), event.stream) for event in log] == [
        (ViewerJoined, 0),
        (ViewerJoined, 1),
        (ViewerLeft, 0),
        (ViewerJoined, 0),
    ]
    assert (log[2].reason, log[2].at_ms, log[2].watched_ms) == ("dropped", TEN + 2 * MINUTE, MINUTE)


def test_failing_stream_refuses_viewers_until_it_is_mended():
    stage = Stage(platform={"again_share": 0.0})
    stage.at(TEN, lambda: stage.parts.streams.start(0, 2 * HOUR))
    disrupted(stage, TEN + MINUTE, StreamFailure(session=0, lasts_min=10))
    stage.look_in(TEN + 5 * MINUTE, HOTEL, HOUR)
    stage.look_in(TEN + 15 * MINUTE, SHIPPER, HOUR)
    log = [event for event in stage.play(TEN + HOUR) if type(event) in (ViewerJoined, ViewerRefused)]
    assert log == [
        ViewerRefused(
            at_ms=TEN + 5 * MINUTE,
            stream=0,
            organisation=HOTEL,
            economy="CN",
            channel="website",
            reason="failed",
            returns=False,
        ),
        ViewerJoined(
            at_ms=TEN + 15 * MINUTE, stream=0, viewer=0, organisation=SHIPPER, economy="US", channel="website"
        ),
    ]


FORUM = Session(5, "industry_forum", "Forum", "finance", "on_site", False, 0, 2, TEN, TEN + HOUR, "")
SESSION = (SessionOpened, SessionClosed, SessionCancelled, SessionRescheduled, AttendeeAdmitted, AttendeeTurnedAway)


def forum(**changes: Any) -> Stage:
    stage = Stage(programme={"audience_per_seat": 0.5, "arrival_before_start_min": 3.0}, **changes)
    # of the real programme only this session is in the way of any other
    stage.parts.programme.sessions[:] = [
        session._replace(room=20) if session.room == 0 else session for session in stage.parts.programme.sessions
    ]
    stage.hold(FORUM)
    return stage


def test_session_that_is_cancelled_turns_away_whom_no_notice_reached():
    stage = forum()
    disrupted(stage, TEN - HOUR, SessionCancellation(session=5))
    assert told(stage.play(DAY), *SESSION) == [("SessionCancelled", TEN - HOUR), ("AttendeeTurnedAway", TEN - 180_000)]


def test_whom_the_notice_of_a_cancelled_session_reached_stays_away():
    stage = forum(notices={"website_reach_share": 1.0})
    disrupted(stage, TEN - HOUR, SessionCancellation(session=5))
    assert told(stage.play(DAY), *SESSION) == [("SessionCancelled", TEN - HOUR)]


def test_session_under_way_is_broken_off():
    stage = forum()
    disrupted(stage, TEN + MINUTE, SessionCancellation(session=5))
    log = [event for event in stage.play(DAY) if type(event) in SESSION]
    assert log[1:] == [
        SessionOpened(at_ms=TEN, session=5, kind="industry_forum"),
        SessionCancelled(at_ms=TEN + MINUTE, session=5, kind="industry_forum", was_open=True, attended=1),
    ]


def test_session_that_is_delayed_waits_for_whom_the_notice_reached():
    stage = forum(notices={"website_reach_share": 1.0})
    disrupted(stage, TEN - HOUR, SessionDelay(session=5, by_min=30))
    late = TEN + 30 * MINUTE
    assert told(stage.play(DAY), *SESSION) == [
        ("SessionRescheduled", TEN - HOUR),
        ("AttendeeAdmitted", late - 3 * MINUTE),
        ("SessionOpened", late),
        ("SessionClosed", late + HOUR),
    ]


def test_whom_no_notice_reached_comes_at_the_old_time_and_waits_for_the_doors():
    stage = forum()
    disrupted(stage, TEN - HOUR, SessionDelay(session=5, by_min=30))
    admitted = [event.at_ms for event in stage.play(DAY) if type(event) is AttendeeAdmitted]
    assert admitted == [TEN + 10 * MINUTE]  # twenty minutes before the new begin


def test_session_that_is_moved_has_the_seats_of_its_new_room():
    stage = forum()
    stage.parts.programme.sessions[:] = [
        session._replace(room=20) if session.room == 3 else session for session in stage.parts.programme.sessions
    ]
    disrupted(stage, TEN - HOUR, SessionMove(session=5, room="room 4"))
    log = [event for event in stage.play(DAY) if type(event) is SessionRescheduled]
    assert log == [
        SessionRescheduled(at_ms=TEN - HOUR, session=5, room="room 4", capacity=400, starts_ms=TEN, ends_ms=TEN + HOUR)
    ]


def test_negotiators_who_are_away_take_nothing_up():
    stage = Stage(negotiations={"negotiators_mean": 2.0})
    disrupted(stage, TEN, StaffCut(share=1.0, origin="CN", lasts_min=30))
    stage.ask(TEN + MINUTE, HOTEL, attempt(BANK))
    stage.ask(TEN + MINUTE, HOTEL, attempt(LAB))
    taken_up = [(event.exhibitor, event.at_ms) for event in stage.play(20 * HOUR) if type(event) is NegotiationTakenUp]
    assert taken_up == [(BANK, TEN + 30 * MINUTE), (LAB, 15 * HOUR)] or taken_up == [(BANK, TEN + 30 * MINUTE)]


def test_lanes_and_cap_change_while_the_halls_are_open():
    stage = Stage(venue={"domestic_share": 0.0, "overseas_share": 0.0, "gate_lanes": (4, 5)})
    stage.env.process(stage.parts.venue.day(1))
    noon = DAY + 12 * HOUR
    disrupted(stage, noon, LanesClosed(gate=1, lanes=3, lasts_min=30))
    disrupted(stage, noon, EntryCap(people=7, lasts_min=60))
    changes = [event for event in stage.play(2 * DAY) if type(event) in (LanesChanged, CapChanged)]
    assert changes == [
        LanesChanged(at_ms=noon, gate=1, lanes=2),
        CapChanged(at_ms=noon, cap=7),
        LanesChanged(at_ms=noon + 30 * MINUTE, gate=1, lanes=5),
        CapChanged(at_ms=noon + 60 * MINUTE, cap=60_000),
    ]


def changes_of_gates(*planned: tuple[int, AnyDisruption]) -> list[tuple[int, int]]:
    """Return what lanes or caps changed to, with the minute after noon."""
    stage = Stage(venue={"domestic_share": 0.0, "overseas_share": 0.0, "gate_lanes": (4, 5)})
    stage.env.process(stage.parts.venue.day(1))
    noon = DAY + 12 * HOUR
    for minute, what in planned:
        disrupted(stage, noon + minute * MINUTE, what)
    changes = [event for event in stage.play(2 * DAY) if type(event) in (LanesChanged, CapChanged)]
    return [((each.at_ms - noon) // MINUTE, getattr(each, "lanes", getattr(each, "cap", -1))) for each in changes]


def test_lanes_that_two_disruptions_close_stay_closed_until_both_are_over():
    """When the first one ended, its three lanes opened although the second closed four of the five."""
    first, second = LanesClosed(gate=1, lanes=3, lasts_min=60), LanesClosed(gate=1, lanes=4, lasts_min=120)
    assert changes_of_gates((0, first), (30, second)) == [(0, 2), (30, 0), (60, 1), (150, 5)]


def test_of_several_caps_the_strictest_holds():
    """A later and looser one overruled an order that was in effect."""
    long, low, short = EntryCap(people=7), EntryCap(people=3, lasts_min=120), EntryCap(people=7, lasts_min=30)
    assert changes_of_gates((0, long), (10, low), (20, short)) == [(0, 7), (10, 3), (130, 7)]


def test_shares_of_overseas_delegates_that_end_leave_the_latest():
    """The end of a share took back the first that was alike, and the one before it held again."""
    stage = Stage(venue={"domestic_share": 0.0, "overseas_share": 0.0, "no_show_share": 0.0})
    disrupted(stage, HOUR, BordersOpened(overseas_share=1.0))
    disrupted(stage, 2 * HOUR, BordersOpened(overseas_share=0.0))
    disrupted(stage, 3 * HOUR, BordersOpened(overseas_share=1.0, lasts_min=60))
    stage.at(DAY - 1, lambda: stage.env.process(stage.parts.venue.day(1)))
    assert [event for event in stage.play(2 * DAY) if type(event) is VisitorEntered] == []


def test_whoever_comes_to_a_gate_that_is_closed_takes_the_next():
    stage = Stage(venue={"domestic_share": 1.0, "overseas_share": 1.0, "no_show_share": 0.0, "gate_lanes": (1, 1)})
    stage.env.process(stage.parts.venue.day(1))
    disrupted(stage, DAY + HOUR, LanesClosed(gate=0, lanes=1, lasts_min=24 * 60))
    came = [event.gate for event in stage.play(2 * DAY) if type(event) is VisitorEntered]
    assert set(came) == {1}


def gates_of(*planned: tuple[int, AnyDisruption]) -> Stage:
    """Return a stage with halls of two gates that open at nine on day two, and disruptions by the minute after it."""
    stage = Stage(
        venue={"domestic_share": 0.0, "overseas_share": 0.0, "opens_h": 9.0, "cap": 100, "gate_lanes": (1, 1)}
    )
    stage.at(DAY, lambda: stage.env.process(stage.parts.venue.day(1)))
    for minute, what in planned:
        disrupted(stage, DAY + 9 * HOUR + minute * MINUTE, what)
    return stage


def comes(stage: Stage, minute: int, gate: int, check_ms: int = MINUTE) -> None:
    """A person comes to a gate, so many minutes after nine."""
    at_ms = DAY + 9 * HOUR + minute * MINUTE
    visitor = Visitor(0, "CN", at_ms, at_ms, gate, check_ms, HOUR, MINUTE, 0)
    stage.at(at_ms, lambda: stage.parts.venue.gates.arrive(visitor))


def entries(log: list[Event]) -> list[tuple[int, int, int]]:
    """Return the minute after nine, the gate and the minutes waited of each entry."""
    nine = DAY + 9 * HOUR
    return [
        ((event.at_ms - nine) // MINUTE, event.gate, event.waited_ms // MINUTE)
        for event in log
        if type(event) is VisitorEntered
    ]


SHUT = LanesClosed(gate=0, lanes=1, lasts_min=300)


def test_nobody_waits_before_the_opening_at_a_gate_that_is_closed():
    """They stood there until last entry, beside an open gate."""
    stage = gates_of((-60, SHUT))
    comes(stage, -10, 0)
    assert entries(stage.play(2 * DAY)) == [(1, 1, 10)]


def test_those_who_wait_at_a_gate_that_closes_go_to_the_end_of_the_queue_of_the_next():
    stage = gates_of((5, SHUT))
    comes(stage, 1, 0, check_ms=10 * MINUTE)  # is in the lane, and let through
    comes(stage, 2, 0)
    comes(stage, 3, 1, check_ms=5 * MINUTE)
    comes(stage, 4, 1)
    log = stage.play(2 * DAY)
    moved = [event for event in log if type(event) is VisitorMoved]
    assert moved == [
        VisitorMoved(
            at_ms=DAY + 9 * HOUR + 5 * MINUTE, organisation=0, economy="CN", gate=0, to_gate=1, waited_ms=3 * MINUTE
        )
    ]
    assert entries(log) == [(8, 1, 0), (9, 1, 4), (10, 1, 7), (11, 0, 0)]


def test_those_who_wait_while_all_gates_are_closed_go_to_the_first_that_opens():
    stage = gates_of((5, SHUT), (5, LanesClosed(gate=1, lanes=1, lasts_min=20)))
    comes(stage, 10, 0)
    assert entries(stage.play(2 * DAY)) == [(26, 1, 15)]


REFUSED: dict[str, tuple[AnyDisruption, str]] = {
    "session": (SessionCancellation(session=999), "session_cancelled: there is no session 999; sessions are 0 to 190"),
    "room": (
        SessionMove(session=5, room="hall 3"),
        "session_moved: there is no 'hall 3'; rooms are 'room 1' to 'room 12'",
    ),
    "gate": (LanesClosed(gate=9, lanes=1, lasts_min=5), "lanes_closed: gate is 9; gates are numbered from 0 to 4"),
    "economy": (Demand(factor=2, origin="XX", lasts_min=5), "demand: origin is 'XX', which is no economy"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_impossible_is_refused_and_nothing_happens(name: str):
    what, complaint = REFUSED[name]
    stage = Stage()
    with pytest.raises(ScenarioError, match=complaint):
        stage.disruptions.begin(what, "injected")
    assert stage.log == []


def test_change_of_a_session_that_has_begun_or_is_over_is_refused():
    stage = forum()
    stage.play(TEN + MINUTE)
    with pytest.raises(ScenarioError, match="session 5 has opened its doors; name one that is to come"):
        stage.disruptions.begin(SessionDelay(session=5, by_min=5), "injected")
    stage.play(DAY)
    with pytest.raises(ScenarioError, match="session 5 is over; name one that is to come or in progress"):
        stage.disruptions.begin(SessionCancellation(session=5), "injected")


def test_two_sessions_in_one_room_are_refused():
    stage = Stage()
    one, other = sorted((s for s in stage.parts.programme.sessions if s.room == 0), key=lambda s: s.starts_ms)[1:3]
    by_min = (other.starts_ms - one.starts_ms) / MINUTE
    with pytest.raises(ScenarioError, match=f"session {one.number} would be in room 1 together with session"):
        stage.disruptions.begin(SessionDelay(session=one.number, by_min=by_min), "injected")


def test_borders_that_open_bring_visitors_from_abroad():
    stage = Stage(venue={"domestic_share": 0.0, "overseas_share": 0.0, "no_show_share": 0.0})
    disrupted(stage, HOUR, BordersOpened(overseas_share=1.0))
    stage.at(DAY - 1, lambda: stage.env.process(stage.parts.venue.day(1)))
    entered = {event.economy for event in stage.play(2 * DAY) if type(event) in (VisitorEntered, VisitorRefused)}
    assert entered <= {"DE", "US"}


def test_visits_break_off_and_are_taken_up_again(disrupted: list[Event]):
    dropped = [event for event in disrupted if type(event) is VisitEnded and event.dropped]
    again = [event for event in disrupted if type(event) is VisitStarted and event.attempt > 1]
    assert dropped
    assert {event.organisation for event in again} & {event.organisation for event in dropped}


@pytest.mark.slow
def test_demand_multiplies_the_visits_of_its_time(disrupted: list[Event]):
    def overseas_visits(events: list[Event]) -> int:
        began, ended = DAY + 10 * HOUR, DAY + 15 * HOUR
        return sum(
            type(event) is VisitStarted and event.economy != "CN" and began <= event.at_ms < ended for event in events
        )

    # three times as many; a fair of as many days is the same until the first disruption, and its random numbers are
    undisturbed = log_of("fair.days=3", scale=0.02)
    assert 2.3 <= overseas_visits(disrupted) / overseas_visits(undisturbed) <= 3.7
