"""An auditor: holds any log against the laws that every fair obeys.

It is independent of the model, of the backend and of the measures: it knows events alone, and keeps its own account of
what they say. One pass, in memory that grows with what is active (and with the register, and with the requests that
lapsed and were not taken elsewhere).

Each part of the fair has a class with the laws it keeps, by name, and a handler for each type of event that it hears.
Another part is another class in `PARTS`; two parts may hear the same type.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from sys import intern
from typing import Any, ClassVar

import msgspec

from fairfacts.event import Event
from fairfacts.events import EVENT_TYPES
from fairfacts.negotiations import (
    NegotiationDeclined,
    NegotiationEnded,
    NegotiationEvent,
    NegotiationLapsed,
    NegotiationRequested,
    NegotiationTakenUp,
)
from fairfacts.organisations import HOME_ECONOMY, OrganisationRegistered
from fairfacts.programme import (
    AttendeeAdmitted,
    AttendeeTurnedAway,
    SessionClosed,
    SessionOpened,
    SessionScheduled,
)
from fairfacts.projects import ProjectPublished
from fairfacts.runs import FairClosed, FairOpened, RunEnded, RunStarted
from fairfacts.streams import StreamEnded, StreamStarted, ViewerJoined, ViewerLeft
from fairfacts.visits import PagesViewed, VisitEnded, VisitStarted

MOST_TOLD = 20
"""Violations that are told; the others are counted. The first one matters: much follows from it."""
MINUTE_MS = 60_000
MAY_EXHIBIT = ("enterprise", "fortune_500")

Handlers = dict[type[Event], Callable[[Any], None]]


class Violation(msgspec.Struct, frozen=True):
    """A law that a log breaks, and where."""

    position: int
    """Of the event in the log; the log's length where its end breaks the law."""
    law: str
    meaning: str
    """What the law says."""
    event: Event | None
    """None at the end of the log."""

    def __str__(self) -> str:
        said = "the end of the log" if self.event is None else msgspec.json.encode(self.event).decode()
        return f"event {self.position} breaks {self.law} ({self.meaning}): {said}"


class Flow:
    """Those who come, stay for a while, and go: Little's law of them, exact in whole milliseconds.

    Over any time T the number present, integrated, is the sum of all stays so far: L = lambda W with
    L = integral / T, lambda = came / T, W = stays / came (Little 1961; as an identity Stidham 1974). The integral is
    taken over the number as it changes, the stays are those that the events state: they are independent.
    """

    __slots__ = ("came", "integral_ms", "present", "since_ms", "stayed_ms")

    def __init__(self) -> None:
        self.came = self.present = self.since_ms = self.integral_ms = self.stayed_ms = 0

    def enter(self, at_ms: int) -> None:
        """Somebody comes."""
        self.integral_ms += self.present * (at_ms - self.since_ms)
        self.since_ms = at_ms
        self.present += 1
        self.came += 1

    def leave(self, at_ms: int, stayed_ms: int) -> None:
        """Somebody goes, who says to have stayed for so long."""
        self.integral_ms += self.present * (at_ms - self.since_ms)
        self.since_ms = at_ms
        self.present -= 1
        self.stayed_ms += stayed_ms

    def little(self, now_ms: int, since_ms: Iterable[int]) -> Little:
        """Return the account at a moment, when those present came at these moments."""
        staying = [now_ms - came_ms for came_ms in since_ms]
        return Little(
            came=self.came,
            present=self.present,
            counted=len(staying),
            integral_ms=self.integral_ms + self.present * (now_ms - self.since_ms),
            stays_ms=self.stayed_ms + sum(staying),
            over_ms=now_ms,
        )


