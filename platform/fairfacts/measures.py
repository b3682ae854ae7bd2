"""Measures: what the events of a run add up to. Every measure is defined once, in the part of the fair it belongs to.

A `State` is folded over events; its snapshot is plain data with one object per part. The same fold serves the model's
experiments, the live backend, the verification of a log and the tests.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from fairfacts import (
    agreements,
    alarms,
    course,
    disruptions,
    negotiations,
    notices,
    organisations,
    platform,
    programme,
    projects,
    results,
    routes,
    runs,
    streams,
    venue,
    visits,
)
from fairfacts.event import Event
from fairfacts.series import HOUR_MS, hour_of

PARTS = (
    runs,
    organisations,
    programme,
    streams,
    visits,
    projects,
    negotiations,
    agreements,
    results,
    venue,
    routes,
    platform,
    disruptions,
    notices,
    alarms,
)

MEASURES: dict[str, str] = {
    f"{part.__name__.rpartition('.')[2]}.{name}".replace("runs.", "run."): meaning
    for part in PARTS
    for name, meaning in part.MEASURES.items()
}
"""Every measure by its path in the snapshot: unit and meaning."""


class Parts(msgspec.Struct):
    """The state of every part of the fair; this is what a checkpoint holds."""

    at_ms: int = 0
    events: int = 0
    run: runs.RunMeasures = msgspec.field(default_factory=runs.RunMeasures)
    organisations: organisations.OrganisationMeasures = msgspec.field(
        default_factory=organisations.OrganisationMeasures
    )
    programme: programme.ProgrammeMeasures = msgspec.field(default_factory=programme.ProgrammeMeasures)
    streams: streams.StreamMeasures = msgspec.field(default_factory=streams.StreamMeasures)
    visits: visits.VisitMeasures = msgspec.field(default_factory=visits.VisitMeasures)
    projects: projects.ProjectMeasures = msgspec.field(default_factory=projects.ProjectMeasures)
    negotiations: negotiations.NegotiationMeasures = msgspec.field(default_factory=negotiations.NegotiationMeasures)
    agreements: agreements.AgreementMeasures = msgspec.field(default_factory=agreements.AgreementMeasures)
    results: results.ResultMeasures = msgspec.field(default_factory=results.ResultMeasures)
    venue: venue.VenueMeasures = msgspec.field(default_factory=venue.VenueMeasures)
    routes: routes.RouteMeasures = msgspec.field(default_factory=routes.RouteMeasures)
    platform: platform.PlatformMeasures = msgspec.field(default_factory=platform.PlatformMeasures)
    disruptions: disruptions.DisruptionMeasures = msgspec.field(default_factory=disruptions.DisruptionMeasures)
    notices: notices.NoticeMeasures = msgspec.field(default_factory=notices.NoticeMeasures)
    course: course.Course = msgspec.field(default_factory=course.Course)
    """Of gauges, in no snapshot."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Parts)


class State:
    """The measures of a run after the events folded so far."""

    def __init__(self, parts: Parts | None = None) -> None:
        self.parts = parts or Parts()
        self._folds = _table(self.parts)

    @property
    def position(self) -> int:
        """How many events were folded: the position of the next one."""
        return self.parts.events

    def fold(self, events: Iterable[Event]) -> None:
        """Take in events, in the order of the log."""
        folds, parts, log, first = self._folds, self.parts, list(events), 0
        while first < len(log):
            hour = hour_of(log[first].at_ms)
            end = bisect_left(log, (hour + 1) * HOUR_MS, lo=first, key=_at_ms)
            for event in log[first:end]:
                folds[type(event)](event)
            for part in (parts.streams, parts.visits, parts.negotiations, parts.venue):
                part.close_hour(hour)
            parts.at_ms = log[end - 1].at_ms
            parts.events += end - first
            first = end

    def snapshot(self) -> dict[str, Any]:
        """Return every measure as plain data that JSON can carry; it holds no null, so that merge patches are exact."""
        parts = self.parts
        said = {
            "run": parts.run.snapshot() | {"at_ms": parts.at_ms, "events": parts.events},
            "organisations": parts.organisations.snapshot(),
            "programme": parts.programme.snapshot(),
            "streams": parts.streams.snapshot(),
            "visits": parts.visits.snapshot(),
            "projects": parts.projects.snapshot(),
            "negotiations": parts.negotiations.snapshot(),
            "agreements": parts.agreements.snapshot(intents=parts.negotiations.outcomes.get("intent", 0)),
            "results": parts.results.snapshot(),
            "venue": parts.venue.snapshot(),
            "routes": parts.routes.snapshot(),
            "platform": parts.platform.snapshot(
                talking=parts.negotiations.talking,
                talking_peak=parts.negotiations.talking_peak,
                watching=parts.streams.viewers,
            ),
            "disruptions": parts.disruptions.snapshot(),
            "notices": parts.notices.snapshot(),
        }
        return said | {"alarms": alarms.alarms(said)}

    def checkpoint(self) -> bytes:
        """Return the state as bytes from which `restore` makes an equal one."""
        return _encoder.encode(self.parts)

    @classmethod
    def restore(cls, checkpoint: bytes) -> State:
        """Return the state that `checkpoint` wrote.

        Raises:
            msgspec.DecodeError: the bytes are of another release; fold the log from its beginning instead.
        """
        return cls(_decoder.decode(checkpoint))


