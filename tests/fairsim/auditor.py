"""An auditor: holds any log of the model against the laws of the fair. It knows events only, nothing of the model."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from fairfacts.agreements import AgreementDrafted, AgreementFellThrough, AgreementSigned
from fairfacts.event import Event
from fairfacts.negotiations import (
    NegotiationDeclined,
    NegotiationEnded,
    NegotiationEvent,
    NegotiationLapsed,
    NegotiationRequested,
    NegotiationTakenUp,
)
from fairfacts.organisations import OrganisationRegistered
from fairfacts.programme import (
    AttendeeAdmitted,
    AttendeeTurnedAway,
    SessionClosed,
    SessionOpened,
    SessionScheduled,
)
from fairfacts.projects import ProjectPublished
from fairfacts.results import ReleasePublished, ReportReleased, ResultAnnounced, ResultSigned
from fairfacts.routes import RouteDeparted, RouteOffered
from fairfacts.runs import FairClosed, FairOpened, RunEnded, RunStarted
from fairfacts.streams import StreamEnded, StreamStarted, ViewerJoined, ViewerLeft
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
from fairfacts.visits import PagesViewed, VisitEnded, VisitStarted

MINUTE_MS = 60_000


def audit(log: Iterable[Event]) -> list[str]:
    """Return the first faults of a log, in words; a sound log has none."""
    auditor = Auditor()
    for event in log:
        auditor.hear(event)
        if len(auditor.faults) > 5:
            break
    else:
        auditor.close()
    return auditor.faults


class Auditor:
    """Hears the events of a log one after the other."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self._at_ms = self._heard = self._duration_ms = 0
        self._last: Event | None = None
        self._opened_ms: int | None = None
        self._closed_ms: int | None = None
        self._next: dict[str, int] = defaultdict(int)
        self._organisations: dict[int, OrganisationRegistered] = {}
        self._sessions: dict[int, SessionScheduled] = {}
        self._open: set[int] = set()
        self._held: set[int] = set()
        self._admitted: dict[int, int] = defaultdict(int)
        self._on_air: dict[int, set[int]] = {}
        self._views: dict[int, ViewerJoined] = {}
        self._visits: dict[int, VisitStarted] = {}
        self._asked: dict[int, int] = defaultdict(int)
        self._lapses: dict[int, int] = defaultdict(int)
        self._owner: dict[int, int] = {}
        self._waiting: dict[int, NegotiationRequested] = {}
        self._talking: dict[int, NegotiationTakenUp] = {}
        self._answered: dict[int, int] = {}
        self._intents = self._fell_through = self._agreements_signed = self._results_signed = 0
        self._drafting: dict[int, NegotiationEnded] = {}
        self._unsigned: dict[int, AgreementDrafted] = {}
        self._results: dict[int, ResultAnnounced] = {}
        self._place_free_ms: dict[str, int] = defaultdict(int)
        self._releasing: set[int] = set()
        self._zones: dict[int, ZoneLaidOut] = {}
        self._placed: set[int] = set()
        self._halls: VenueOpened | None = None
        self._inside: dict[int, VisitorEntered] = {}
        self._visitors: dict[int, int] = {}
        self._today: set[int] = set()
        self._waits: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._checks: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._counts: list[ZonesCounted] = []
        self._routes: dict[int, RouteOffered] = {}
        self._hear: dict[type[Event], Any] = {
            RunStarted: self._run_started,
            FairOpened: self._fair_opened,
            FairClosed: self._fair_closed,
            RunEnded: self._run_ended,
            OrganisationRegistered: self._registered,
            SessionScheduled: self._scheduled,
            SessionOpened: self._session_opened,
            AttendeeAdmitted: self._admitted_one,
            AttendeeTurnedAway: self._turned_away,
            SessionClosed: self._session_closed,
            StreamStarted: self._stream_started,
            ViewerJoined: self._joined,
            ViewerLeft: self._left,
            StreamEnded: self._stream_ended,
            VisitStarted: self._visit_started,
            PagesViewed: self._pages_viewed,
            VisitEnded: self._visit_ended,
            ProjectPublished: self._published,
            NegotiationRequested: self._requested,
            NegotiationDeclined: self._answered_one,
            NegotiationLapsed: self._lapsed,
            NegotiationTakenUp: self._taken_up,
            NegotiationEnded: self._ended,
            AgreementDrafted: self._drafted,
            AgreementFellThrough: self._fell_through_one,
            AgreementSigned: self._agreement_signed,
            ResultAnnounced: self._announced,
            ResultSigned: self._result_signed,
            ReleasePublished: self._release_published,
            ReportReleased: self._report_released,
            ZoneLaidOut: self._laid_out,
            StandPlaced: self._stand_placed,
            VenueOpened: self._venue_opened,
            VisitorEntered: self._entered,
            VisitorRefused: self._refused,
            VisitorLeft: self._left_halls,
            ZonesCounted: self._counted,
            GatesClosed: self._gates_closed,
            VenueClosed: self._venue_closed,
            RouteOffered: self._offered,
            RouteDeparted: self._departed,
        }

    def hear(self, event: Event) -> None:
        """Take in the next event."""
        self._hold(event.at_ms >= self._at_ms, event, "goes back in time")
        self._hold((self._heard == 0) == (type(event) is RunStarted), event, "is not where a log begins")
        self._hold(not isinstance(self._last, RunEnded), event, "follows the end")
        try:
            self._hear[type(event)](event)
        except KeyError as number:
            self._hold(False, event, f"speaks of {number}, which is not there")
        self._at_ms, self._last = event.at_ms, event
        self._heard += 1

    def close(self) -> None:
        """The log is at its end."""
        self._hold(isinstance(self._last, RunEnded), self._last, "does not end the log")
        self._hold(self._held | self._open <= set(self._sessions), self._last, "held what was never scheduled")
        self._hold(not self._open and self._held == set(self._sessions), self._last, "leaves sessions unheld")
        underway = len(self._drafting) + len(self._unsigned)
        left = self._fell_through + self._agreements_signed
        self._hold(self._intents == underway + left, self._last, "has lost an intent")

    def _hold(self, lawful: bool, event: Event | None, fault: str) -> None:
        if not lawful:
            self.faults.append(f"event {self._heard} {fault}: {event}")

    def _in_sequence(self, kind: str, number: int, event: Event) -> None:
        self._hold(number == self._next[kind], event, f"is not the next {kind}")
        self._next[kind] = number + 1

    def _known(self, organisation: int, economy: str, event: Event) -> None:
        found = self._organisations.get(organisation)
        self._hold(found is not None and found.economy == economy, event, "is of nobody registered")

    def _run_started(self, event: RunStarted) -> None:
        self._duration_ms = event.duration_ms

    def _fair_opened(self, event: FairOpened) -> None:
        self._hold(self._opened_ms is None, event, "opens the fair again")
        self._opened_ms = event.at_ms

    def _fair_closed(self, event: FairClosed) -> None:
        self._hold(event.at_ms == self._duration_ms and self._opened_ms is not None, event, "closes at a wrong time")
        self._closed_ms = event.at_ms

    def _run_ended(self, event: RunEnded) -> None:
        self._hold(isinstance(self._last, FairClosed), event, "ends a run whose fair has not closed")

    def _registered(self, event: OrganisationRegistered) -> None:
        self._in_sequence("organisation", event.organisation, event)
        self._hold(event.delegates >= 1, event, "has no delegate")
        may_exhibit = event.kind in ("enterprise", "fortune_500")
        self._hold(may_exhibit or not event.exhibits, event, "exhibits though its kind does not")
        self._organisations[event.organisation] = event

    def _scheduled(self, event: SessionScheduled) -> None:
        self._in_sequence("session", event.session, event)
        self._hold(event.starts_ms < event.ends_ms <= self._duration_ms, event, "is not inside the fair")
        self._hold((event.mode == "online") == (not event.room) == (event.capacity == 0), event, "has a wrong room")
        for other in self._sessions.values():
            apart = event.ends_ms <= other.starts_ms or other.ends_ms <= event.starts_ms
            self._hold(apart or not event.room or event.room != other.room, event, f"clashes with {other}")
        self._sessions[event.session] = event

    def _session_opened(self, event: SessionOpened) -> None:
        session = self._sessions[event.session]
        self._hold(event.at_ms == session.starts_ms and event.kind == session.kind, event, "is not as scheduled")
        self._hold(event.session not in self._open | self._held, event, "opens again")
        self._open.add(event.session)

    def _admitted_one(self, event: AttendeeAdmitted) -> None:
        self._known(event.organisation, event.economy, event)
        self._admitted[event.session] += 1
        within = self._admitted[event.session] <= self._sessions[event.session].capacity
        self._hold(within and event.session not in self._held, event, "is more than the room admits, or too late")

    def _turned_away(self, event: AttendeeTurnedAway) -> None:
        self._known(event.organisation, event.economy, event)
        full = self._admitted[event.session] == self._sessions[event.session].capacity
        self._hold(full and event.session not in self._held, event, "is turned away though there are seats")

    def _session_closed(self, event: SessionClosed) -> None:
        session = self._sessions[event.session]
        self._hold(event.session in self._open, event, "closes what is not open")
        self._hold(event.at_ms == session.ends_ms + event.overran_ms, event, "does not say by how much it overran")
        self._hold(event.attended == self._admitted[event.session], event, "miscounts its audience")
        same = (event.kind, event.mode, event.counted) == (session.kind, session.mode, session.counted)
        self._hold(same and event.session not in self._on_air, event, "is not as scheduled, or still on air")
        self._open.discard(event.session)
        self._held.add(event.session)

    def _stream_started(self, event: StreamStarted) -> None:
        self._hold(event.stream in self._open, event, "streams a session that is not open")
        self._hold(self._sessions[event.stream].streamed, event, "streams a session that is not streamed")
        self._on_air[event.stream] = set()

    def _joined(self, event: ViewerJoined) -> None:
        self._in_sequence("viewer", event.viewer, event)
        self._known(event.organisation, event.economy, event)
        self._hold(event.stream in self._on_air, event, "watches what is not on air")
        self._on_air.get(event.stream, set()).add(event.viewer)
        self._views[event.viewer] = event

    def _left(self, event: ViewerLeft) -> None:
        self._hold(event.viewer in self._on_air.get(event.stream, ()), event, "leaves without watching")
        self._on_air.get(event.stream, set()).discard(event.viewer)
        joined = self._views.pop(event.viewer)
        self._hold(event.watched_ms == event.at_ms - joined.at_ms, event, "says a wrong length")

    def _stream_ended(self, event: StreamEnded) -> None:
        self._hold(not self._on_air.pop(event.stream), event, "leaves viewers behind")

    def _visit_started(self, event: VisitStarted) -> None:
        self._in_sequence("visit", event.visit, event)
        self._known(event.organisation, event.economy, event)
        self._visits[event.visit] = event
        self._owner[event.visit] = event.organisation

    def _pages_viewed(self, event: PagesViewed) -> None:
        self._hold(event.at_ms % MINUTE_MS == 0 and event.stands > 0, event, "is no minute's count")

    def _visit_ended(self, event: VisitEnded) -> None:
        started = self._visits.pop(event.visit, None)
        self._hold(started is not None, event, "ends what has not started, or again")
        if started is not None:
            self._hold(event.at_ms > started.at_ms, event, "ends at once")
            same = (started.organisation, started.economy) == (event.organisation, event.economy)
            self._hold(same, event, "ends somebody else's visit")
        self._hold(event.requests == self._asked[event.visit], event, "miscounts its requests")

    def _published(self, event: ProjectPublished) -> None:
        self._in_sequence("project", event.project, event)
        self._known(event.organisation, event.economy, event)
        publisher = self._organisations[event.organisation]
        self._hold(publisher.exhibits and publisher.sector == event.sector, event, "is of no exhibitor of the sector")

    def _requested(self, event: NegotiationRequested) -> None:
        self._in_sequence("negotiation", event.negotiation, event)
        self._known(event.organisation, event.economy, event)
        self._known(event.exhibitor, event.exhibitor_economy, event)
        exhibitor = self._organisations[event.exhibitor]
        self._hold(exhibitor.exhibits and exhibitor.sector == event.sector, event, "asks no exhibitor of the sector")
        self._hold(event.exhibitor != event.organisation, event, "asks itself")
        overseas = {event.economy, event.exhibitor_economy} != {"CN"}
        self._hold(event.overseas == overseas, event, "mistakes its origin")
        self._hold(self._owner.get(event.visit) == event.organisation, event, "is not of its visit")
        if event.attempt == 1:
            self._hold(event.visit in self._visits, event, "asks after the visit")
            self._asked[event.visit] += 1
        else:
            self._lapses[event.visit] -= 1
            self._hold(self._lapses[event.visit] >= 0, event, "repeats what has not lapsed")
        self._waiting[event.negotiation] = event

    def _leaves_the_desk(self, event: NegotiationDeclined | NegotiationLapsed | NegotiationTakenUp) -> None:
        requested = self._waiting.pop(event.negotiation, None)
        self._hold(requested is not None, event, "does not wait")
        if requested is not None:
            self._hold(parties(requested) == parties(event), event, "is between others")
            self._hold(event.waited_ms == event.at_ms - requested.at_ms, event, "says a wrong length")

    def _answered_one(self, event: NegotiationDeclined | NegotiationTakenUp) -> None:
        self._leaves_the_desk(event)
        self._hold(event.negotiation > self._answered.get(event.exhibitor, -1), event, "is answered out of turn")
        self._answered[event.exhibitor] = event.negotiation

    def _lapsed(self, event: NegotiationLapsed) -> None:
        self._hold(event.waited_ms > 0, event, "lapses at once")
        requested = self._waiting.get(event.negotiation)
        if requested is not None:
            self._lapses[requested.visit] += 1
        self._leaves_the_desk(event)

    def _taken_up(self, event: NegotiationTakenUp) -> None:
        self._answered_one(event)
        self._talking[event.negotiation] = event

    def _ended(self, event: NegotiationEnded) -> None:
        taken_up = self._talking.pop(event.negotiation, None)
        self._hold(taken_up is not None, event, "ends no talk")
        if taken_up is not None:
            self._hold(parties(taken_up) == parties(event), event, "is between others")
            self._hold(event.talked_ms == event.at_ms - taken_up.at_ms > 0, event, "says a wrong length")
        if event.outcome == "intent":
            self._intents += 1
            self._drafting[event.negotiation] = event

    def _leaves_drafting(self, event: AgreementDrafted | AgreementFellThrough) -> None:
        intent = self._drafting.pop(event.negotiation, None)
        self._hold(intent is not None, event, "was no intent, or is drafted again")
        if intent is not None:
            self._hold(parties(intent) == parties(event), event, "is between others")
            self._hold(event.sector == self._organisations[event.exhibitor].sector, event, "is of another sector")
            self._hold(event.drafting_ms == event.at_ms - intent.at_ms > 0, event, "says a wrong length")

    def _drafted(self, event: AgreementDrafted) -> None:
        self._leaves_drafting(event)
        self._hold(event.value_usd > 0, event, "is worth nothing")
        self._unsigned[event.negotiation] = event

    def _fell_through_one(self, event: AgreementFellThrough) -> None:
        self._leaves_drafting(event)
        self._fell_through += 1

    def _agreement_signed(self, event: AgreementSigned) -> None:
        drafted = self._unsigned.pop(event.negotiation, None)
        self._agreements_signed += 1
        self._hold(drafted is not None, event, "was not drafted, or is signed again")
        if drafted is not None:
            same = (parties(drafted), drafted.sector, drafted.value_usd)
            self._hold(same == (parties(event), event.sector, event.value_usd), event, "is not what was drafted")
            self._hold(event.waited_ms == event.at_ms - drafted.at_ms > 0, event, "says a wrong length")
        self._hold(event.mode == "online" or not event.overseas, event, "is signed on site by somebody overseas")
        self._signed_in_its_place(event)

    def _announced(self, event: ResultAnnounced) -> None:
        self._in_sequence("result", event.result, event)
        self._hold((event.occasion == "opening") == (self._opened_ms is None), event, "is announced too early or late")
        self._results[event.result] = event

    def _result_signed(self, event: ResultSigned) -> None:
        announced = self._results.pop(event.result, None)
        self._results_signed += 1
        self._hold(announced is not None, event, "was not announced, or is signed again")
        if announced is not None:
            said = (announced.occasion, announced.sector, announced.value, announced.currency)
            same = said == (event.occasion, event.sector, event.value, event.currency)
            self._hold(same, event, "is not what was announced")
        if event.place.startswith("room"):
            rooms = {self._sessions[session].room for session in self._open}
            self._hold(event.place in rooms, event, "is signed in no session")
        self._signed_in_its_place(event)

    def _signed_in_its_place(self, event: AgreementSigned | ResultSigned) -> None:
        nowhere = (event.place == "", event.took_ms == 0)
        self._hold(nowhere == (event.mode == "online",) * 2, event, "has a wrong place")
        if event.place:
            free_ms = self._place_free_ms[event.place]
            self._hold(event.at_ms - event.took_ms >= free_ms, event, "is signed while others sit there")
            self._place_free_ms[event.place] = event.at_ms
        signed = self._agreements_signed + self._results_signed
        self._hold(signed <= self._intents + self._next["result"], event, "is one signature too many")

    def _release_published(self, event: ReleasePublished) -> None:
        self._in_sequence("release", event.release, event)
        self._known(event.organisation, event.economy, event)
        releasing = self._organisations[event.organisation]
        self._hold(releasing.exhibits and releasing.sector == event.sector, event, "is of no exhibitor of the sector")
        self._hold(event.organisation not in self._releasing, event, "is of one that has released before")
        self._releasing.add(event.organisation)

    def _report_released(self, event: ReportReleased) -> None:
        self._in_sequence("report", event.report, event)

    def _laid_out(self, event: ZoneLaidOut) -> None:
        self._in_sequence("zone", event.zone, event)
        self._hold(event.net_m2 > 0, event, "has no room")
        self._zones[event.zone] = event

    def _stand_placed(self, event: StandPlaced) -> None:
        self._known(event.organisation, event.economy, event)
        self._hold(self._organisations[event.organisation].exhibits, event, "is of no exhibitor")
        self._hold(event.organisation not in self._placed, event, "is placed twice")
        self._hold(self._zones[event.zone].kind == event.kind, event, "mistakes its zone")
        self._placed.add(event.organisation)

    def _venue_opened(self, event: VenueOpened) -> None:
        self._hold(self._halls is None and not self._inside, event, "opens halls that are not empty and closed")
        lawful = event.at_ms < event.last_entry_ms < event.closes_ms < self._duration_ms and all(event.lanes)
        self._hold(lawful, event, "has wrong hours, or a gate without lanes")
        self._halls = event
        self._today.clear()

    def _entered(self, event: VisitorEntered) -> None:
        self._known(event.organisation, event.economy, event)
        if event.visitor not in self._visitors:
            self._in_sequence("visitor", event.visitor, event)
            self._visitors[event.visitor] = event.organisation
        self._hold(self._visitors[event.visitor] == event.organisation, event, "is somebody else")
        self._hold(event.visitor not in self._today, event, "enters again on the day")
        self._today.add(event.visitor)
        self._inside[event.visitor] = event
        if self._halls is None:
            self._hold(False, event, "enters closed halls")
            return
        self._hold(len(self._inside) <= self._halls.cap, event, "is more than may be inside")
        check_ms = event.at_ms - event.checked_ms
        self._hold(self._halls.at_ms <= check_ms <= self._halls.last_entry_ms, event, "is checked at closed gates")
        self._hold(event.checked_ms > 0, event, "is not checked")
        self._waits[event.gate].append((check_ms - event.waited_ms, check_ms))
        self._checks[event.gate].append((check_ms, event.at_ms))

    def _refused(self, event: VisitorRefused) -> None:
        self._known(event.organisation, event.economy, event)
        if event.reason == "late":
            self._waits[event.gate].append((event.at_ms - event.waited_ms, event.at_ms))
            after = self._halls is None or event.at_ms >= self._halls.last_entry_ms
            self._hold(after and not event.returns, event, "is not late")
        else:
            # those in a lane have a place inside already
            almost = self._halls is None or len(self._inside) + sum(self._halls.lanes) >= self._halls.cap
            self._hold(almost and event.waited_ms == 0, event, "is refused though there is room")

    def _left_halls(self, event: VisitorLeft) -> None:
        entered = self._inside.pop(event.visitor)
        self._hold(event.stayed_ms == event.at_ms - entered.at_ms > 0, event, "says a wrong length")
        same = (event.organisation, event.economy) == (entered.organisation, entered.economy)
        self._hold(same, event, "is somebody else")

    def _counted(self, event: ZonesCounted) -> None:
        self._hold(sum(event.inside) == len(self._inside), event, "miscounts who is inside")
        self._hold(len(event.inside) == len(self._zones), event, "does not count every zone")
        self._counts.append(event)

    def _gates_closed(self, event: GatesClosed) -> None:
        in_time = self._halls is not None and event.at_ms == self._halls.last_entry_ms
        self._hold(in_time, event, "is not at last entry")

    def _venue_closed(self, event: VenueClosed) -> None:
        halls, self._halls = self._halls, None
        if halls is None or event.at_ms != halls.closes_ms:
            self._hold(False, event, "closes at a wrong time")
            return
        self._hold(not self._inside, event, "leaves people inside")
        self._hold(event.entered == len(self._today), event, "miscounts who came")
        whole = range(halls.at_ms, halls.closes_ms, MINUTE_MS)
        moments = [count.at_ms for count in self._counts]
        self._hold(moments == [*whole, halls.closes_ms], event, "lacks a minute's count")
        for gate, lanes in enumerate(halls.lanes):
            self._hold(most_at_once(self._checks[gate]) <= lanes, event, f"used more than the lanes of gate {gate}")
            arrived = sorted(arrived for arrived, _ in self._waits[gate])
            called = sorted(called for _, called in self._waits[gate])
            waiting = [bisect_right(arrived, at_ms) - bisect_right(called, at_ms) for at_ms in moments]
            counted = [count.waiting[gate] for count in self._counts]
            self._hold(waiting == counted, event, f"miscounted the queue of gate {gate}")
            in_turn = [arrived for arrived, _ in sorted(self._waits[gate], key=lambda wait: wait[::-1])]
            self._hold(in_turn == sorted(in_turn), event, f"did not call in turn at gate {gate}")
        self._waits.clear()
        self._checks.clear()
        self._counts.clear()

    def _offered(self, event: RouteOffered) -> None:
        self._in_sequence("route", event.route, event)
        self._routes[event.route] = event

    def _departed(self, event: RouteDeparted) -> None:
        self._hold(self._routes[event.route].theme == event.theme, event, "mistakes its theme")
        self._hold(event.taken <= event.seats, event, "takes more than its seats")
        self._hold(event.left_behind == 0 or event.taken == event.seats, event, "leaves people behind with free seats")


def most_at_once(intervals: list[tuple[int, int]]) -> int:
    """Return how many intervals overlap at most; one that ends as another begins does not."""
    changes = sorted(change for since, until in intervals for change in ((since, 1), (until, -1)))
    now = most = 0
    for _, change in changes:
        now += change
        most = max(most, now)
    return most


def parties(event: NegotiationEvent) -> tuple[int, int, str, int, str, bool]:
    """Return what every event of a negotiation says."""
    return (
        event.negotiation,
        event.organisation,
        event.economy,
        event.exhibitor,
        event.exhibitor_economy,
        event.overseas,
    )