class Little(msgspec.Struct, frozen=True):
    """The two sides of Little's law for one flow."""

    came: int
    present: int
    """By comings and goings."""
    counted: int
    """Those who have come and not gone, one by one."""
    integral_ms: int
    """Of the number present over time."""
    stays_ms: int
    """All stays together, of those present up to now."""
    over_ms: int

    def is_conserved(self) -> bool:
        """Whether whoever came has gone or is present."""
        return self.present == self.counted

    def holds(self) -> bool:
        """Whether the identity holds to the millisecond, and L = lambda W to 1e-9."""
        if self.integral_ms != self.stays_ms or not (self.came and self.over_ms):
            return self.integral_ms == self.stays_ms
        mean_number = self.integral_ms / self.over_ms
        by_law = (self.came / self.over_ms) * (self.stays_ms / self.came)
        return abs(mean_number - by_law) <= 1e-9 * mean_number

    def plain(self) -> dict[str, Any]:
        """Return L, lambda and W as plain data."""
        hours = self.over_ms / 3_600_000
        return {
            "came": self.came,
            "present": self.present,
            "mean_number": round(self.integral_ms / self.over_ms, 6) if self.over_ms else 0.0,
            "came_per_h": round(self.came / hours, 6) if hours else 0.0,
            "mean_stay_s": round(self.stays_ms / self.came / 1000, 6) if self.came else 0.0,
            "holds": self.holds() and self.is_conserved(),
        }


class Part:
    """The laws of one part of the fair."""

    LAWS: ClassVar[Mapping[str, str]]
    """By name: what must be so."""

    def __init__(self, auditor: Auditor) -> None:
        self.breaks = auditor.breaks

    def handlers(self) -> Handlers:
        """Return what is done on each type of event that the part hears."""
        raise NotImplementedError

    def flows(self, now_ms: int) -> dict[str, Little]:
        """Return the accounts of those who come and go in this part, by what they are called."""
        del now_ms
        return {}

    def end(self) -> None:
        """The run has ended: hold what must be so by then."""


class Auditor:
    """Hears the events of a log in order, and tells which laws they break."""

    def __init__(self) -> None:
        self.position = 0
        self.violations: list[Violation] = []
        self.broken: Counter[str] = Counter()
        """How often each law was broken; of all violations the first `MOST_TOLD` are kept."""
        self._at_ms = self._duration_ms = 0
        self._opened = self._closed = self._ended = False
        self._event: Event | None = None
        self.register = RegisterLaws(self)
        self.programme = ProgrammeLaws(self)
        self.visits = VisitLaws(self)
        self.parts: tuple[Part, ...] = (
            self.register,
            self.programme,
            StreamLaws(self),
            self.visits,
            ProjectLaws(self),
            NegotiationLaws(self),
        )
        # until the run has started, and after its end, every event is out of place
        self._table: Handlers = dict.fromkeys(EVENT_TYPES, self._out_of_place)
        self._table[RunStarted] = self._run_started

    def hear(self, events: Iterable[Event]) -> None:
        """Take in the next events of the log."""
        table, at_ms, position = self._table, self._at_ms, self.position
        for event in events:
            self.position = position
            if event.at_ms < at_ms:
                self.breaks(event, "run.time")
            at_ms = event.at_ms
            table[type(event)](event)
            position += 1
        self._at_ms, self.position = at_ms, position

    def close(self, *, ended: bool = True) -> list[Violation]:
        """The log is at its end: hold what must be so by then, and return all violations.

        Args:
            ended: whether the run is said to be over; of one that goes on, what is conserved must be so at any moment.
        """
        if ended and not self._ended:
            self.breaks(None, "run.ends")
        if self._ended:
            for part in self.parts:
                part.end()
        for account in self.flows().values():
            if not account.is_conserved():
                self.breaks(None, "flow.conserved")
            if not account.holds():
                self.breaks(None, "flow.little")
        return self.violations

    def flows(self) -> dict[str, Little]:
        """Return Little's law of each flow as it stands, by name."""
        return {name: account for part in self.parts for name, account in part.flows(self._at_ms).items()}

    def breaks(self, event: Event | None, law: str) -> None:
        """Tell of a law that is broken."""
        self.broken[law] += 1
        if len(self.violations) < MOST_TOLD:
            self.violations.append(Violation(self.position, law, LAWS[law], event))

    def _run_started(self, event: RunStarted) -> None:
        self._duration_ms = event.duration_ms
        for event_type in EVENT_TYPES:
            self._table[event_type] = self._heard_by(event_type)
        self._table[RunStarted] = self._out_of_place
        self._table[FairOpened] = self._fair_opened
        self._table[FairClosed] = self._fair_closed
        self._table[RunEnded] = self._run_ended

    def _heard_by(self, event_type: type[Event]) -> Callable[[Any], None]:
        """Return what is done on a type of event by all parts that hear it."""
        hear = [part.handlers()[event_type] for part in self.parts if event_type in part.handlers()]
        if len(hear) == 1:
            return hear[0]

        def by_all(event: Event) -> None:
            for one in hear:
                one(event)

        return by_all

    def _out_of_place(self, event: Event) -> None:
        self.breaks(event, "run.ended" if self._ended else "run.starts")

    def _fair_opened(self, event: FairOpened) -> None:
        if self._opened:
            self.breaks(event, "fair.opens")
        self._opened = True

    def _fair_closed(self, event: FairClosed) -> None:
        if self._closed or not self._opened or event.at_ms > self._duration_ms:
            self.breaks(event, "fair.closes")
        self._closed = True

    def _run_ended(self, event: RunEnded) -> None:
        if not self._closed or event.at_ms != self._duration_ms:
            self.breaks(event, "run.duration")
        self._ended = True
        self._table.update(dict.fromkeys(EVENT_TYPES, self._out_of_place))


