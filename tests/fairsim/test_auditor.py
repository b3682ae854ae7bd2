"""The auditor is not content with a log that breaks a law."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.fairsim.auditor import audit

from fairfacts.agreements import AgreementDrafted, AgreementFellThrough, AgreementSigned
from fairfacts.event import Event
from fairfacts.negotiations import NegotiationEnded, NegotiationLapsed, NegotiationRequested, NegotiationTakenUp
from fairfacts.organisations import OrganisationRegistered
from fairfacts.programme import AttendeeAdmitted, SessionClosed, SessionOpened, SessionScheduled
from fairfacts.projects import ProjectPublished
from fairfacts.results import ReleasePublished, ReportReleased, ResultAnnounced, ResultSigned
from fairfacts.routes import RouteDeparted, RouteOffered
from fairfacts.runs import RunEnded, RunStarted
from fairfacts.streams import StreamEnded, ViewerJoined, ViewerLeft
from fairfacts.venue import (
    GatesClosed,
    StandPlaced,
    VenueClosed,
    VenueOpened,
    VisitorEntered,
    VisitorLeft,
    VisitorRefused,
    ZoneLaidOut,
    ZonesCounted,
)
from fairfacts.visits import VisitEnded, VisitStarted

BROKEN: dict[str, tuple[type[Event], dict[str, Any] | None, str]] = {
    "no beginning": (RunStarted, None, "is not where a log begins"),
    "no end": (RunEnded, None, "does not end the log"),
    "organisation left out": (OrganisationRegistered, None, "is not the next organisation"),
    "embassy with a stand": (OrganisationRegistered, {"kind": "embassy", "exhibits": True}, "exhibits though"),
    "rooms that clash": (SessionScheduled, {"starts_ms": 0, "ends_ms": 6 * 86_400_000}, "clashes with"),
    "session late": (SessionOpened, {"at_ms": 500_000_000}, "is not as scheduled"),
    "audience miscounted": (SessionClosed, {"attended": 10_000}, "miscounts its audience"),
    "stranger admitted": (AttendeeAdmitted, {"economy": "XX"}, "is of nobody registered"),
    "stream cut": (StreamEnded, None, "still on air"),
    "viewer left behind": (ViewerLeft, None, "leaves viewers behind"),
    "viewer left out": (ViewerJoined, None, "is not the next viewer"),
    "visit that never began": (VisitEnded, {"visit": 10**6}, "ends what has not started"),
    "visit of somebody else": (VisitStarted, {"organisation": 0}, "is of nobody registered"),
    "project of no exhibitor": (ProjectPublished, {"sector": "none"}, "is of no exhibitor"),
    "negotiation with a stranger": (NegotiationRequested, {"exhibitor": 10**6}, "is of nobody registered"),
    "wait too long": (NegotiationTakenUp, {"waited_ms": 10**9}, "says a wrong length"),
    "talk too long": (NegotiationEnded, {"talked_ms": 10**9}, "says a wrong length"),
    "draft of no intent": (AgreementDrafted, {"negotiation": 10**9}, "was no intent"),
    "draft for nothing": (AgreementDrafted, {"value_usd": 0}, "is worth nothing"),
    "intent that vanished": (AgreementFellThrough, {"drafting_ms": 0}, "says a wrong length"),
    "signature of no draft": (AgreementDrafted, None, "was not drafted"),
    "signature for another value": (AgreementSigned, {"value_usd": 0}, "is not what was drafted"),
    "signature at no table": (AgreementSigned, {"mode": "on_site"}, "has a wrong place"),
    "result left out": (ResultAnnounced, None, "is not the next result"),
    "result that was never announced": (ResultSigned, {"result": 10**9}, "was not announced"),
    "result in no session": (ResultSigned, {"place": "room 99"}, "is signed in no session"),
    "release of no exhibitor": (ReleasePublished, {"sector": "none"}, "is of no exhibitor"),
    "report left out": (ReportReleased, {"report": 7}, "is not the next report"),
    "zone left out": (ZoneLaidOut, None, "is not the next zone"),
    "stand of nobody": (StandPlaced, {"economy": "XX"}, "is of nobody registered"),
    "stand in another zone": (StandPlaced, {"kind": "special"}, "mistakes its zone"),
    "halls too small": (VenueOpened, {"cap": 0}, "is more than may be inside"),
    "halls never opened": (VenueOpened, None, "enters closed halls"),
    "gate without lanes": (VenueOpened, {"lanes": (0, 0, 0, 0, 0)}, "a gate without lanes"),
    "visitor left out": (VisitorEntered, None, "is not the next visitor"),
    "visitor of nobody": (VisitorEntered, {"organisation": 10**6}, "is of nobody registered"),
    "visitor of the night": (VisitorEntered, {"checked_ms": 80_000_000}, "is checked at closed gates"),
    "queue of nobody": (ZonesCounted, {"waiting": (9,) * 5}, "miscounted the queue"),
    "visitor who stays inside": (VisitorLeft, None, "miscounts who is inside"),
    "stay too long": (VisitorLeft, {"stayed_ms": 10**9}, "says a wrong length"),
    "refused though there is room": (VisitorRefused, {"reason": "full"}, "is refused though there is room"),
    "count of nobody": (ZonesCounted, {"inside": (1,) + (0,) * 8}, "miscounts who is inside"),
    "count left out": (ZonesCounted, None, "lacks a minute's count"),
    "gates closed early": (GatesClosed, {"at_ms": 3_600_000}, "is not at last entry"),
    "day miscounted": (VenueClosed, {"entered": 10**6}, "miscounts who came"),
    "route left out": (RouteOffered, None, "is not the next route"),
    "tour with too many": (RouteDeparted, {"taken": 10**6}, "takes more than its seats"),
    "lapse of nobody": (NegotiationLapsed, {"negotiation": 10**9}, "does not wait"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_log_that_breaks_a_law_has_a_fault(log: list[Event], name: str):
    event_type, change, fault = BROKEN[name]
    place = next(at for at, event in enumerate(log) if type(event) is event_type)
    put = [] if change is None else [msgspec.structs.replace(log[place], **change)]
    faults = audit([*log[:place], *put, *log[place + 1 :]])
    assert [said for said in faults if fault in said] != []
