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
from tests.fairsim.runs import log_of, of_types

from fairfacts.agreements import AgreementDrafted, AgreementFellThrough, AgreementSigned
from fairfacts.auditor import audit
from fairfacts.comparison import compare
from fairfacts.event import Event
from fairfacts.events import EVENT_TYPES, decode, encode
from fairfacts.figures import load_figures
from fairfacts.measures import State
from fairfacts.negotiations import (
    NegotiationDeclined,
    NegotiationEnded,
    NegotiationLapsed,
    NegotiationRequested,
    NegotiationTakenUp,
)
from fairfacts.organisations import OrganisationRegistered
from fairfacts.platform import LoginRefused
from fairfacts.programme import AttendeeAdmitted, AttendeeTurnedAway, SessionClosed, SessionScheduled
from fairfacts.projects import ProjectPublished
from fairfacts.results import ReleasePublished, ReportReleased, ResultAnnounced, ResultSigned
from fairfacts.runs import FairClosed, FairOpened, RunEnded, RunStarted
from fairfacts.streams import StreamEnded, ViewerJoined, ViewerLeft
from fairfacts.venue import VisitorEntered
from fairfacts.visits import VisitEnded, VisitStarted
from fairsim import VERSION
from fairsim.arrivals import DAY_MS, HOUR_MS
from fairsim.economies import load_economies
from fairsim.fair import play
from fairsim.scenario import load_scenario

AGREEMENT = (AgreementDrafted, AgreementFellThrough, AgreementSigned)
ARRANGED = (ResultAnnounced, ResultSigned, ReleasePublished, ReportReleased)
SMALL = 0.005
"""Of the documented size: some 15,000 events."""
NEGOTIATION = (
    NegotiationRequested,
    NegotiationDeclined,
    NegotiationLapsed,
    NegotiationTakenUp,
    NegotiationEnded,
)


@pytest.mark.parametrize("name", ["log", "large_log", "disrupted", "booked"])
def test_auditor_is_content(name: str, request: pytest.FixtureRequest):
    assert audit(request.getfixturevalue(name)) == []


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
    "organisations.delegates_sigma": st.sampled_from([0, 2]),
    "programme.room_seats": st.sampled_from(["1", "20000", "40 1"]),
    "programme.evening": st.sampled_from([0, 40]),
    "programme.online_only": st.sampled_from([0, 181]),
    "programme.first_day": st.sampled_from([1, 2]),
    "programme.overrun_share": st.sampled_from([0, 1]),
    "programme.doors_min": st.sampled_from([0, 120]),
    "streams.audience_mean": st.sampled_from([0, 3000]),
    "streams.public_audience_mean": st.sampled_from([0, 5000]),
    "streams.summit_factor": st.sampled_from([0, 50]),
    "fair.days_after_close": st.sampled_from([0, 3]),
    "platform.rooms": st.sampled_from([1, 500]),
    "platform.viewers": st.sampled_from([1, 5000]),
    "platform.requests_per_s": st.sampled_from([1, 100]),
    "platform.again_share": st.sampled_from([0, 1]),
    "notices.app_reach_share": st.sampled_from([0, 1]),
    "venue.timed_entry": st.sampled_from([0, 1]),
    "streams.return_share": st.sampled_from([0, 0.9]),
    "visits.requests_mean": st.sampled_from([0, 4]),
    "visits.stands_per_request": st.sampled_from([0, 10]),
    "projects.per_exhibitor_day": st.sampled_from([0, 2]),
    "agreements.drafting_mean_h": st.sampled_from([0.1, 10]),
    "agreements.falls_through_share": st.sampled_from([0, 1]),
    "agreements.on_site_share": st.sampled_from([0.05, 1]),
    "agreements.stay_share": st.sampled_from([0, 1]),
    "agreements.first_day_on_site": st.sampled_from([1, 2, 5]),
    "results.at_opening": st.sampled_from([0, 10_000]),
    "results.signed_on_site_share": st.sampled_from([0, 1]),
    "results.organisations_releasing": st.sampled_from([0, 10_000]),
    "results.ceremony_min": st.sampled_from([1, 240]),
    "venue.days": st.sampled_from([0, 1, 30]),
    "venue.days_mean": st.sampled_from([1, 30]),
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