def value_at(snapshot: dict[str, Any], path: str) -> Any:
    """Return the measure at a path of a snapshot, such as `negotiations.initiated`; 0 for a breakdown's absent key."""
    value: Any = snapshot
    for name in path.split("."):
        value = value.get(name, 0)
    return value


def _at_ms(event: Event) -> int:
    return event.at_ms


def _table(parts: Parts) -> dict[type[Event], Callable[[Any], None]]:
    """Return what each type of event does to the state; types that concern two parts are joined here."""

    def run_started(event: runs.RunStarted) -> None:
        parts.run.started(event)
        parts.programme.started(event)

    def fair_opened(event: runs.FairOpened) -> None:
        parts.run.opened(event)
        parts.organisations.open(event)

    def note(at_ms: int) -> None:
        talks = parts.negotiations
        parts.course.note(
            at_ms,
            (
                parts.venue.inside,
                sum(parts.venue.waiting),
                parts.visits.online,
                parts.streams.viewers,
                talks.waiting,
                talks.talking,
                len(talks.talking_at),
            ),
            hourly=parts.run.phase in ("closed", "ended"),
        )

    def metered(event: platform.PlatformMetered) -> None:
        parts.platform.meter(event)
        note(event.at_ms)

    def counted(event: venue.ZonesCounted) -> None:
        parts.venue.count(event)
        note(event.at_ms)

    return {
        runs.RunStarted: run_started,
        runs.FairOpened: fair_opened,
        runs.FairClosed: parts.run.closed,
        runs.RunEnded: parts.run.ended,
        organisations.OrganisationRegistered: parts.organisations.register,
        programme.SessionScheduled: parts.programme.schedule,
        programme.SessionOpened: parts.programme.open,
        programme.AttendeeAdmitted: parts.programme.admit,
        programme.AttendeeTurnedAway: parts.programme.turn_away,
        programme.SessionRescheduled: parts.programme.reschedule,
        programme.SessionCancelled: parts.programme.cancel,
        programme.SessionClosed: parts.programme.close,
        streams.StreamStarted: parts.streams.start,
        streams.ViewerJoined: parts.streams.join,
        streams.ViewerRefused: parts.streams.refuse,
        streams.ViewersStalled: parts.streams.stall,
        streams.ViewerLeft: parts.streams.leave,
        streams.StreamEnded: parts.streams.end,
        visits.VisitStarted: parts.visits.start,
        visits.PagesViewed: parts.visits.view,
        visits.VisitEnded: parts.visits.end,
        projects.ProjectPublished: parts.projects.publish,
        negotiations.NegotiationRequested: parts.negotiations.requests(parts.organisations),
        negotiations.NegotiationDeclined: parts.negotiations.decline,
        negotiations.NegotiationLapsed: parts.negotiations.lapse,
        negotiations.NegotiationTakenUp: parts.negotiations.take_up,
        negotiations.NegotiationEnded: parts.negotiations.end,
        negotiations.NegotiationFailed: parts.negotiations.fail,
        agreements.AgreementDrafted: parts.agreements.draft,
        agreements.AgreementFellThrough: parts.agreements.fall_through,
        agreements.AgreementSigned: parts.agreements.sign,
        results.ResultAnnounced: parts.results.announce,
        results.ResultSigned: parts.results.sign,
        results.ReleasePublished: parts.results.publish,
        results.ReportReleased: parts.results.release,
        venue.ZoneLaidOut: parts.venue.lay_out,
        venue.StandPlaced: parts.venue.place,
        venue.VenueOpened: parts.venue.open,
        venue.CapChanged: parts.venue.change_cap,
        venue.LanesChanged: parts.venue.change_lanes,
        venue.EntryBookedOut: parts.venue.book_out,
        venue.VisitorEntered: parts.venue.enter,
        venue.VisitorRefused: parts.venue.refuse,
        venue.VisitorLeft: parts.venue.leave,
        venue.ZonesCounted: counted,
        venue.GatesClosed: parts.venue.close_gates,
        venue.VenueClosed: parts.venue.close,
        routes.RouteOffered: parts.routes.offer,
        routes.RouteDeparted: parts.routes.depart,
        platform.PlatformOpened: parts.platform.open,
        platform.PlatformMetered: metered,
        platform.LoginRefused: parts.platform.refuse,
        disruptions.DisruptionBegun: parts.disruptions.begin,
        disruptions.DisruptionEnded: parts.disruptions.end,
        notices.NoticePublished: parts.notices.publish,
    }