class RegisterLaws(Part):
    """Who is registered, and of what economy and sector."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "organisation.sequence": "organisations are numbered 0, 1, 2, ... as they register",
        "organisation.delegates": "an organisation has a delegate at least",
        "organisation.exhibits": "only enterprises and Fortune 500 companies exhibit",
        "organisation.rank": "an economy has one rank, and no two have the same",
        "organisation.registered": "whoever acts is registered, and of the economy that the event says",
    }

    def __init__(self, auditor: Auditor) -> None:
        super().__init__(auditor)
        # by organisation: lists, as the look-ups of every event go through them, and dictionaries miss the cache more
        self.economy: list[str] = []
        self.sector: list[str] = []
        """Empty for those who do not exhibit."""
        self._rank: dict[str, int] = {}
        self._economy_at: dict[int, str] = {}

    def handlers(self) -> Handlers:
        """Return what is done on each type of event that the part hears."""
        return {OrganisationRegistered: self._registered}

    def is_known(self, organisation: int, economy: str) -> bool:
        """Return whether an organisation is registered, and of an economy."""
        return organisation < len(self.economy) and self.economy[organisation] == economy

    def exhibits_in(self, organisation: int, sector: str) -> bool:
        """Return whether an organisation exhibits in a sector."""
        return organisation < len(self.sector) and self.sector[organisation] == sector != ""

    def _registered(self, event: OrganisationRegistered) -> None:
        if event.organisation != len(self.economy):
            self.breaks(event, "organisation.sequence")
        if event.delegates < 1:
            self.breaks(event, "organisation.delegates")
        rank = self._rank.setdefault(event.economy, event.economy_rank)
        economy = self._economy_at.setdefault(event.economy_rank, event.economy)
        if (rank, economy) != (event.economy_rank, event.economy):
            self.breaks(event, "organisation.rank")
        self.economy.append(intern(event.economy))
        self.sector.append(intern(event.sector) if event.exhibits else "")
        if event.exhibits and event.kind not in MAY_EXHIBIT:
            self.breaks(event, "organisation.exhibits")


class ProgrammeLaws(Part):
    """Sessions: scheduled, open, held, and who is admitted."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "session.sequence": "sessions are numbered 0, 1, 2, ... as they are scheduled",
        "session.room": "a session is without a room and seats when it is online, and only then",
        "session.clash": "two sessions of one room do not overlap",
        "session.times": "a session ends after it begins",
        "session.opens": "a session opens once, when it is scheduled to, as what it is scheduled to be",
        "session.closes": "a session that is open closes as what it was scheduled to be, as late as it says",
        "session.attended": "a session says how many it has admitted",
        "session.held": "every session scheduled is held by the end of the run",
        "attendee.capacity": "a room admits no more than its capacity, and nobody once the session has closed",
        "attendee.turned_away": "a delegate is turned away from a full room only",
    }

    def __init__(self, auditor: Auditor) -> None:
        super().__init__(auditor)
        self.sessions: dict[int, SessionScheduled] = {}
        self.open: set[int] = set()
        self._held: set[int] = set()
        self._admitted: dict[int, int] = defaultdict(int)
        self._in_room: dict[str, list[SessionScheduled]] = defaultdict(list)
        self._register = auditor.register

    def handlers(self) -> Handlers:
        """Return what is done on each type of event that the part hears."""
        return {
            SessionScheduled: self._scheduled,
            SessionOpened: self._opened,
            AttendeeAdmitted: self._admit,
            AttendeeTurnedAway: self._turned_away,
            SessionClosed: self._closed,
        }

    def end(self) -> None:
        """Every session has been held."""
        if self.open or self._held != self.sessions.keys():
            self.breaks(None, "session.held")

    def _scheduled(self, event: SessionScheduled) -> None:
        if event.session != len(self.sessions):
            self.breaks(event, "session.sequence")
        if event.ends_ms <= event.starts_ms:
            self.breaks(event, "session.times")
        if not (event.mode == "online") == (not event.room) == (event.capacity == 0):
            self.breaks(event, "session.room")
        in_room = self._in_room[event.room] if event.room else []
        if any(event.starts_ms < other.ends_ms and other.starts_ms < event.ends_ms for other in in_room):
            self.breaks(event, "session.clash")
        in_room.append(event)
        self.sessions[event.session] = event

    def _opened(self, event: SessionOpened) -> None:
        session = self.sessions.get(event.session)
        if (
            session is None
            or (session.starts_ms, session.kind) != (event.at_ms, event.kind)
            or event.session in self.open
            or event.session in self._held
        ):
            self.breaks(event, "session.opens")
        self.open.add(event.session)

    def _admit(self, event: AttendeeAdmitted) -> None:
        session = self.sessions.get(event.session)
        self._admitted[event.session] = admitted = self._admitted[event.session] + 1
        if session is None or admitted > session.capacity or event.session in self._held:
            self.breaks(event, "attendee.capacity")
        if not self._register.is_known(event.organisation, event.economy):
            self.breaks(event, "organisation.registered")

    def _turned_away(self, event: AttendeeTurnedAway) -> None:
        session = self.sessions.get(event.session)
        if session is None or self._admitted[event.session] < session.capacity or event.session in self._held:
            self.breaks(event, "attendee.turned_away")
        if not self._register.is_known(event.organisation, event.economy):
            self.breaks(event, "organisation.registered")

    def _closed(self, event: SessionClosed) -> None:
        session = self.sessions.get(event.session)
        if (
            session is None
            or event.session not in self.open
            or event.at_ms != session.ends_ms + event.overran_ms
            or (event.kind, event.mode, event.counted) != (session.kind, session.mode, session.counted)
        ):
            self.breaks(event, "session.closes")
        if event.attended != self._admitted.pop(event.session, 0):
            self.breaks(event, "session.attended")
        self.open.discard(event.session)
        self._held.add(event.session)