@given(
    seed=st.integers(0, 2**63 - 1),
    scale=st.sampled_from([0.0002, 0.002, SMALL]),
    changes=st.fixed_dictionaries({}, optional=CHANGES),
)
@settings(deadline=None, max_examples=25)
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
    )


def test_fair_opens_once_and_log_ends_with_its_close(log: list[Event]):
    moments = of_types(log, FairOpened, FairClosed, RunEnded)
    assert (moments, log[-2:]) == ([FairOpened(0), *log[-2:]], [FairClosed(6 * DAY_MS), RunEnded(6 * DAY_MS)])


def test_every_type_of_event_happens(log: list[Event], disrupted: list[Event], booked: list[Event]):
    assert {type(event) for event in [*log, *disrupted, *booked]} == set(EVENT_TYPES)


def test_every_event_is_read_as_it_is_written(log: list[Event]):
    assert decode(encode(log)) == log


def test_documented_programme_is_held(log: list[Event]):
    closed = of_types(log, SessionClosed)
    held = Counter(session.kind for session in closed if session.counted)
    assert (held.total(), len(closed), len(of_types(log, StreamEnded))) == (190, 191, 173)


def test_same_seed_plays_the_same_bytes(log: list[Event]):
    assert encode(log_of(scale=0.02)) == encode(log)


@pytest.mark.parametrize("slice_ms", [DAY_MS * 9, 86_399_999, 1_000_003])
def test_length_of_a_slice_shows_nowhere_in_the_log(slice_ms: int, log: list[Event]):
    assert encode(log_of(scale=0.02, slice_ms=slice_ms)) == encode(log)


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
def test_other_seed_or_replication_plays_another_fair(other: dict[str, int]):
    this, that = log_of(scale=SMALL), log_of(scale=SMALL, **other)
    assert (this[0] == that[0], encode(this[1:]) == encode(that[1:])) == (False, False)


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
        - counts[NegotiationTakenUp],
        "talking": counts[NegotiationTakenUp] - counts[NegotiationEnded],
        "live": 0,
    }


def lapses(log: list[Event]) -> int:
    return len(of_types(log, NegotiationLapsed))


@pytest.mark.parametrize("seed", [1, 7])
def test_more_negotiators_let_fewer_requests_lapse(seed: int):
    # a law of the fair, not of each desk: there a long talk taken up may keep out two short ones
    by_staff = [lapses(log_of(f"negotiations.negotiators_mean={mean}", scale=SMALL, seed=seed)) for mean in (1, 2, 4)]
    assert by_staff == sorted(by_staff, reverse=True)


@pytest.mark.parametrize("seed", [1, 7])
def test_more_patient_visitors_let_fewer_requests_lapse(seed: int):
    minutes = (15, 60, 240)
    by_patience = [lapses(log_of(f"negotiations.patience_mean_min={mean}", scale=SMALL, seed=seed)) for mean in minutes]
    assert by_patience == sorted(by_patience, reverse=True)


def test_change_of_the_streams_leaves_visits_and_negotiations_as_they_are():
    changes = "streams.audience_mean=3000", "streams.drop_in_share=0.9", "streams.stay_sigma=0.1"
    kinds = (VisitStarted, VisitEnded, ProjectPublished, *NEGOTIATION)
    this, that = (of_types(log_of(*told, scale=SMALL), *kinds) for told in ((), changes))
    assert encode(this) == encode(that)


def test_change_of_the_desks_leaves_visits_and_first_requests_as_they_are():
    def of_visitors(log: list[Event]) -> list[Event | tuple[int, int, int]]:
        firsts = [event for event in of_types(log, NegotiationRequested) if event.attempt == 1]
        return [
            *of_types(log, VisitStarted, VisitEnded),
            *((event.at_ms, event.visit, event.exhibitor) for event in firsts),
        ]

    changes = "negotiations.negotiators_mean=3", "negotiations.patience_mean_min=10", "negotiations.decline_share=0.5"
    assert of_visitors(log_of(*changes, scale=SMALL)) == of_visitors(log_of(scale=SMALL))


def test_change_of_the_visits_leaves_register_programme_and_projects_as_they_are():
    visits = {LoginRefused, VisitStarted, VisitEnded, ViewerJoined, ViewerLeft, *NEGOTIATION, *AGREEMENT, ResultSigned}
    kinds = [event_type for event_type in EVENT_TYPES if event_type not in visits]
    changes = "visits.domestic_per_delegate_day=0.1", "visits.requests_mean=0"

    def others(*told: str) -> list[Event]:
        return [
            event
            for event in of_types(log_of(*told, scale=SMALL), *kinds)
            if not type(event).__name__.startswith(("RunStarted", "PagesViewed", "PlatformMetered"))
        ]

    assert others(*changes) == others()


