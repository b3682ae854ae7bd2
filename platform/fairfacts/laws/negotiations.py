"""The laws of negotiations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from fairfacts.handlers import Handlers
from fairfacts.laws.base import Breaks, Others, PartLaws
from fairfacts.laws.flow import Flow, Little
from fairfacts.laws.organisations import RegisterLaws
from fairfacts.laws.visits import VisitLaws
from fairfacts.parts.negotiations.events import (
    NegotiationArranged,
    NegotiationDeclined,
    NegotiationEnded,
    NegotiationEvent,
    NegotiationFailed,
    NegotiationLapsed,
    NegotiationMissed,
    NegotiationRequested,
    NegotiationTakenUp,
)
from fairfacts.parts.visits import VisitEnded


class NegotiationLaws(PartLaws):
    """A negotiation's life: requested, then declined, lapsed, arranged, or taken up and ended."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "negotiation.sequence": "negotiations are numbered 0, 1, 2, ... as they are requested",
        "negotiation.exhibitor": "a negotiation is asked of another organisation that exhibits in the sector",
        "negotiation.overseas": "a negotiation is overseas when either party is from outside the home economy",
        "negotiation.visit": "a request is made by a delegate who is online, of the delegate's organisation",
        "negotiation.repeated": "a further attempt follows one negotiation of its organisation that lapsed or failed",
        "negotiation.waits": "a negotiation that waits is declined, lapses, is arranged or taken up, once",
        "negotiation.arranged": "an arranged talk is taken up or missed, once, at the time of the meeting or later",
        "negotiation.present": "a talk begins while its requester is on the platform, in the visit that it names",
        "negotiation.one": "nobody is in two talks at the same time",
        "negotiation.stays": "a requester stays on the platform until the talk has ended",
        "negotiation.parties": "every event of a negotiation is between the same parties",
        "negotiation.waited": "waited_ms is the time since the request, and more than none for a lapse",
        "negotiation.turn": "a desk answers requests in the order in which they came",
        "negotiation.talks": "a negotiation ends or fails once, after it was taken up",
        "negotiation.talked": "talked_ms is the time since the negotiation was taken up, more than none when it ends",
    }

    def __init__(self, breaks: Breaks, others: Others) -> None:
        super().__init__(breaks, others)
        self._register = others.of(RegisterLaws)
        self._known, self._online = self._register.economy, others.of(VisitLaws).online
        self._waiting: dict[int, NegotiationRequested] = {}
        self._arranged: dict[int, tuple[NegotiationRequested, NegotiationArranged]] = {}
        """Arranged negotiations whose talk is still to come."""
        self._talking: dict[int, tuple[NegotiationTakenUp, NegotiationRequested]] = {}
        self._talks_of: dict[int, int] = {}
        """The negotiation that is talked about in each visit."""
        self._to_repeat: dict[int, tuple[int, int]] = {}
        """Organisation and attempt of negotiations that lapsed or failed, and were not tried again yet."""
        self._answered: dict[int, int] = {}
        """The latest negotiation that each desk has answered."""
        self._waits, self._talks = Flow(), Flow()
        self._next = 0

    def handlers(self) -> Handlers:
        """Return what these laws do on each type of event that they handle."""
        return {
            NegotiationRequested: self._request,
            NegotiationDeclined: self._answer,
            NegotiationLapsed: self._lapse,
            NegotiationArranged: self._arrange,
            NegotiationMissed: self._miss,
            NegotiationTakenUp: self._take_up,
            NegotiationEnded: self._leave_talk,
            NegotiationFailed: self._fail,
            VisitEnded: self._leave_platform,
        }

    def flows(self, now_ms: int) -> dict[str, Little]:
        """Return the accounts of the negotiations that wait, and of those in talk."""
        return {
            "negotiations_waiting": self._waits.little(now_ms, (request.at_ms for request in self._waiting.values())),
            "negotiations_talking": self._talks.little(now_ms, (talk.at_ms for talk, _ in self._talking.values())),
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
        if event.overseas is (economy == exhibitor_economy == self.fair.home):
            self.breaks(event, "negotiation.overseas")
        visitor = self._online.get(event.visit)
        if visitor is None or visitor.organisation != organisation:
            self.breaks(event, "negotiation.visit")
        self._follow(event)
        self._waiting[number] = event
        self._waits.enter(event.at_ms)

    def _follow(self, event: NegotiationRequested) -> None:
        if event.follows is None:
            follows = event.attempt == 1
        else:
            follows = self._to_repeat.pop(event.follows, None) == (event.organisation, event.attempt - 1)
        if not follows:
            self.breaks(event, "negotiation.repeated")

    def _leave_desk(
        self, event: NegotiationDeclined | NegotiationLapsed | NegotiationTakenUp | NegotiationArranged
    ) -> NegotiationRequested | None:
        requested = self._waiting.pop(event.negotiation, None)
        if requested is None:
            self.breaks(event, "negotiation.waits")
            return None
        self._hold_parties(event, requested)
        if event.waited_ms != event.at_ms - requested.at_ms:
            self.breaks(event, "negotiation.waited")
        self._waits.leave(event.at_ms, event.waited_ms)
        return requested

    def _hold_parties(self, event: NegotiationEvent, requested: NegotiationRequested) -> None:
        if differ(requested, event):
            self.breaks(event, "negotiation.parties")

    def _answer(
        self, event: NegotiationDeclined | NegotiationTakenUp | NegotiationArranged
    ) -> NegotiationRequested | None:
        requested = self._leave_desk(event)
        number, exhibitor = event.negotiation, event.exhibitor
        if number <= self._answered.get(exhibitor, -1):
            self.breaks(event, "negotiation.turn")
        self._answered[exhibitor] = number
        return requested

    def _lapse(self, event: NegotiationLapsed) -> None:
        if not event.waited_ms:
            self.breaks(event, "negotiation.waited")
        requested = self._leave_desk(event)
        if requested and event.retries:
            self._to_repeat[event.negotiation] = requested.organisation, requested.attempt

    def _arrange(self, event: NegotiationArranged) -> None:
        requested = self._answer(event)
        if event.for_ms < event.at_ms:
            self.breaks(event, "negotiation.arranged")
        if requested:
            self._arranged[event.negotiation] = requested, event

    def _meet(self, event: NegotiationTakenUp | NegotiationMissed) -> NegotiationRequested | None:
        requested, arranged = self._arranged.pop(event.negotiation, (None, None))
        if requested is None or arranged is None or event.at_ms < arranged.for_ms:
            self.breaks(event, "negotiation.arranged")
        if requested is None:
            return None
        self._hold_parties(event, requested)
        if type(event) is NegotiationTakenUp and event.waited_ms != event.at_ms - requested.at_ms:
            self.breaks(event, "negotiation.waited")
        return requested

    def _miss(self, event: NegotiationMissed) -> None:
        self._meet(event)

    def _take_up(self, event: NegotiationTakenUp) -> None:
        requested = self._meet(event) if event.arranged else self._answer(event)
        if requested is None:
            return
        visit = requested.visit if event.visit is None else event.visit
        visitor = self._online.get(visit)
        if visitor is None or visitor.organisation != event.organisation:
            self.breaks(event, "negotiation.present")
        if visit in self._talks_of:
            self.breaks(event, "negotiation.one")
        self._talks_of[visit] = event.negotiation
        self._talking[event.negotiation] = event, requested
        self._talks.enter(event.at_ms)

    def _fail(self, event: NegotiationFailed) -> None:
        requested = self._leave_talk(event)
        if requested and event.retries:
            self._to_repeat[event.negotiation] = requested.organisation, requested.attempt

    def _leave_talk(self, event: NegotiationEnded | NegotiationFailed) -> NegotiationRequested | None:
        taken_up, requested = self._talking.pop(event.negotiation, (None, None))
        if taken_up is None or requested is None:
            self.breaks(event, "negotiation.talks")
            return None
        self._hold_parties(event, requested)
        ended_at_once = type(event) is NegotiationEnded and not event.talked_ms
        if ended_at_once or event.talked_ms != event.at_ms - taken_up.at_ms:
            self.breaks(event, "negotiation.talked")
        visit = requested.visit if taken_up.visit is None else taken_up.visit
        if self._talks_of.get(visit) == event.negotiation:
            del self._talks_of[visit]
        self._talks.leave(event.at_ms, event.talked_ms)
        return requested

    def _leave_platform(self, event: VisitEnded) -> None:
        if event.visit in self._talks_of:
            self.breaks(event, "negotiation.stays")


def differ(event: NegotiationEvent, other: NegotiationEvent) -> bool:
    """Return whether two events of a negotiation name other parties."""
    return (
        event.organisation != other.organisation
        or event.exhibitor != other.exhibitor
        or event.economy != other.economy
        or event.exhibitor_economy != other.exhibitor_economy
        or event.overseas is not other.overseas
    )
