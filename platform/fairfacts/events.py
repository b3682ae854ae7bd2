"""Every event there is, as one closed union, and how a batch of them is written and read.

A batch is NDJSON: one event a line, each line ended by a newline, fields in the order of the class. The bytes of a
run's events, one after the other in their order, are its log, and their SHA-256 is the run's digest: batches do not
show in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

import msgspec

from fairfacts.errors import EventError
from fairfacts.event import Event
from fairfacts.interchange.plain import plain_fault
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

AnyEvent = (
    RunStarted
    | FairOpened
    | FairClosed
    | RunEnded
    | OrganisationRegistered
    | PersonRegistered
    | SessionScheduled
    | SessionOpened
    | AttendeeAdmitted
    | AttendeeTurnedAway
    | SessionRescheduled
    | SessionCancelled
    | SessionClosed
    | StreamStarted
    | ViewerJoined
    | ViewerRefused
    | ViewersStalled
    | ViewerLeft
    | StreamEnded
    | PlatformOpened
    | PlatformMetered
    | PublicCounted
    | LoginRefused
    | VisitStarted
    | PagesViewed
    | VisitEnded
    | ProjectPublished
    | NegotiationRequested
    | NegotiationDeclined
    | NegotiationLapsed
    | NegotiationTakenUp
    | NegotiationArranged
    | NegotiationMissed
    | NegotiationEnded
    | NegotiationFailed
    | AgreementDrafted
    | AgreementFellThrough
    | AgreementSigned
    | ResultAnnounced
    | ResultSigned
    | ReleasePublished
    | ReportReleased
    | ZoneLaidOut
    | StandPlaced
    | VenueOpened
    | CapChanged
    | LanesChanged
    | EntryBookedOut
    | TicketsSold
    | VisitorEntered
    | VisitorRefused
    | VisitorLeft
    | VisitorMoved
    | ZonesCounted
    | GatesClosed
    | VenueClosed
    | RouteOffered
    | RouteDeparted
    | DisruptionBegun
    | DisruptionEnded
    | NoticePublished
)
EVENT_TYPES: tuple[type[Event], ...] = get_args(AnyEvent)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def type_name(event_type: type[Event]) -> str:
    """Return the name that an event of this type bears in the log."""
    return str(event_type.__struct_config__.tag)


def encode(events: Iterable[Event]) -> bytes:
    """Return the events as NDJSON."""
    return _encoder.encode_lines(events)


def decode(ndjson: bytes) -> list[Event]:
    """Return the events of a batch.

    Raises:
        EventError: an event is not well formed, or goes back in time against the one before it in the batch.
    """
    try:
        events: list[Event] = _decoder.decode_lines(ndjson)  # type: ignore[assignment]  # the union's members are Events
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _first_fault(ndjson) from None
    moments = [event.at_ms for event in events]
    if moments != sorted(moments):
        position = next(i for i in range(1, len(moments)) if moments[i] < moments[i - 1])
        raise EventError(
            f"at_ms is {moments[position]}, before the {moments[position - 1]} of the event ahead of it",
            "send events in the order of their time",
            position=position,
            field="at_ms",
        )
    return events


def _first_fault(ndjson: bytes) -> EventError:
    """Find the event that made a batch unreadable."""
    position = 0
    for line in ndjson.split(b"\n"):
        if not line.strip(b" \t\r"):
            continue
        try:
            _decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            path, reason = plain_fault(fault)
            field = path or "the event"
            return EventError(
                f"{field}: {reason}",
                position=position,
                field=field,
            )
        position += 1
    raise AssertionError("every line of an unreadable batch can be read")