def test_agreements_and_results_leave_all_else_as_it_is():
    def others(*told: str) -> bytes:
        return encode(event for event in log_of(*told, scale=SMALL)[1:] if type(event) not in AGREEMENT + ARRANGED)

    agreements = "agreements.falls_through_share=0.1", "agreements.on_site_share=1", "agreements.drafting_mean_h=1"
    results = "results.at_opening=5000", "results.organisations_releasing=5000", "results.henan_results=5000"
    assert others(*agreements, *results) == others()


def test_agreements_leave_results_as_they_are_but_for_the_queue_at_the_tables():
    this, that = (
        [event for event in of_types(log_of(*told, scale=SMALL), *ARRANGED) if getattr(event, "mode", "") != "on_site"]
        for told in ((), ["agreements.falls_through_share=0"])
    )
    assert this == that


def test_intents_are_drafting_or_fallen_through_or_waiting_or_signed(large_log: list[Event]):
    state = State()
    state.fold(large_log)
    shown = state.snapshot()
    agreements = shown["agreements"]
    outcomes = [agreements[name] for name in ("drafting", "fell_through", "waiting", "signed")]
    assert (sum(outcomes), min(outcomes) > 0) == (shown["negotiations"]["intents"], True)


def test_more_intents_fall_through_where_more_are_let():
    drafted = [
        len(of_types(log_of(f"agreements.falls_through_share={share}", scale=SMALL), AgreementDrafted))
        for share in (0, 0.5, 1)
    ]
    assert (drafted[0] > drafted[1] > drafted[2], drafted[2]) == (True, 0)


def test_what_was_arranged_in_advance_is_given_and_comes_out_as_documented(large_log: list[Event]):
    state = State()
    state.fold(large_log)
    rows = {row.figure: row for row in compare(state, load_figures())}
    given = {
        "results.prearranged_at_opening": (38.1, 38),
        "results.organisations_releasing": (6.3, 6),
        "results.reports": (3.0, 3),
        "henan.results": (17.0, 17),
        "henan.results_value": (506_000_000.0, 506_000_000),
        "henan.signed_on_site": (3.0, 3),
        "tourism.signed_value": (1_571_000_000.0, 1_571_000_000),
        "teda.agreements": (0.3, 0),
    }
    found = {name: (rows[name].reported, rows[name].simulated) for name in given}
    assert (found, {rows[name].role for name in given}) == (given, {"input"})


def test_change_of_the_venue_and_the_routes_leaves_all_but_the_attendees_as_it_is():
    attendees = AttendeeAdmitted, AttendeeTurnedAway, SessionClosed
    on_site = {
        RunStarted,
        *attendees,
        *(kind for kind in EVENT_TYPES if kind.__module__.endswith((".venue", ".routes"))),
    }
    kinds = [event_type for event_type in EVENT_TYPES if event_type not in on_site]
    closed, open_ = log_of("venue.days=0", "routes.count=0", scale=SMALL), log_of(scale=SMALL)
    assert encode(of_types(closed, *kinds)) == encode(of_types(open_, *kinds))


def test_longer_fair_begins_as_the_shorter_one():
    shorter, longer = log_of("fair.days=2", "programme.first_day=1", scale=SMALL), log_of(scale=SMALL)
    kinds = (VisitStarted, ProjectPublished)
    first_days = [event for event in of_types(longer, *kinds) if event.at_ms < 2 * DAY_MS]
    assert of_types(shorter, *kinds) == first_days


def test_overseas_visitors_log_in_by_their_local_hours(large_log: list[Event]):
    epoch = load_scenario("ciftis2020").epoch
    zones = {economy.code: ZoneInfo(economy.zone) for economy in load_economies({})}
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
    hours = [visit.at_ms // HOUR_MS % 24 for visit in of_types(large_log, VisitStarted) if visit.economy == "CN"]
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
    visitors = Counter(sector[event.organisation] for event in of_types(large_log, VisitorEntered))
    by_chance = sum(visitors[forums[event.session]] for event in came) / len(came) / visitors.total()
    assert own > 2 * by_chance
