"""The laws of negotiations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from fairfacts.laws.flow import Flow, Little
from fairfacts.laws.organisations import RegisterLaws
from fairfacts.laws.part import Breaks, Handlers, Part
from fairfacts.laws.visits import VisitLaws
from fairfacts.negotiations import (
    NegotiationDeclined,
    NegotiationEnded,
    NegotiationEvent,
    NegotiationFailed,
    NegotiationLapsed,
    NegotiationRequested,
    NegotiationTakenUp,
)
from fairfacts.organisations import HOME_ECONOMY


class NegotiationLaws(Part):
    """A negotiation's life: requested, then declined, lapsed, or taken up and ended."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "negotiation.sequence": "negotiations are numbered 0, 1, 2, ... as they are requested",
        "negotiation.exhibitor": "a negotiation is asked of another organisation that exhibits in the sector",
        "negotiation.overseas": "a negotiation is overseas when either party is from outside the home economy",
        "negotiation.visit": "a first request is made by a visitor who is online, of the visitor's organisation",
        "negotiation.repeated": "a further attempt follows a lapse or failure of the one before it, of the same visit",
        "negotiation.waits": "a negotiation that waits is declined, lapses or is taken up, once",
        "negotiation.parties": "every event of a negotiation is between the same parties",
        "negotiation.waited": "waited_ms is the time since the request, and more than none for a lapse",
        "negotiation.turn": "a desk answers requests in the order in which they came",
        "negotiation.talks": "a negotiation ends or fails once, after it was taken up",
        "negotiation.talked": "talked_ms is the time since the negotiation was taken up, more than none when it ends",
    }

    def __init__(
        self, breaks: Breaks, register: RegisterLaws, visits: VisitLaws, intend: Callable[[NegotiationEnded], None]
    ) -> None:
        super().__init__(breaks)
        self._register, self._known = register, register.economy
        self._online, self._asked = visits.online, visits.asked
        self._intend = intend
        self._waiting: dict[int, NegotiationRequested] = {}
        self._talking: dict[int, tuple[NegotiationTakenUp, tuple[int, int, int]]] = {}
        """With the wish that each is for: visit, organisation, attempt."""
        self._lapsed: dict[tuple[int, int, int], int] = {}
        """Lapses and failures that no attempt has followed, by wish."""
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
            NegotiationFailed: self._fail,
        }

    def flows(self, now_ms: int) -> dict[str, Little]:
        """Return the accounts of the negotiations that wait, and of those in talk."""
        return {
            "negotiations_waiting": self._waits.little(now_ms, (one.at_ms for one in self._waiting.values())),
            "negotiations_talking": self._talks.little(now_ms, (one.at_ms for one, _ in self._talking.values())),
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
        if differ(requested, event):
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
        if wish := self._wish(event):
            self._lapsed[wish] = self._lapsed.get(wish, 0) + 1
        self._leave_desk(event)

    def _wish(self, event: NegotiationEvent) -> tuple[int, int, int] | None:
        requested = self._waiting.get(event.negotiation)
        return None if requested is None else (requested.visit, requested.organisation, requested.attempt)

    def _take_up(self, event: NegotiationTakenUp) -> None:
        wish = self._wish(event) or (0, 0, 0)
        self._answer(event)
        self._talking[event.negotiation] = event, wish
        self._talks.enter(event.at_ms)

    def _end(self, event: NegotiationEnded) -> None:
        if event.outcome == "intent":
            self._intend(event)
        self._leave_talk(event)

    def _fail(self, event: NegotiationFailed) -> None:
        wish = self._leave_talk(event)
        if wish and event.retries:
            self._lapsed[wish] = self._lapsed.get(wish, 0) + 1

    def _leave_talk(self, event: NegotiationEnded | NegotiationFailed) -> tuple[int, int, int] | None:
        taken_up, wish = self._talking.pop(event.negotiation, (None, None))
        if taken_up is None:
            self.breaks(event, "negotiation.talks")
            return None
        if differ(taken_up, event):
            self.breaks(event, "negotiation.parties")
        ended_at_once = type(event) is NegotiationEnded and not event.talked_ms
        if ended_at_once or event.talked_ms != event.at_ms - taken_up.at_ms:
            self.breaks(event, "negotiation.talked")
        self._talks.leave(event.at_ms, event.talked_ms)
        return wish


def differ(one: NegotiationEvent, other: NegotiationEvent) -> bool:
    """Return whether two events of a negotiation name other parties."""
    return (
        one.organisation != other.organisation
        or one.exhibitor != other.exhibitor
        or one.economy != other.economy
        or one.exhibitor_economy != other.exhibitor_economy
        or one.overseas is not other.overseas
    )