class StreamLaws(Part):
    """Streams on air, and who watches."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "stream.starts": "a stream starts once, while its session is open, and only if it is to be streamed",
        "stream.ends": "a stream that is on air ends, its viewers gone, before its session closes",
        "viewer.sequence": "viewers are numbered 0, 1, 2, ... as they join",
        "viewer.on_air": "a viewer joins a stream that is on air",
        "viewer.joined": "a viewer leaves the stream that it joined, once",
        "viewer.watched": "watched_ms is the time from joining to leaving",
    }

    def __init__(self, auditor: Auditor) -> None:
        super().__init__(auditor)
        self._programme = auditor.programme
        self._register = auditor.register
        self._on_air: dict[int, int] = {}
        """Viewers of each stream on air."""
        self._started: set[int] = set()
        self._watching: dict[int, ViewerJoined] = {}
        self._views = Flow()
        self._next = 0

    def handlers(self) -> Handlers:
        """Return what is done on each type of event that the part hears."""
        return {
            StreamStarted: self._start,
            ViewerJoined: self._join,
            ViewerLeft: self._leave,
            StreamEnded: self._end,
            SessionClosed: self._session_closed,
        }

    def flows(self, now_ms: int) -> dict[str, Little]:
        """Return the account of the viewers."""
        return {"viewers": self._views.little(now_ms, (view.at_ms for view in self._watching.values()))}

    def _start(self, event: StreamStarted) -> None:
        session = self._programme.sessions.get(event.stream)
        is_open = event.stream in self._programme.open
        if session is None or not session.streamed or not is_open or event.stream in self._started:
            self.breaks(event, "stream.starts")
        self._started.add(event.stream)
        self._on_air[event.stream] = 0

    def _join(self, event: ViewerJoined) -> None:
        viewer, stream = event.viewer, event.stream
        if viewer != self._next:
            self.breaks(event, "viewer.sequence")
        self._next = viewer + 1
        if stream in self._on_air:
            self._on_air[stream] += 1
        else:
            self.breaks(event, "viewer.on_air")
        if not self._register.is_known(event.organisation, event.economy):
            self.breaks(event, "organisation.registered")
        self._watching[viewer] = event
        self._views.enter(event.at_ms)

    def _leave(self, event: ViewerLeft) -> None:
        joined = self._watching.pop(event.viewer, None)
        if joined is None or joined.stream != event.stream:
            self.breaks(event, "viewer.joined")
        if joined is None:
            return
        if event.watched_ms != event.at_ms - joined.at_ms:
            self.breaks(event, "viewer.watched")
        if joined.stream in self._on_air:
            self._on_air[joined.stream] -= 1
        self._views.leave(event.at_ms, event.watched_ms)

    def _end(self, event: StreamEnded) -> None:
        if self._on_air.pop(event.stream, -1) != 0:
            self.breaks(event, "stream.ends")

    def _session_closed(self, event: SessionClosed) -> None:
        if event.session in self._on_air:
            self.breaks(event, "stream.ends")


class VisitLaws(Part):
    """Visitors of the platform."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "visit.sequence": "visits are numbered 0, 1, 2, ... as they start",
        "visit.started": "a visit ends once, after it started, as the visit of whom it started",
        "visit.requests": "a visit says how many first requests were made in it",
        "pages.minute": "page views are counted at whole minutes, each once, when there are any",
    }

    def __init__(self, auditor: Auditor) -> None:
        super().__init__(auditor)
        self.online: dict[int, VisitStarted] = {}
        self.asked: dict[int, int] = {}
        """First requests made by each visitor who is online and has made any."""
        self._register = auditor.register
        self._visitors = Flow()
        self._next = self._counted_ms = 0

    def handlers(self) -> Handlers:
        """Return what is done on each type of event that the part hears."""
        return {VisitStarted: self._start, PagesViewed: self._viewed, VisitEnded: self._end}

    def flows(self, now_ms: int) -> dict[str, Little]:
        """Return the account of the visitors online."""
        return {"visitors": self._visitors.little(now_ms, (visit.at_ms for visit in self.online.values()))}

    def _start(self, event: VisitStarted) -> None:
        visit = event.visit
        if visit != self._next:
            self.breaks(event, "visit.sequence")
        self._next = visit + 1
        if not self._register.is_known(event.organisation, event.economy):
            self.breaks(event, "organisation.registered")
        self.online[visit] = event
        self._visitors.enter(event.at_ms)

    def _viewed(self, event: PagesViewed) -> None:
        if event.at_ms % MINUTE_MS or event.at_ms <= self._counted_ms or event.stands + event.projects == 0:
            self.breaks(event, "pages.minute")
        self._counted_ms = event.at_ms

    def _end(self, event: VisitEnded) -> None:
        started = self.online.pop(event.visit, None)
        if (
            started is None
            or event.at_ms <= started.at_ms
            or started.organisation != event.organisation
            or started.economy != event.economy
        ):
            self.breaks(event, "visit.started")
        if started is not None:
            self._visitors.leave(event.at_ms, event.at_ms - started.at_ms)
        if event.requests != self.asked.pop(event.visit, 0):
            self.breaks(event, "visit.requests")


