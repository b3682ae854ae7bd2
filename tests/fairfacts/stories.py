"""Events to tell small stories with, and what they do to the measures."""

from __future__ import annotations

from typing import Any

from fairfacts.agreements import AgreementDrafted, AgreementFellThrough, AgreementSigned
from fairfacts.disruptions import DisruptionBegun, DisruptionEnded, PlatformOutage
from fairfacts.event import Event
from fairfacts.measures import State
from fairfacts.negotiations import (
    NegotiationDeclined,
    NegotiationEnded,
    NegotiationFailed,
    NegotiationLapsed,
    NegotiationRequested,
    NegotiationTakenUp,
)
from fairfacts.notices import NoticePublished
from fairfacts.organisations import OrganisationRegistered
from fairfacts.platform import LoginRefused, PlatformMetered, PlatformOpened
from fairfacts.programme import (
    AttendeeAdmitted,
    AttendeeTurnedAway,
    SessionCancelled,
    SessionClosed,
    SessionOpened,
    SessionRescheduled,
    SessionScheduled,
)
from fairfacts.projects import ProjectPublished
from fairfacts.results import ReleasePublished, ReportReleased, ResultAnnounced, ResultSigned
from fairfacts.routes import RouteDeparted, RouteOffered
from fairfacts.runs import FairClosed, FairOpened, RunEnded, RunStarted
from fairfacts.streams import StreamEnded, StreamStarted, ViewerJoined, ViewerLeft, ViewerRefused, ViewersStalled
from fairfacts.venue import (
    CapChanged,
    EntryBookedOut,
    GatesClosed,
    LanesChanged,
    StandPlaced,
    VenueClosed,
    VenueOpened,
    VisitorEntered,
    VisitorLeft,
    VisitorRefused,
    ZoneLaidOut,
    ZonesCounted,
)
from fairfacts.visits import PagesViewed, VisitEnded, VisitStarted

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
HOME, ABROAD = "CN", "DE"
STARTED = RunStarted(
    at_ms=0,
    scenario="story",
    seed=7,
    replication=2,
    scale=0.1,
    version="1.2.3",
    parameters_sha256="0" * 64,
    epoch="2020-09-04T00:00:00+08:00",
    duration_ms=6 * DAY,
    inputs=("sessions.total",),
    calibrated=("negotiations.initiated", "negotiations.overseas_share"),
)
BETWEEN = (4, 9, "SG", 3, "CN", True)
"""The parties of the golden negotiation, as each of its events says them."""
GOLDEN: tuple[Event, ...] = (
    STARTED,
    OrganisationRegistered(0, 3, "enterprise", "CN", 2, "business", 6, True),
    SessionScheduled(
        0, 5, "industry_forum", "Finance 金融", "finance", "hybrid", True, True, "room 1", 300, 9 * HOUR, 11 * HOUR
    ),
    ResultAnnounced(0, 6, "henan", "health", 29_764_706, "USD"),
    ZoneLaidOut(0, 0, "comprehensive", "comprehensive", 8_500),
    StandPlaced(0, 3, "CN", 0, "comprehensive"),
    RouteOffered(0, 6, "technology"),
    PlatformOpened(0, 4_500, 60_000, 1_500, 365),
    FairOpened(0),
    SessionRescheduled(8 * HOUR, 5, "room 2", 200, 9 * HOUR, 11 * HOUR),
    LoginRefused(9 * HOUR - MINUTE, 9, "SG", "app", 1, True),
    VisitStarted(9 * HOUR, 2, 9, "SG", "app", 2),
    SessionOpened(9 * HOUR, 5, "industry_forum"),
    StreamStarted(9 * HOUR, 5),
    AttendeeAdmitted(9 * HOUR + 1, 5, 3, "CN", None),
    AttendeeTurnedAway(9 * HOUR + 2, 5, 3, "CN", "full"),
    ViewerRefused(9 * HOUR + 2, 5, 9, "SG", "app", "full", True),
    ViewerJoined(9 * HOUR + 3, 5, 8, 9, "SG", "app"),
    ViewersStalled(9 * HOUR + MINUTE, 1, 0),
    PagesViewed(9 * HOUR + MINUTE, 12, 5),
    PlatformMetered(9 * HOUR + MINUTE, 295, 0, 1.0),
    NegotiationRequested(9 * HOUR + MINUTE, *BETWEEN, 2, "business", 1),
    NegotiationDeclined(9 * HOUR + 2 * MINUTE, *BETWEEN, MINUTE),
    NegotiationLapsed(9 * HOUR + 2 * MINUTE, *BETWEEN, MINUTE),
    NegotiationTakenUp(9 * HOUR + 2 * MINUTE, *BETWEEN, MINUTE),
    NegotiationEnded(9 * HOUR + 22 * MINUTE, *BETWEEN, 20 * MINUTE, "follow_up"),
    DisruptionBegun(9 * HOUR + 30 * MINUTE, 0, "scheduled", PlatformOutage(capacity_share=0.5, lasts_min=15.0)),
    NoticePublished(9 * HOUR + 30 * MINUTE, 0, "platform_outage", False, "Half of it is left.", 0),
    NegotiationFailed(9 * HOUR + 30 * MINUTE, *BETWEEN, 28 * MINUTE, True),
    DisruptionEnded(9 * HOUR + 45 * MINUTE, 0, PlatformOutage(capacity_share=0.5, lasts_min=15.0), 15 * MINUTE),
    ProjectPublished(10 * HOUR, 1, 3, "CN", "business"),
    ReleasePublished(10 * HOUR, 0, 3, "CN", "business", "technology"),
    ReportReleased(10 * HOUR + 1, 0, "index", "tourism"),
    ViewerLeft(10 * HOUR + 3, 5, 8, HOUR, "left"),
    StreamEnded(11 * HOUR, 5),
    SessionClosed(11 * HOUR, 5, "industry_forum", "hybrid", True, 1, 0),
    SessionCancelled(11 * HOUR, 6, "evening", False, 0),
    VisitEnded(11 * HOUR, 2, 9, "SG", 1, False),
    ResultSigned(11 * HOUR, 6, "henan", "health", 29_764_706, "USD", "on_site", "room 1", MINUTE),
    AgreementFellThrough(17 * HOUR, *BETWEEN, "business", 6 * HOUR),
    AgreementDrafted(17 * HOUR, *BETWEEN, "business", 6 * HOUR, 100_000),
    AgreementSigned(18 * HOUR, *BETWEEN, "business", 100_000, "on_site", "table 2", 15 * MINUTE, HOUR),
    VenueOpened(33 * HOUR, 60_000, (5, 4), 40 * HOUR, 41 * HOUR),
    EntryBookedOut(33 * HOUR, 3, "CN"),
    CapChanged(33 * HOUR, 50_000),
    LanesChanged(33 * HOUR, 0, 4),
    VisitorEntered(33 * HOUR + 15 * SECOND, 0, 3, "CN", 1, 5 * MINUTE, 15 * SECOND),
    ZonesCounted(33 * HOUR + MINUTE, (1,), (0, 2)),
    RouteDeparted(34 * HOUR, 6, "technology", 30, 30, 4),
    VisitorLeft(36 * HOUR, 0, 3, "CN", 3 * HOUR - 15 * SECOND),
    GatesClosed(40 * HOUR),
    VisitorRefused(40 * HOUR, 3, "CN", 0, 2 * MINUTE, "late", False),
    VenueClosed(41 * HOUR, 1),
    FairClosed(6 * DAY),
    RunEnded(6 * DAY),
)
"""The events of `golden.ndjson`: one of each type."""


def after(*events: Event) -> State:
    """Return the state after events."""
    state = State()
    state.fold(events)
    return state


def changed(part: str, *events: Event) -> dict[str, Any]:
    """Return the measures of a part that events changed, with what they are then."""
    nothing = State().snapshot()[part]
    return {name: value for name, value in after(*events).snapshot()[part].items() if value != nothing[name]}
