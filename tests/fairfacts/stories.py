"""Events to tell small stories with, and what they do to the measures."""

from __future__ import annotations

from typing import Any

from fairfacts.event import Event
from fairfacts.measures import State
from fairfacts.parts.agreements import AgreementDrafted, AgreementFellThrough, AgreementSigned
from fairfacts.parts.disruptions import DisruptionBegun, DisruptionEnded, PlatformOutage
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
    CapChanged,
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

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
HOME, ABROAD = "CN", "DE"
STARTED = RunStarted(
    at_ms=0,
    scenario="ciftis2020",
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


def parties(
    negotiation: int, organisation: int, economy: str, exhibitor: int, exhibitor_economy: str, *, overseas: bool
) -> dict[str, Any]:
    """Return the parties of a negotiation, as each of its events and those of its agreement name them."""
    return {
        "negotiation": negotiation,
        "organisation": organisation,
        "economy": economy,
        "exhibitor": exhibitor,
        "exhibitor_economy": exhibitor_economy,
        "overseas": overseas,
    }


BETWEEN = parties(4, 9, "SG", 3, "CN", overseas=True)
"""The parties of the golden negotiation."""
SUMMIT = SessionScheduled(
    at_ms=0,
    session=0,
    kind="summit",
    title="Summit",
    sector="other",
    mode="online",
    streamed=True,
    counted=False,
    room="",
    capacity=0,
    starts_ms=72_000_000,
    ends_ms=80_000_000,
)

GOLDEN: tuple[Event, ...] = (
    STARTED,
    OrganisationRegistered(
        at_ms=0,
        organisation=3,
        kind="enterprise",
        economy="CN",
        economy_rank=2,
        sector="business",
        delegates=6,
        exhibits=True,
    ),
    PersonRegistered(at_ms=0, organisation=3, economy="CN", delegate=6),
    SessionScheduled(
        at_ms=0,
        session=5,
        kind="industry_forum",
        title="Finance 金融",
        sector="finance",
        mode="hybrid",
        streamed=True,
        counted=True,
        room="room 1",
        capacity=300,
        starts_ms=9 * HOUR,
        ends_ms=11 * HOUR,
    ),
    ResultAnnounced(at_ms=0, result=6, occasion="henan", sector="health", value=29_764_706, currency="USD"),
    ZoneLaidOut(at_ms=0, zone=0, kind="comprehensive", name="comprehensive", net_m2=8_500),
    StandPlaced(at_ms=0, organisation=3, economy="CN", zone=0, kind="comprehensive"),
    RouteOffered(at_ms=0, route=6, theme="technology"),
    PlatformOpened(at_ms=0, rooms=4_500, viewers=60_000, requests_per_s=1_500, open_days=365),
    FairOpened(0),
    SessionRescheduled(at_ms=8 * HOUR, session=5, room="room 2", capacity=200, starts_ms=9 * HOUR, ends_ms=11 * HOUR),
    LoginRefused(at_ms=9 * HOUR - MINUTE, organisation=9, economy="SG", channel="app", attempt=1, returns=True),
    VisitStarted(at_ms=9 * HOUR, visit=2, organisation=9, economy="SG", channel="app", attempt=2, delegate=1),
    SessionOpened(at_ms=9 * HOUR, session=5, kind="industry_forum"),
    StreamStarted(at_ms=9 * HOUR, stream=5),
    AttendeeAdmitted(at_ms=9 * HOUR + 1, session=5, organisation=3, economy="CN", visitor=None),
    AttendeeTurnedAway(at_ms=9 * HOUR + 2, session=5, organisation=3, economy="CN", reason="full"),
    ViewerRefused(
        at_ms=9 * HOUR + 2, stream=5, organisation=9, economy="SG", channel="app", reason="full", returns=True
    ),
    ViewerJoined(at_ms=9 * HOUR + 3, stream=5, viewer=8, organisation=9, economy="SG", channel="app"),
    ViewersStalled(at_ms=9 * HOUR + MINUTE, stalled=1, left=0),
    PagesViewed(at_ms=9 * HOUR + MINUTE, stands=12, projects=5),
    PublicCounted(at_ms=9 * HOUR + MINUTE, users=40, views=200),
    PlatformMetered(at_ms=9 * HOUR + MINUTE, requests=295, waiting=0, capacity_share=1.0),
    NegotiationRequested(at_ms=9 * HOUR + MINUTE, **BETWEEN, visit=2, sector="business", attempt=1),
    NegotiationDeclined(at_ms=9 * HOUR + 2 * MINUTE, **BETWEEN, waited_ms=MINUTE),
    NegotiationLapsed(at_ms=9 * HOUR + 2 * MINUTE, **BETWEEN, waited_ms=MINUTE),
    NegotiationArranged(at_ms=9 * HOUR + 2 * MINUTE, **BETWEEN, waited_ms=MINUTE, for_ms=14 * HOUR),
    NegotiationMissed(at_ms=9 * HOUR + 2 * MINUTE, **BETWEEN, came=True),
    NegotiationTakenUp(at_ms=9 * HOUR + 2 * MINUTE, **BETWEEN, waited_ms=MINUTE, visit=2),
    NegotiationEnded(at_ms=9 * HOUR + 22 * MINUTE, **BETWEEN, talked_ms=20 * MINUTE, outcome="follow_up"),
    DisruptionBegun(
        at_ms=9 * HOUR + 30 * MINUTE,
        disruption=0,
        cause="scheduled",
        what=PlatformOutage(capacity_share=0.5, lasts_min=15.0),
    ),
    NoticePublished(
        at_ms=9 * HOUR + 30 * MINUTE,
        notice=0,
        about="platform_outage",
        over=False,
        text="Half of it is left.",
        disruption=0,
    ),
    NegotiationFailed(at_ms=9 * HOUR + 30 * MINUTE, **BETWEEN, talked_ms=28 * MINUTE, retries=True),
    DisruptionEnded(
        at_ms=9 * HOUR + 45 * MINUTE,
        disruption=0,
        what=PlatformOutage(capacity_share=0.5, lasts_min=15.0),
        lasted_ms=15 * MINUTE,
    ),
    ProjectPublished(at_ms=10 * HOUR, project=1, organisation=3, economy="CN", sector="business"),
    ReleasePublished(at_ms=10 * HOUR, release=0, organisation=3, economy="CN", sector="business", kind="technology"),
    ReportReleased(at_ms=10 * HOUR + 1, report=0, kind="index", sector="tourism"),
    ViewerLeft(at_ms=10 * HOUR + 3, stream=5, viewer=8, watched_ms=HOUR, reason="left"),
    StreamEnded(at_ms=11 * HOUR, stream=5),
    SessionClosed(
        at_ms=11 * HOUR, session=5, kind="industry_forum", mode="hybrid", counted=True, attended=1, overran_ms=0
    ),
    SessionCancelled(at_ms=11 * HOUR, session=6, kind="evening", was_open=False, attended=0),
    VisitEnded(at_ms=11 * HOUR, visit=2, organisation=9, economy="SG", requests=1, dropped=False),
    ResultSigned(
        at_ms=11 * HOUR,
        result=6,
        occasion="henan",
        sector="health",
        value=29_764_706,
        currency="USD",
        mode="on_site",
        place="room 1",
        took_ms=MINUTE,
    ),
    AgreementFellThrough(at_ms=17 * HOUR, **BETWEEN, sector="business", drafting_ms=6 * HOUR),
    AgreementDrafted(at_ms=17 * HOUR, **BETWEEN, sector="business", drafting_ms=6 * HOUR, value_usd=100_000),
    AgreementSigned(
        at_ms=18 * HOUR,
        **BETWEEN,
        sector="business",
        value_usd=100_000,
        mode="on_site",
        place="table 2",
        took_ms=15 * MINUTE,
        waited_ms=HOUR,
    ),
    VenueOpened(at_ms=33 * HOUR, cap=60_000, lanes=(5, 4), last_entry_ms=40 * HOUR, closes_ms=41 * HOUR),
    EntryBookedOut(at_ms=33 * HOUR, organisation=3, economy="CN"),
    TicketsSold(at_ms=33 * HOUR, badge="public", sold=8_000, wanted=9_500),
    CapChanged(at_ms=33 * HOUR, cap=50_000),
    LanesChanged(at_ms=33 * HOUR, gate=0, lanes=4),
    VisitorMoved(at_ms=33 * HOUR, organisation=3, economy="CN", gate=0, to_gate=1, waited_ms=4 * MINUTE),
    VisitorEntered(
        at_ms=33 * HOUR + 15 * SECOND,
        visitor=0,
        organisation=3,
        economy="CN",
        gate=1,
        waited_ms=5 * MINUTE,
        checked_ms=15 * SECOND,
    ),
    ZonesCounted(at_ms=33 * HOUR + MINUTE, inside=(1,), waiting=(0, 2)),
    RouteDeparted(at_ms=34 * HOUR, route=6, theme="technology", seats=30, taken=30, left_behind=4),
    VisitorLeft(at_ms=36 * HOUR, visitor=0, organisation=3, economy="CN", stayed_ms=3 * HOUR - 15 * SECOND),
    GatesClosed(40 * HOUR),
    VisitorRefused(
        at_ms=40 * HOUR, organisation=3, economy="CN", gate=0, waited_ms=2 * MINUTE, reason="late", returns=False
    ),
    VenueClosed(at_ms=41 * HOUR, entered=1),
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