class ProjectLaws(Part):
    """Projects published."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "project.sequence": "projects are numbered 0, 1, 2, ... as they are published",
        "project.exhibitor": "a project is published by an exhibitor, in its sector",
    }

    def __init__(self, auditor: Auditor) -> None:
        super().__init__(auditor)
        self._register = auditor.register
        self._next = 0

    def handlers(self) -> Handlers:
        """Return what is done on each type of event that the part hears."""
        return {ProjectPublished: self._published}

    def _published(self, event: ProjectPublished) -> None:
        if event.project != self._next:
            self.breaks(event, "project.sequence")
        self._next = event.project + 1
        if not self._register.is_known(event.organisation, event.economy):
            self.breaks(event, "organisation.registered")
        if not self._register.exhibits_in(event.organisation, event.sector):
            self.breaks(event, "project.exhibitor")


class NegotiationLaws(Part):
    """A negotiation's life: requested, then declined, lapsed, or taken up and ended."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "negotiation.sequence": "negotiations are numbered 0, 1, 2, ... as they are requested",
        "negotiation.exhibitor": "a negotiation is asked of another organisation that exhibits in the sector",
        "negotiation.overseas": "a negotiation is overseas when either party is from outside the home economy",
        "negotiation.visit": "a first request is made by a visitor who is online, of the visitor's organisation",
        "negotiation.repeated": "a further attempt follows a lapse of the attempt before it, in the same visit",
        "negotiation.waits": "a negotiation that waits is declined, lapses or is taken up, once",
        "negotiation.parties": "every event of a negotiation is between the same parties",
        "negotiation.waited": "waited_ms is the time since the request, and more than none for a lapse",
        "negotiation.turn": "a desk answers requests in the order in which they came",
        "negotiation.talks": "a negotiation ends once, after it was taken up",
        "negotiation.talked": "talked_ms is the time since the negotiation was taken up, and more than none",
    }

    def __init__(self, auditor: Auditor) -> None:
        super().__init__(auditor)
        self._register, self._known = auditor.register, auditor.register.economy
        self._online, self._asked = auditor.visits.online, auditor.visits.asked
        self._waiting: dict[int, NegotiationRequested] = {}
        self._talking: dict[int, NegotiationTakenUp] = {}
        self._lapsed: dict[tuple[int, int, int], int] = {}
        """Lapses that no attempt has followed, by visit, organisation and attempt."""
        self._answered: dict[int, int] = {}
        """The latest negotiation that each desk has answered."""
        self._waits, self._talks = Flow(), Flow()
        self._next = 0

    def handlers(self) -> Handlers:
        """Return what is done on each type of event that the part hears."""
        return {
            NegotiationRequested: self._request,
            NegotiationDeclined: self._answer,
            NegotiationLapsed: self._lapse,
            NegotiationTakenUp: self._take_up,
            NegotiationEnded: self._end,
        }

    def flows(self, now_ms: int) -> dict[str, Little]:
        """Return the accounts of the negotiations that wait, and of those in talk."""
        return {
            "negotiations_waiting": self._waits.little(now_ms, (one.at_ms for one in self._waiting.values())),
            "negotiations_talking": self._talks.little(now_ms, (one.at_ms for one in self._talking.values())),
        }

    def _request(self, event: NegotiationRequested) -> None:
        number, organisation, exhibitor = event.negotiation, event.organisation, event.exhibitor
        economy, exhibitor_economy = event.economy, event.exhibitor_economy
        if number != self._next:
            self.breaks(event, "negotiation.sequence")
        self._next = number + 1
        known = self._known
        registered = len(known)
        if (
            organisation >= registered
            or exhibitor >= registered
            or known[organisation] != economy
            or known[exhibitor] != exhibitor_economy
        ):
            self.breaks(event, "organisation.registered")
        if exhibitor == organisation or not self._register.exhibits_in(exhibitor, event.sector):
            self.breaks(event, "negotiation.exhibitor")
        if event.overseas is (economy == exhibitor_economy == HOME_ECONOMY):
            self.breaks(event, "negotiation.overseas")
        if event.attempt == 1:
            visit = event.visit
            visitor = self._online.get(visit)
            if visitor is None or visitor.organisation != organisation:
                self.breaks(event, "negotiation.visit")
            else:
                self._asked[visit] = self._asked.get(visit, 0) + 1
        else:
            self._repeat(event)
        self._waiting[number] = event
        self._waits.enter(event.at_ms)

    def _repeat(self, event: NegotiationRequested) -> None:
        wish = event.visit, event.organisation, event.attempt - 1
        lapses = self._lapsed.pop(wish, 0)
        if lapses > 1:
            self._lapsed[wish] = lapses - 1
        elif not lapses:
            self.breaks(event, "negotiation.repeated")

    def _leave_desk(self, event: NegotiationDeclined | NegotiationLapsed | NegotiationTakenUp) -> None:
        requested = self._waiting.pop(event.negotiation, None)
        if requested is None:
            self.breaks(event, "negotiation.waits")
            return
        if _differ(requested, event):
            self.breaks(event, "negotiation.parties")
        if event.waited_ms != event.at_ms - requested.at_ms:
            self.breaks(event, "negotiation.waited")
        self._waits.leave(event.at_ms, event.waited_ms)

    def _answer(self, event: NegotiationDeclined | NegotiationTakenUp) -> None:
        self._leave_desk(event)
        number, exhibitor = event.negotiation, event.exhibitor
        if number <= self._answered.get(exhibitor, -1):
            self.breaks(event, "negotiation.turn")
        self._answered[exhibitor] = number

    def _lapse(self, event: NegotiationLapsed) -> None:
        if not event.waited_ms:
            self.breaks(event, "negotiation.waited")
        if requested := self._waiting.get(event.negotiation):
            wish = requested.visit, requested.organisation, requested.attempt
            self._lapsed[wish] = self._lapsed.get(wish, 0) + 1
        self._leave_desk(event)

    def _take_up(self, event: NegotiationTakenUp) -> None:
        self._answer(event)
        self._talking[event.negotiation] = event
        self._talks.enter(event.at_ms)

    def _end(self, event: NegotiationEnded) -> None:
        taken_up = self._talking.pop(event.negotiation, None)
        if taken_up is None:
            self.breaks(event, "negotiation.talks")
            return
        if _differ(taken_up, event):
            self.breaks(event, "negotiation.parties")
        if not event.talked_ms or event.talked_ms != event.at_ms - taken_up.at_ms:
            self.breaks(event, "negotiation.talked")
        self._talks.leave(event.at_ms, event.talked_ms)


