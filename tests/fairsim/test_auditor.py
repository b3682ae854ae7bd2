"""Every law can be broken, and the auditor says so; a log of the model breaks none at any moment."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairfacts.auditor import LAWS, Auditor, audit
from fairfacts.event import Event
from fairfacts.parts.agreements import AgreementDrafted, AgreementFellThrough, AgreementSigned
from fairfacts.parts.disruptions import DisruptionBegun, DisruptionEnded
from fairfacts.parts.negotiations.events import (
    NegotiationArranged,
    NegotiationDeclined,
    NegotiationEnded,
    NegotiationFailed,
    NegotiationLapsed,
    NegotiationMissed,
    NegotiationRequested,
    NegotiationTakenUp,
)
from fairfacts.parts.notices import NoticePublished
from fairfacts.parts.organisations import OrganisationRegistered
from fairfacts.parts.people import PersonRegistered
from fairfacts.parts.platform import LoginRefused, PlatformMetered, PlatformOpened, PublicCounted
from fairfacts.parts.programme import (
    AttendeeAdmitted,
    AttendeeTurnedAway,
    SessionCancelled,
    SessionClosed,
    SessionOpened,
    SessionRescheduled,
    SessionScheduled,
)
from fairfacts.parts.projects import ProjectPublished
from fairfacts.parts.results import ReleasePublished, ReportReleased, ResultAnnounced, ResultSigned
from fairfacts.parts.routes import RouteDeparted, RouteOffered
from fairfacts.parts.runs import FairClosed, FairOpened, RunEnded, RunStarted
from fairfacts.parts.streams import StreamEnded, StreamStarted, ViewerJoined, ViewerLeft, ViewerRefused, ViewersStalled
from fairfacts.parts.venue.events import (
    EntryBookedOut,
    GatesClosed,
    LanesChanged,
    StandPlaced,
    TicketsSold,
    VenueClosed,
    VenueOpened,
    VisitorEntered,
    VisitorLeft,
    VisitorMoved,
    VisitorRefused,
    ZoneLaidOut,
    ZonesCounted,
)
from fairfacts.parts.visits import PagesViewed, VisitEnded, VisitStarted

LEFT_OUT, TWICE = "left out", "twice"
BROKEN: list[tuple[str, type[Event], dict[str, Any] | str]] = [
    ("run.starts", RunStarted, LEFT_OUT),
    ("run.starts", RunStarted, TWICE),
    ("run.time", ProjectPublished, {"at_ms": 500_000_000}),
    ("run.duration", FairClosed, LEFT_OUT),
    ("run.duration", RunStarted, {"duration_ms": 600_000_000}),
    ("run.ended", RunEnded, TWICE),
    ("run.ends", RunEnded, LEFT_OUT),
    ("fair.opens", FairOpened, TWICE),
    ("fair.closes", FairOpened, LEFT_OUT),
    ("fair.closes", FairClosed, TWICE),
    ("flow.conserved", ViewerJoined, TWICE),
    ("negotiation.waits", NegotiationTakenUp, TWICE),
    ("flow.little", NegotiationLapsed, {"waited_ms": 1}),
    ("flow.little", NegotiationEnded, {"talked_ms": 10**9}),
    ("flow.conserved", VisitorEntered, TWICE),
    ("flow.conserved", AgreementDrafted, TWICE),
    ("flow.little", VisitorLeft, {"stayed_ms": 1}),
    ("flow.little", AgreementFellThrough, {"drafting_ms": 0}),
    ("flow.little", AgreementSigned, {"waited_ms": 1}),
    ("organisation.sequence", OrganisationRegistered, LEFT_OUT),
    ("organisation.delegates", OrganisationRegistered, {"delegates": 0}),
    ("organisation.delegates", OrganisationRegistered, {"delegates": 10**12}),
    ("organisation.kind", OrganisationRegistered, {"kind": "none"}),
    ("economy.code", OrganisationRegistered, {"economy": "QQ"}),
    ("economy.code", VisitorEntered, {"organisation": None, "economy": "QQ"}),
    ("sector.key", OrganisationRegistered, {"sector": "none"}),
    ("sector.key", SessionScheduled, {"sector": "none"}),
    ("sector.key", ReportReleased, {"sector": "none"}),
    ("session.kind", SessionScheduled, {"kind": "none"}),
    ("organisation.rank", OrganisationRegistered, {"economy_rank": 999}),
    ("organisation.registered", AttendeeAdmitted, {"economy": "XX"}),
    ("organisation.registered", AttendeeTurnedAway, {"organisation": 10**6}),
    ("organisation.registered", ViewerJoined, {"organisation": 10**6}),
    ("organisation.registered", VisitStarted, {"organisation": 10**6}),
    ("organisation.registered", ProjectPublished, {"economy": "XX"}),
    ("organisation.registered", NegotiationRequested, {"exhibitor": 10**6}),
    ("organisation.registered", ReleasePublished, {"economy": "XX"}),
    ("organisation.registered", StandPlaced, {"economy": "XX"}),
    ("organisation.registered", VisitorEntered, {"organisation": 10**6}),
    ("organisation.registered", VisitorRefused, {"organisation": 10**6}),
    ("session.sequence", SessionScheduled, LEFT_OUT),
    ("session.room", SessionScheduled, {"room": ""}),
    ("session.clash", SessionScheduled, {"starts_ms": 0, "ends_ms": 6 * 86_400_000}),
    ("session.times", SessionScheduled, {"ends_ms": 0}),
    ("session.opens", SessionOpened, {"at_ms": 500_000_000}),
    ("session.opens", SessionOpened, TWICE),
    ("session.closes", SessionClosed, {"overran_ms": 10**9}),
    ("session.closes", SessionOpened, LEFT_OUT),
    ("session.attended", SessionClosed, {"attended": 10_000}),
    ("session.attended", AttendeeAdmitted, LEFT_OUT),
    ("session.held", SessionClosed, LEFT_OUT),
    ("attendee.capacity", SessionScheduled, {"capacity": 1}),
    ("attendee.capacity", AttendeeAdmitted, {"session": 10**6}),
    ("attendee.turned_away", AttendeeTurnedAway, {"session": 190}),
    ("stream.starts", StreamStarted, TWICE),
    ("stream.starts", SessionScheduled, {"streamed": False}),
    ("stream.ends", StreamEnded, LEFT_OUT),
    ("stream.ends", ViewerLeft, LEFT_OUT),
    ("viewer.sequence", ViewerJoined, LEFT_OUT),
    ("viewer.on_air", ViewerJoined, {"stream": 10**6}),
    ("viewer.joined", ViewerLeft, TWICE),
    ("viewer.joined", ViewerLeft, {"stream": 10**6}),
    ("viewer.watched", ViewerLeft, {"watched_ms": 10**9}),
    ("visit.sequence", VisitStarted, LEFT_OUT),
    ("visit.started", VisitEnded, TWICE),
    ("visit.started", VisitEnded, {"organisation": 10**6}),
    ("visit.requests", VisitEnded, {"requests": 99}),
    ("pages.minute", PagesViewed, TWICE),
    ("pages.minute", PagesViewed, {"stands": 0, "projects": 0}),
    ("project.sequence", ProjectPublished, LEFT_OUT),
    ("project.exhibitor", ProjectPublished, {"sector": "none"}),
    ("negotiation.sequence", NegotiationRequested, LEFT_OUT),
    ("negotiation.exhibitor", NegotiationRequested, {"sector": "none"}),
    ("negotiation.overseas", NegotiationRequested, {"exhibitor_economy": "DE", "economy": "DE", "overseas": False}),
    ("negotiation.visit", NegotiationRequested, {"visit": 10**6}),
    ("negotiation.repeated", NegotiationRequested, {"attempt": 2}),
    ("negotiation.repeated", NegotiationLapsed, {"retries": False}),
    ("negotiation.waits", NegotiationArranged, TWICE),
    ("negotiation.arranged", NegotiationArranged, {"for_ms": 0}),
    ("negotiation.arranged", NegotiationMissed, TWICE),
    ("negotiation.arranged", NegotiationTakenUp, {"arranged": True}),
    ("negotiation.present", NegotiationTakenUp, {"visit": 10**6}),
    ("negotiation.one", NegotiationEnded, LEFT_OUT),
    ("negotiation.stays", NegotiationEnded, LEFT_OUT),
    ("visit.first", VisitStarted, {"first": False}),
    ("person.sequence", PersonRegistered, {"delegate": 10**6}),
    ("organisation.registered", PersonRegistered, {"economy": "XX"}),
    ("public.minute", PublicCounted, TWICE),
    ("public.minute", PublicCounted, {"users": 0}),
    ("visit.delegate", VisitStarted, {"delegate": 10**6}),
    ("visit.delegate", VisitEnded, LEFT_OUT),
    ("negotiation.waits", NegotiationDeclined, TWICE),
    ("negotiation.waits", NegotiationLapsed, {"negotiation": 10**9}),
    ("negotiation.parties", NegotiationTakenUp, {"organisation": 10**6}),
    ("negotiation.parties", NegotiationEnded, {"economy": "XX"}),
    ("negotiation.waited", NegotiationTakenUp, {"waited_ms": 10**9}),
    ("negotiation.waited", NegotiationLapsed, {"waited_ms": 0}),
    ("negotiation.turn", NegotiationTakenUp, TWICE),
    ("negotiation.talks", NegotiationEnded, TWICE),
    ("negotiation.talked", NegotiationEnded, {"talked_ms": 10**9}),
    ("agreement.intent", AgreementDrafted, {"negotiation": 10**9}),
    ("agreement.intent", AgreementFellThrough, TWICE),
    ("agreement.parties", AgreementDrafted, {"organisation": 10**6}),
    ("agreement.parties", AgreementSigned, {"economy": "XX"}),
    ("agreement.sector", AgreementFellThrough, {"sector": "none"}),
    ("agreement.sector", AgreementSigned, {"sector": "none"}),
    ("agreement.drafting", AgreementFellThrough, {"drafting_ms": 0}),
    ("agreement.drafting", AgreementDrafted, {"drafting_ms": 10**9}),
    ("agreement.value", AgreementDrafted, {"value_usd": 0}),
    ("agreement.drafted", AgreementDrafted, LEFT_OUT),
    ("agreement.drafted", AgreementSigned, TWICE),
    ("agreement.drafted", AgreementSigned, {"value_usd": 0}),
    ("agreement.waited", AgreementSigned, {"waited_ms": 0}),
    ("agreement.waited", AgreementSigned, {"waited_ms": 10**9}),
    ("agreement.overseas", AgreementSigned, {"overseas": True, "mode": "on_site"}),
    ("result.sequence", ResultAnnounced, LEFT_OUT),
    ("result.occasion", ResultAnnounced, {"occasion": "henan"}),
    ("result.occasion", ResultAnnounced, {"occasion": "none"}),
    ("result.announced", ResultSigned, {"result": 10**9}),
    ("result.announced", ResultSigned, {"value": 1}),
    ("result.announced", ResultSigned, TWICE),
    ("result.room", ResultSigned, {"place": "room 1"}),  # the first is signed before any session is open
    ("release.sequence", ReleasePublished, {"release": 7}),
    ("release.exhibitor", ReleasePublished, {"sector": "none"}),
    ("release.once", ReleasePublished, TWICE),
    ("report.sequence", ReportReleased, {"report": 7}),
    ("signing.place", AgreementSigned, {"mode": "on_site"}),
    ("signing.place", ResultSigned, {"took_ms": 7}),
    ("signing.slot", ResultSigned, {"place": "table 1", "took_ms": 10**9}),
    ("zone.sequence", ZoneLaidOut, LEFT_OUT),
    ("zone.space", ZoneLaidOut, {"net_m2": 0}),
    ("zone.kind", ZoneLaidOut, {"kind": "none"}),
    ("stand.exhibitor", StandPlaced, {"organisation": 10**6}),
    ("stand.exhibitor", StandPlaced, TWICE),
    ("stand.zone", StandPlaced, {"kind": "special"}),
    ("venue.opens", VenueOpened, TWICE),
    ("venue.opens", VenueOpened, {"lanes": (5, 0)}),
    ("venue.opens", VenueOpened, {"last_entry_ms": 0}),
    ("venue.closes", VenueClosed, {"at_ms": 0}),
    ("venue.closes", VenueOpened, LEFT_OUT),
    ("venue.entered", VenueClosed, {"entered": 10**6}),
    ("venue.cap", VenueOpened, {"cap": 0}),
    ("badge.key", VisitorEntered, {"badge": "none"}),
    ("badge.key", TicketsSold, {"badge": "none"}),
    ("tickets.sold", TicketsSold, TWICE),
    ("tickets.sold", TicketsSold, {"wanted": 0}),
    ("gates.close", GatesClosed, LEFT_OUT),
    ("gates.close", GatesClosed, TWICE),
    ("gates.close", GatesClosed, {"at_ms": 3_600_000}),
    ("gate.there", VisitorEntered, {"gate": 99}),
    ("gate.there", VisitorRefused, {"gate": 99}),
    ("gate.lanes", VisitorEntered, TWICE),
    ("gate.turn", VisitorRefused, {"waited_ms": 10**7}),
    ("gate.moves", VisitorMoved, TWICE),
    ("gate.moves", VisitorMoved, {"waited_ms": 1}),
    ("gate.there", VisitorMoved, {"gate": 99}),
    ("organisation.registered", VisitorMoved, {"organisation": 10**6}),
    ("visitor.sequence", VisitorEntered, LEFT_OUT),
    ("visitor.same", VisitorEntered, {"organisation": 10**6}),
    ("visitor.once", VisitorEntered, TWICE),
    ("visitor.checked", VisitorEntered, {"checked_ms": 0}),
    ("visitor.checked", VisitorEntered, {"checked_ms": 10**8}),
    ("visitor.full", VisitorRefused, {"reason": "full"}),
    ("visitor.late", VisitorRefused, {"returns": True}),
    ("visitor.left", VisitorLeft, TWICE),
    ("visitor.left", VisitorLeft, {"organisation": 10**6}),
    ("visitor.attends", AttendeeAdmitted, {"visitor": 10**6}),
    ("visitor.stayed", VisitorLeft, {"stayed_ms": 10**9}),
    ("count.minute", ZonesCounted, LEFT_OUT),
    ("count.minute", ZonesCounted, TWICE),
    ("count.inside", ZonesCounted, {"inside": (1,)}),
    ("count.inside", VisitorLeft, LEFT_OUT),
    ("count.inside", ZonesCounted, {"in_sessions": 10**6}),
    ("count.waiting", ZonesCounted, {"waiting": (99,) * 5}),
    ("count.waiting", ZonesCounted, {"waiting": ()}),
    ("organisation.registered", EntryBookedOut, {"organisation": 10**6}),
    ("organisation.registered", LoginRefused, {"organisation": 10**6}),
    ("organisation.registered", ViewerRefused, {"organisation": 10**6}),
    ("gate.there", LanesChanged, {"gate": 99}),
    ("session.rescheduled", SessionRescheduled, {"session": 10**6}),
    ("session.clash", SessionRescheduled, {"room": "room 1", "starts_ms": 118_800_000, "ends_ms": 10**9}),
    ("session.times", SessionRescheduled, {"ends_ms": 0}),
    ("session.cancelled", SessionCancelled, TWICE),
    ("session.cancelled", SessionCancelled, {"was_open": True}),
    ("session.attended", SessionCancelled, {"attended": 99}),
    ("session.held", SessionCancelled, LEFT_OUT),
    ("visit.returns", VisitStarted, {"attempt": 2}),
    ("visit.returns", LoginRefused, {"attempt": 9, "organisation": 1}),
    ("viewer.refused", ViewerRefused, {"stream": 10**6}),
    ("viewer.refused", ViewerRefused, {"reason": "failed"}),
    ("viewer.stalled", ViewersStalled, {"stalled": 10**6}),
    ("viewer.stalled", ViewersStalled, {"left": 10**6}),
    ("negotiation.talks", NegotiationFailed, TWICE),
    ("negotiation.talked", NegotiationFailed, {"talked_ms": 10**9}),
    ("negotiation.repeated", NegotiationFailed, {"retries": False}),
    ("platform.opens", PlatformOpened, TWICE),
    ("platform.rooms", PlatformOpened, {"rooms": 1}),
    ("platform.viewers", PlatformOpened, {"viewers": 1}),
    ("platform.full", PlatformOpened, {"viewers": 10**6}),
    ("platform.minute", PlatformMetered, TWICE),
    ("platform.minute", PlatformMetered, {"capacity_share": 0.5}),
    ("disruption.sequence", DisruptionBegun, LEFT_OUT),
    ("disruption.ends", DisruptionEnded, TWICE),
    ("disruption.lasted", DisruptionEnded, {"lasted_ms": 1}),
    ("notice.sequence", NoticePublished, LEFT_OUT),
    ("notice.disruption", NoticePublished, {"disruption": 99}),
    ("route.sequence", RouteOffered, LEFT_OUT),
    ("route.theme", RouteDeparted, {"route": 10**6}),
    ("route.seats", RouteDeparted, {"taken": 10**6}),
    ("route.seats", RouteDeparted, {"taken": 0, "left_behind": 1}),
]


LOGS: dict[Any, str] = {
    EntryBookedOut: "booked",
    TicketsSold: "booked",
    **dict.fromkeys(
        (DisruptionBegun, DisruptionEnded, LanesChanged, LoginRefused, NoticePublished, SessionCancelled,
         SessionRescheduled, ViewerRefused, ViewersStalled, VisitorMoved),
        "small_disrupted",
    ),
    # these need more organisations than the small fair has
    NegotiationFailed: "disrupted",
    ("platform.full", PlatformOpened): "disrupted",
    ReleasePublished: "log",
    ReportReleased: "log",
    ("organisation.rank", OrganisationRegistered): "log",
    ("negotiation.stays", NegotiationEnded): "log",
}  # fmt: skip
"""Logs in which such events occur, or in which a law can be broken; for all others it is `small_log`."""


CHUNK = 1_000


def breaks(law: str, log: list[Event]) -> bool:
    """Return whether the auditor finds a law broken; it reads no further than to there."""
    auditor = Auditor()
    for first in range(0, len(log), CHUNK):
        auditor.handle(log[first : first + CHUNK])
        if law in auditor.broken:
            return True
    auditor.close()
    return law in auditor.broken


@pytest.mark.parametrize(
    ("law", "event_type", "change"), BROKEN, ids=[f"{law}, {kind.__name__}: {change}" for law, kind, change in BROKEN]
)
def test_log_that_breaks_a_law_is_found(request: pytest.FixtureRequest, law: str, event_type: type[Event], change: Any):
    log: list[Event] = request.getfixturevalue(LOGS.get((law, event_type), LOGS.get(event_type, "small_log")))
    place = next(at for at, event in enumerate(log) if type(event) is event_type)
    said = log[place]
    put = {LEFT_OUT: [], TWICE: [said, said]}[change] if type(change) is str else [replaced(said, change)]
    assert breaks(law, [*log[:place], *put, *log[place + 1 :]])


def replaced(event: Event, change: dict[str, Any]) -> Event:
    return msgspec.structs.replace(event, **change)


def test_every_law_can_be_broken():
    assert {law for law, _, _ in BROKEN} == set(LAWS)


@pytest.mark.slow
@given(share=st.floats(0, 1))
@settings(max_examples=20)
def test_laws_hold_at_any_moment_of_a_run(log: list[Event], share: float):
    auditor = Auditor()
    auditor.handle(log[: 1 + int(share * (len(log) - 2))])
    assert auditor.close(ended=False) == []


@pytest.mark.parametrize("name", ["log", "disrupted", "booked"])
def test_fair_breaks_no_law_whatever_goes_wrong_in_it(request: pytest.FixtureRequest, name: str):
    assert audit(request.getfixturevalue(name)) == []


def test_violations_name_position_event_and_law(log: list[Event]):
    place = next(at for at, event in enumerate(log) if type(event) is ProjectPublished)
    wrong = replaced(log[place], {"sector": "none"})
    auditor = Auditor()
    auditor.handle([*log[:place], wrong, *log[place + 1 :]])
    (violation,) = auditor.close()
    assert (violation.position, violation.event, violation.law) == (place, wrong, "project.exhibitor")
    assert str(violation).startswith(
        f"event {place} breaks project.exhibitor (a project is published by an exhibitor, in its sector): "
        '{"type":"project.published","at_ms":'
    )
