"""One change of a scenario moves what depends on it, the right way, and leaves all else as it was."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.fairsim.runs import ONLINE, log_of, of_types

from fairfacts.event import Event
from fairfacts.events import EVENT_TYPES, encode
from fairfacts.evidence.comparison import compare
from fairfacts.evidence.folder import known_fair
from fairfacts.measures import State
from fairfacts.parts.agreements import AgreementDrafted, AgreementFellThrough, AgreementSigned
from fairfacts.parts.negotiations.events import (
    NegotiationArranged,
    NegotiationDeclined,
    NegotiationEnded,
    NegotiationLapsed,
    NegotiationMissed,
    NegotiationRequested,
    NegotiationTakenUp,
)
from fairfacts.parts.platform import LoginRefused
from fairfacts.parts.programme import AttendeeAdmitted, AttendeeTurnedAway, SessionClosed
from fairfacts.parts.projects import ProjectPublished
from fairfacts.parts.results import ReleasePublished, ReportReleased, ResultAnnounced, ResultSigned
from fairfacts.parts.runs import RunStarted
from fairfacts.parts.streams import ViewerJoined, ViewerLeft
from fairfacts.parts.visits import VisitEnded, VisitStarted

FIGURES = known_fair("ciftis2020").figures
AGREEMENT = (AgreementDrafted, AgreementFellThrough, AgreementSigned)
ARRANGED = (ResultAnnounced, ResultSigned, ReleasePublished, ReportReleased)
SMALL = 0.005
"""Of the documented size: some 15,000 events."""
KEPT = "negotiations.never_share=0", "negotiations.prompt_share=1", "negotiations.valid_h=0", *ONLINE
"""Every desk is kept, and a request stands as long as its requester waits; there is little else."""
NEGOTIATION = (
    NegotiationRequested,
    NegotiationArranged,
    NegotiationMissed,
    NegotiationDeclined,
    NegotiationLapsed,
    NegotiationTakenUp,
    NegotiationEnded,
)


def lapses(log: list[Event]) -> int:
    return len(of_types(log, NegotiationLapsed))


@pytest.mark.parametrize("seed", [1, 7])
def test_more_negotiators_let_fewer_requests_lapse(seed: int):
    # a law of the fair, not of each desk: there a long talk taken up may keep out two short ones
    by_staff = [
        lapses(log_of(f"negotiations.negotiators_mean={mean}", *KEPT, scale=SMALL, seed=seed)) for mean in (1, 2, 4)
    ]
    assert by_staff == sorted(by_staff, reverse=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 7])
def test_more_patient_visitors_let_fewer_requests_lapse(seed: int):
    by_patience = [
        lapses(log_of(f"negotiations.patience_mean_min={mean}", *KEPT, scale=SMALL, seed=seed)) for mean in (5, 30, 240)
    ]
    assert by_patience == sorted(by_patience, reverse=True)


@pytest.mark.slow
def test_change_of_the_streams_leaves_visits_and_negotiations_as_they_are(small_log: list[Event]):
    changes = "streams.audience_mean=3000", "streams.drop_in_share=0.9", "streams.stay_sigma=0.1"
    kinds = (VisitStarted, VisitEnded, ProjectPublished, *NEGOTIATION)
    this, that = (of_types(log, *kinds) for log in (small_log, log_of(*changes, scale=SMALL)))
    assert encode(this) == encode(that)


def test_change_of_the_desks_leaves_what_is_asked_for_first_nearly_as_it_is(small_log: list[Event]):
    # but for those who are still on the platform when they would log in once more
    def asked(log: list[Event]) -> Counter[tuple[int, int]]:
        requests = of_types(log, NegotiationRequested)
        return Counter((event.organisation, event.exhibitor) for event in requests if event.attempt == 1)

    changes = "negotiations.negotiators_mean=3", "negotiations.decline_share=0.5"
    one, other = asked(small_log), asked(log_of(*changes, scale=SMALL))
    assert (one & other).total() > 0.9 * max(one.total(), other.total())


def test_change_of_the_visits_leaves_register_programme_and_projects_as_they_are(small_log: list[Event]):
    visits = {LoginRefused, VisitStarted, VisitEnded, ViewerJoined, ViewerLeft, *NEGOTIATION, *AGREEMENT, ResultSigned}
    kinds = [event_type for event_type in EVENT_TYPES if event_type not in visits]
    changes = "visits.domestic_per_delegate_day=0.1", "visits.asker_visits=0"

    def others(log: list[Event]) -> list[Event]:
        return [
            event
            for event in of_types(log, *kinds)
            if not type(event).__name__.startswith(("RunStarted", "PagesViewed", "PlatformMetered"))
        ]

    assert others(log_of(*changes, scale=SMALL)) == others(small_log)


@pytest.mark.slow
def test_agreements_and_results_leave_all_else_as_it_is(small_log: list[Event]):
    def others(log: list[Event]) -> bytes:
        return encode(event for event in log[1:] if type(event) not in AGREEMENT + ARRANGED)

    agreements = "agreements.falls_through_share=0.1", "agreements.on_site_share=1", "agreements.drafting_mean_h=1"
    results = "results.opening.count=5000", "results.organisations_releasing=5000", "results.henan.count=5000"
    assert others(log_of(*agreements, *results, scale=SMALL)) == others(small_log)


@pytest.mark.slow
def test_agreements_leave_results_as_they_are_but_for_the_queue_at_the_tables(small_log: list[Event]):
    this, that = (
        [event for event in of_types(log, *ARRANGED) if getattr(event, "mode", "") != "on_site"]
        for log in (small_log, log_of("agreements.falls_through_share=0", scale=SMALL))
    )
    assert this == that


def test_intents_are_drafting_or_fallen_through_or_waiting_or_signed(large_log: list[Event]):
    state = State()
    state.fold(large_log)
    shown = state.snapshot()
    agreements = shown["agreements"]
    outcomes = [agreements[name] for name in ("drafting", "fell_through", "waiting", "signed")]
    assert (sum(outcomes), min(outcomes) > 0) == (shown["negotiations"]["intents"], True)


@pytest.mark.slow
def test_more_intents_fall_through_where_more_are_let():
    drafted = [
        len(of_types(log_of(f"agreements.falls_through_share={share}", *ONLINE, scale=SMALL), AgreementDrafted))
        for share in (0, 0.5, 1)
    ]
    assert (drafted[0] > drafted[1] > drafted[2], drafted[2]) == (True, 0)


def test_what_was_arranged_in_advance_is_given_and_comes_out_as_documented(large_log: list[Event]):
    state = State()
    state.fold(large_log)
    rows = {row.figure: row for row in compare(state, FIGURES)}
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


def test_change_of_the_venue_and_the_routes_leaves_all_but_the_attendees_as_it_is(small_log: list[Event]):
    attendees = AttendeeAdmitted, AttendeeTurnedAway, SessionClosed
    on_site = {
        RunStarted,
        *attendees,
        *(kind for kind in EVENT_TYPES if kind.__module__.endswith((".venue.events", ".routes"))),
    }
    kinds = [event_type for event_type in EVENT_TYPES if event_type not in on_site]
    closed = log_of("venue.days=0", "routes.count=0", scale=SMALL)
    assert encode(of_types(closed, *kinds)) == encode(of_types(small_log, *kinds))