def _differ(one: NegotiationEvent, other: NegotiationEvent) -> bool:
    """Return whether two events of a negotiation name other parties."""
    return (
        one.organisation != other.organisation
        or one.exhibitor != other.exhibitor
        or one.economy != other.economy
        or one.exhibitor_economy != other.exhibitor_economy
        or one.overseas is not other.overseas
    )


PARTS: tuple[type[Part], ...] = (
    RegisterLaws,
    ProgrammeLaws,
    StreamLaws,
    VisitLaws,
    ProjectLaws,
    NegotiationLaws,
)
LAWS: Mapping[str, str] = {
    "run.starts": "a log begins with the one event that its run has started",
    "run.time": "no event is before the one ahead of it",
    "run.duration": "a run ends once the fair has closed, when it was said to",
    "run.ended": "nothing follows the end of a run",
    "run.ends": "the log of a run that is over ends with the event that it has ended",
    "fair.opens": "the fair opens once",
    "fair.closes": "the fair closes once, after it opened and not after the end of the run",
    "flow.conserved": "whoever came has gone or is still there",
    "flow.little": "all stays together are the number present, integrated over time, to the millisecond; L = lambda W",
    **{name: meaning for part in PARTS for name, meaning in part.LAWS.items()},
}
"""Every law by its name: what must be so."""


def audit(log: Iterable[Event]) -> list[Violation]:
    """Return the first violations in a whole log; a lawful one has none."""
    auditor = Auditor()
    auditor.hear(log)
    return auditor.close()
