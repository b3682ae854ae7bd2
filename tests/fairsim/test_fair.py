"""The whole fair at a small scale: lawful, reproducible, and moved only by what is changed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fairsim.runs import BRIEF, log_of, of_types

from fairfacts.auditor import audit
from fairfacts.clock import DAY_MS, HOUR_MS, MINUTE_MS
from fairfacts.event import Event
from fairfacts.events import EVENT_TYPES, decode, encode
from fairfacts.measures import State
from fairfacts.parts.disruptions import DISRUPTIONS, DisruptionBegun, EntryCap
from fairfacts.parts.negotiations.events import (
    NegotiationArranged,
    NegotiationDeclined,
    NegotiationEnded,
    NegotiationLapsed,
    NegotiationMissed,
    NegotiationRequested,
    NegotiationTakenUp,
)
from fairfacts.parts.organisations import OrganisationRegistered
from fairfacts.parts.people import PersonRegistered
from fairfacts.parts.programme import AttendeeAdmitted, SessionClosed, SessionScheduled
from fairfacts.parts.projects import ProjectPublished
from fairfacts.parts.runs import FairClosed, FairOpened, RunEnded, RunStarted
from fairfacts.parts.streams import StreamEnded, ViewerJoined, ViewerLeft
from fairfacts.parts.venue.events import VisitorEntered
from fairfacts.parts.visits import VisitEnded, VisitStarted
from fairsim import VERSION
from fairsim.fair import Fair, play
from fairsim.inputs.economies import load_economies
from fairsim.inputs.scenario import load_scenario

SMALL = 0.005
"""Of the documented size: some 15,000 events."""


@pytest.fixture(scope="module")
def brief_log() -> list[Event]:
    """A brief fair."""
    return log_of(*BRIEF, scale=SMALL)


def test_injected_disruption_shrinks_with_the_run_as_a_planned_one():
    fair = Fair(load_scenario("ciftis2020", scale=SMALL), 7)
    fair.play_until(MINUTE_MS)
    fair.take_events()
    fair.inject(EntryCap(people=18_000))
    begun = fair.take_events()[0]
    assert begun == DisruptionBegun(at_ms=MINUTE_MS, disruption=0, cause="injected", what=EntryCap(people=90))


def test_auditor_is_content(large_log: list[Event]):
    assert audit(large_log) == []


CHANGES = {
    "fair.days": st.integers(2, 4),
    "negotiations.negotiators_mean": st.sampled_from([1, 3]),
    "negotiations.patience_mean_min": st.sampled_from([1, 60, 1440]),
    "negotiations.night_share": st.sampled_from([0, 1]),
    "negotiations.closes_h": st.sampled_from([9.5, 18, 24]),
    "negotiations.opens_h": st.sampled_from([0, 9]),
    "negotiations.attempts_max": st.sampled_from([1, 3, 8]),
    "organisations.foreign_economies": st.sampled_from([0, 1, 207]),
    "organisations.overseas_share": st.sampled_from([0, 1]),
    "organisations.exhibitor_share": st.sampled_from([0.01, 1]),
    "organisations.delegates_sigma": st.sampled_from([0, 1.5]),
    "programme.room_seats": st.sampled_from(["1", "20000", "40 1"]),
    "programme.evening.count": st.sampled_from([0, 40]),
    "programme.online_only": st.sampled_from([0, 181]),
    "programme.first_day": st.sampled_from([1, 2]),
    "programme.overrun_share": st.sampled_from([0, 1]),
    "programme.doors_min": st.sampled_from([0, 120]),
    "streams.audience_mean": st.sampled_from([0, 3000]),
    "streams.public_audience_mean": st.sampled_from([0, 5000]),
    "programme.summit.stream_factor": st.sampled_from([0, 50]),
    "fair.days_after_close": st.sampled_from([0, 3]),
    "platform.rooms": st.sampled_from([1, 500]),
    "platform.viewers": st.sampled_from([1, 5000]),
    "platform.requests_per_s": st.sampled_from([1, 100]),
    "platform.again_share": st.sampled_from([0, 1]),
    "notices.app_reach_share": st.sampled_from([0, 1]),
    "venue.timed_entry": st.sampled_from([0, 1]),
    "streams.return_share": st.sampled_from([0, 0.9]),
    "visits.requests_mean": st.sampled_from([1, 8]),
    "visits.asker_visits": st.sampled_from([0, 2]),  # with 8, the largest organisation would act too often
    "visits.asker_share": st.sampled_from([0.01, 1]),
    "negotiations.never_share": st.sampled_from([0, 1]),
    "negotiations.prompt_share": st.sampled_from([0, 1]),
    "negotiations.late_mean_h": st.sampled_from([0.5, 30]),
    "negotiations.held_share": st.sampled_from([0, 1]),
    "negotiations.notice_mean_h": st.sampled_from([0, 48]),
    "negotiations.valid_h": st.sampled_from([0, 2, 8784]),
    "visits.stands_per_request": st.sampled_from([0, 10]),
    "projects.per_exhibitor_day": st.sampled_from([0, 2]),
    "agreements.drafting_mean_h": st.sampled_from([0.1, 10]),
    "agreements.falls_through_share": st.sampled_from([0, 1]),
    "agreements.on_site_share": st.sampled_from([0.05, 1]),
    "agreements.stay_share": st.sampled_from([0, 1]),
    "agreements.first_day_on_site": st.sampled_from([1, 2]),
    "results.opening.count": st.sampled_from([0, 10_000]),
    "results.signed_on_site_share": st.sampled_from([0, 1]),
    "results.organisations_releasing": st.sampled_from([0, 10_000]),
    "results.ceremony_min": st.sampled_from([1, 240]),
    "venue.days": st.sampled_from([0, 1, 366]),
    "badges.trade_visitor.days_mean": st.sampled_from([1, 2]),
    "badges.public.people": st.sampled_from([0, 30_000]),
    "badges.exhibitor_staff.reentry_share": st.sampled_from([0, 1]),
    "badges.fair_staff.arrives_h": st.sampled_from([0, 0.5, 12, 24]),
    "people.registrations_per_day": st.sampled_from([0, 50_000]),
    "public.users_per_day": st.sampled_from([0, 500_000]),
    "venue.cap": st.sampled_from([0, 3000, 9000]),
    "venue.gate_lanes": st.sampled_from(["1", "40 1"]),
    "venue.check_mean_s": st.sampled_from([0.1, 120]),
    "venue.closes_h": st.sampled_from([16.01, 23.5]),
    "venue.stay_mean_h": st.sampled_from([0.1, 24]),
    "venue.dwell_mean_min": st.sampled_from([2, 240]),
    "venue.return_mean_min": st.sampled_from([1, 600]),
    "venue.overseas_share": st.sampled_from([0, 1]),
    "routes.departures_h": st.sampled_from(["23.99 0", "9.5"]),
    "routes.demand_per_seat": st.sampled_from([0, 10]),
}


@pytest.mark.slow
@given(
    seed=st.integers(0, 2**63 - 1),
    scale=st.sampled_from([0.0002, 0.002, SMALL]),
    changes=st.fixed_dictionaries({}, optional=CHANGES),
)
@settings(max_examples=25)
def test_auditor_is_content_with_any_fair(seed: int, scale: float, changes: dict[str, object]):
    told = [f"{key}={value}" for key, value in changes.items()]
    assert audit(log_of(*told, scale=scale, seed=seed)) == []


def test_log_begins_with_what_decides_it(log: list[Event]):
    scenario = load_scenario("ciftis2020", scale=0.02)
    assert log[0] == RunStarted(
        at_ms=0,
        scenario="ciftis2020",
        seed=7,
        replication=0,
        scale=0.02,
        version=VERSION,
        parameters_sha256=scenario.sha256(),
        epoch="2020-09-04T00:00:00+08:00",
        duration_ms=6 * DAY_MS,
        inputs=scenario.inputs,
        calibrated=scenario.calibrated,
        fair=scenario.fair.describe(6),
    )


def test_fair_opens_once_and_log_ends_with_its_close(log: list[Event]):
    moments = of_types(log, FairOpened, FairClosed, RunEnded)
    assert (moments, log[-2:]) == (
        [FairOpened(at_ms=0), *log[-2:]],
        [FairClosed(at_ms=6 * DAY_MS), RunEnded(at_ms=6 * DAY_MS)],
    )


def test_every_type_of_event_happens(log: list[Event], disrupted: list[Event], booked: list[Event]):
    assert {type(event) for event in [*log, *disrupted, *booked]} == set(EVENT_TYPES)


def test_every_kind_of_disruption_happens(disrupted: list[Event]):
    # in tests/fairsim/disrupted.toml, which auditor, record and changes are held against too
    assert {type(event.what) for event in of_types(disrupted, DisruptionBegun)} == set(DISRUPTIONS)


def test_every_event_is_read_as_it_is_written(log: list[Event]):
    assert decode(encode(log)) == log


def test_documented_programme_is_held(log: list[Event]):
    closed = of_types(log, SessionClosed)
    held = Counter(session.kind for session in closed if session.counted)
    assert (held.total(), len(closed), len(of_types(log, StreamEnded))) == (190, 191, 173)


def test_same_seed_plays_the_same_bytes(small_log: list[Event]):
    assert encode(log_of(scale=SMALL)) == encode(small_log)


@pytest.mark.parametrize("slice_ms", [DAY_MS * 9, 86_399_999, 1_000_003])
def test_length_of_a_slice_shows_nowhere_in_the_log(slice_ms: int, brief_log: list[Event]):
    assert encode(log_of(*BRIEF, scale=SMALL, slice_ms=slice_ms)) == encode(brief_log)


@pytest.mark.slow
def test_slices_say_until_when_they_were_played():
    scenario = load_scenario("ciftis2020", scale=SMALL)
    slices = list(play(scenario, 7, slice_ms=40 * HOUR_MS))
    outside = [
        event
        for (since_ms, _), (until_ms, events) in pairwise([(0, []), *slices])
        for event in events
        if not since_ms <= event.at_ms <= until_ms
    ]
    assert ([until_ms / HOUR_MS for until_ms, _ in slices], outside) == ([40, 80, 120, 144], [])


@pytest.mark.parametrize("other", [{"seed": 8}, {"replication": 1}])
def test_other_seed_or_replication_plays_another_fair(other: dict[str, int], brief_log: list[Event]):
    that = log_of(*BRIEF, scale=SMALL, **other)
    assert (brief_log[0] == that[0], encode(brief_log[1:]) == encode(that[1:])) == (False, False)


def test_measures_are_what_the_events_add_up_to(log: list[Event]):
    state = State()
    state.fold(log)
    counts = Counter(map(type, log))
    shown = state.snapshot()
    assert {
        "events": shown["run"]["events"],
        "online": shown["visits"]["online"],
        "viewers": shown["streams"]["viewers"],
        "on site": (shown["venue"]["entered"], shown["venue"]["left"], shown["venue"]["inside"]),
        "published": shown["projects"]["published"],
        "waiting": shown["negotiations"]["waiting"],
        "ahead": shown["negotiations"]["ahead"],
        "talking": shown["negotiations"]["talking"],
        "live": shown["programme"]["live"],
    } == {
        "events": len(log),
        "online": counts[VisitStarted] - counts[VisitEnded],
        "viewers": counts[ViewerJoined] - counts[ViewerLeft],
        "on site": (counts[VisitorEntered], counts[VisitorEntered], 0),
        "published": counts[ProjectPublished],
        "waiting": counts[NegotiationRequested]
        - counts[NegotiationDeclined]
        - counts[NegotiationLapsed]
        - counts[NegotiationArranged]
        - sum(not event.arranged for event in of_types(log, NegotiationTakenUp)),
        "ahead": counts[NegotiationArranged]
        - counts[NegotiationMissed]
        - sum(event.arranged for event in of_types(log, NegotiationTakenUp)),
        "talking": counts[NegotiationTakenUp] - counts[NegotiationEnded],
        "live": 0,
    }


@pytest.mark.slow
def test_longer_fair_begins_as_the_shorter_one():
    # so many register as a mean of all days: a profile puts more of them into the first days of a longer fair
    alike = "organisations.day_profile=1", "people.day_profile=1"
    shorter, longer = (log_of(*told, *alike, scale=SMALL) for told in (("fair.days=2", "programme.first_day=1"), ()))
    kinds = (VisitStarted, ProjectPublished, OrganisationRegistered, PersonRegistered)
    first_days = [event for event in of_types(longer, *kinds) if event.at_ms < 2 * DAY_MS]
    assert of_types(shorter, *kinds) == first_days


def test_overseas_visitors_log_in_by_their_local_hours(large_log: list[Event]):
    epoch = load_scenario("ciftis2020").epoch
    zones = {economy.code: ZoneInfo(economy.zone) for economy in load_economies("CN", {})}
    hours = np.array(
        [
            local_hour(epoch, visit.at_ms, zones[visit.economy])
            for visit in of_types(large_log, VisitStarted)
            if visit.economy != "CN"
        ]
    )
    profile = np.array(load_scenario("ciftis2020").parameters.visits.hour_profile)
    wanted = profile[8:20].sum() / profile.sum()
    share = np.mean((hours >= 8) & (hours < 20))
    assert abs(share - wanted) < 4 * np.sqrt(wanted * (1 - wanted) / len(hours))


def test_visitors_at_home_log_in_by_the_profile(large_log: list[Event]):
    visits = [visit for visit in of_types(large_log, VisitStarted) if visit.economy == "CN"]
    # those who ask come back for arranged talks as well
    asked = {event.visit for event in of_types(large_log, NegotiationRequested)}
    askers = {(visit.organisation, visit.delegate) for visit in visits if visit.visit in asked}
    hours = [one.at_ms // HOUR_MS % 24 for one in visits if (one.organisation, one.delegate) not in askers]
    profile = np.array(load_scenario("ciftis2020").parameters.visits.hour_profile)
    expected = len(hours) * profile / profile.sum()
    chi_square = ((np.bincount(hours, minlength=24) - expected) ** 2 / expected).sum()
    assert chi_square < 49.73  # 23 degrees of freedom, 0.1 %


def local_hour(epoch: datetime, at_ms: int, zone: ZoneInfo) -> int:
    return (epoch + timedelta(milliseconds=at_ms)).astimezone(zone).hour


def test_attendees_are_visitors_from_the_halls_while_these_are_open(log: list[Event]):
    admitted = of_types(log, AttendeeAdmitted)
    at_noon = [event for event in admitted if 10.9 <= event.at_ms % DAY_MS / HOUR_MS < 12.5]
    assert at_noon
    assert {event.visitor is None for event in at_noon} == {False}
    assert {event.visitor is None for event in admitted if event.at_ms % DAY_MS / HOUR_MS > 18} == {True}


def test_forums_draw_their_own_sector(large_log: list[Event]):
    sector = {event.organisation: event.sector for event in of_types(large_log, OrganisationRegistered)}
    forums = {
        event.session: event.sector
        for event in of_types(large_log, SessionScheduled)
        if event.kind in ("industry_forum", "industry_promotion")
    }
    came = [event for event in of_types(large_log, AttendeeAdmitted) if event.session in forums]
    own = sum(sector[event.organisation] == forums[event.session] for event in came) / len(came)
    entries = of_types(large_log, VisitorEntered)
    visitors = Counter(sector[event.organisation] for event in entries if event.organisation is not None)
    by_chance = sum(visitors[forums[event.session]] for event in came) / len(came) / visitors.total()
    assert own > 2 * by_chance
