"""The desk of one exhibitor: a few negotiators, first come, first served, while it is open.

A talk needs both its parties. The desk answers a request when it comes to it: a talk begins at once if the requester is
on the platform and in no other talk, and is arranged for a time that suits both otherwise.

The desk moves its negotiations with callbacks. A SimPy process for each negotiation takes more than twice as long, even
if it appends no events (`python -m benchmarks.peers`).
"""

from __future__ import annotations

from collections import OrderedDict

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
from fairsim.parts.negotiations.exchange import Exchange
from fairsim.parts.negotiations.negotiation import Negotiation, Parties


class Desk:
    """The desk of one exhibitor."""

    __slots__ = (
        "_ends", "_env", "_exchange", "_expected", "_lapses", "_loses_patience", "_meets", "_misses", "_queue",
        "_wants_room", "economy", "exhibitor", "free", "is_open", "overseas", "sector", "staff", "stays_late",
    )  # fmt: skip

    def __init__(
        self, exchange: Exchange, exhibitor: int, economy: str, overseas: bool, sector: str, staff: int, is_open: bool
    ) -> None:
        self._exchange, self._env = exchange, exchange.env
        self.exhibitor, self.economy, self.overseas, self.sector = exhibitor, economy, overseas, sector
        self.staff, self.is_open = staff, is_open
        self.stays_late = False
        """Whether the desk keeps a night shift."""
        self.free = staff
        """Negotiators who are in no talk; below zero while more are away than were free."""
        self._queue: OrderedDict[Negotiation, None] = OrderedDict()
        self._expected: dict[Negotiation, None] = {}
        """The arranged talks whose requesters have come. They go before the queue, and after hours as well."""
        self._wants_room = False
        """Whether the desk waits for a meeting room."""
        # bound once: a bound method would be one more object for each entry of the event list
        self._loses_patience, self._lapses, self._ends = self.lose_patience, self.lapse, self.end
        self._meets, self._misses = self.meet, self.miss

    def ask(self, negotiation: Negotiation) -> None:
        """A delegate asks for a negotiation: now, or once on the platform and in no talk."""
        negotiation.desk = self
        if negotiation.requester.is_free and not self._exchange.platform.is_down:
            self.request(negotiation)
        else:
            self._exchange.leave_errand(negotiation)

    def request(self, negotiation: Negotiation) -> None:
        """A request comes in: it is answered now, or waits."""
        env, exchange, now, requester = self._env, self._exchange, self._env.now, negotiation.requester
        number = exchange.next_number
        exchange.next_number = number + 1
        overseas = self.overseas or requester.overseas
        negotiation.desk, negotiation.requested_ms = self, now
        negotiation.parties = parties = Parties(
            number, requester.organisation, requester.economy, self.exhibitor, self.economy, overseas
        )
        exchange.emit(
            NegotiationRequested(
                now, *parties, requester.visit, self.sector, negotiation.attempt + 1, negotiation.follows
            )
        )
        if self.is_open and self.free > 0 and not self._wants_room and self._answer(negotiation):
            return
        negotiation.waiting = negotiation.is_watched = True
        requester.pending += 1
        self._queue[negotiation] = None
        patience_ms = negotiation.drawn.patience_ms[negotiation.wish]
        env.after(patience_ms, self._loses_patience, negotiation)

    def open(self) -> None:
        """Open the desk; its negotiators turn to the requests that wait."""
        self.is_open = True
        self.call_next()

    def close(self) -> None:
        """Close the desk: talks in progress continue to their end, requests wait."""
        self.is_open = False

    def look(self) -> None:
        """A desk that nobody keeps is looked at: all requests are answered, and talks arranged for want of staff."""
        for negotiation in list(self._queue):
            if not self._answer(negotiation):
                return
            self._leave_queue(negotiation)

    def send_away(self, negotiators: int) -> None:
        """Send some negotiators away, or bring them back (below zero); a talk in progress ends first."""
        self.free -= negotiators
        self.call_next()

    def call_next(self) -> None:
        """Free negotiators turn to the talks that are due, then to the requests, while there are meeting rooms."""
        queue, self._wants_room = self._queue, False
        for negotiation in list(self._expected):
            if self.free > 0 and negotiation.requester.is_free and not self._take_up(negotiation):
                return
        while queue and self.free > 0 and self.is_open:
            negotiation = next(iter(queue))
            if not self._answer(negotiation):
                return
            self._leave_queue(negotiation)

    def end(self, negotiation: Negotiation) -> None:
        """The talk is over, unless it failed before; its negotiator is free."""
        if not negotiation.in_talk:
            return
        drawn, wish = negotiation.drawn, negotiation.wish
        outcome = drawn.outcome[wish]
        self._exchange.emit(NegotiationEnded(self._env.now, *negotiation.parties, drawn.talk_ms[wish], outcome))
        if outcome == "intent":
            self._exchange.intend(negotiation, self.sector)
        self._leave_talk(negotiation)

    def fail(self, negotiation: Negotiation, again_ms: int) -> None:
        """The platform breaks the talk off; the requester asks here again after a delay, or never (0)."""
        now = self._env.now
        talked_ms = now - negotiation.talk_began_ms
        self._exchange.emit(NegotiationFailed(now, *negotiation.parties, talked_ms, again_ms > 0))
        if again_ms:
            self._env.after(again_ms, _ask_again, negotiation)
        self._leave_talk(negotiation)

    def lose_patience(self, negotiation: Negotiation) -> None:
        """The requester waits no longer: takes the wish elsewhere, or lets the request stand while it is valid."""
        if not negotiation.waiting:
            return
        requester, retry_ms = negotiation.requester, negotiation.drawn.retry_ms[negotiation.wish]
        if retry_ms and requester.is_online:
            self.lapse(negotiation, retry_ms)
            return
        expires_ms = negotiation.requested_ms + self._exchange.valid_ms()
        if expires_ms <= self._env.now:
            self.lapse(negotiation)
            return
        self._env.at(expires_ms, self._lapses, negotiation)
        negotiation.is_watched = False
        requester.pending -= 1
        self._exchange.settle(requester)

    def lapse(self, negotiation: Negotiation, retry_ms: int = 0) -> None:
        """A request without an answer lapses; its wish may be taken elsewhere after a while."""
        if not negotiation.waiting:
            return
        now, requester = self._env.now, negotiation.requester
        self._exchange.emit(NegotiationLapsed(now, *negotiation.parties, now - negotiation.requested_ms, retry_ms > 0))
        if retry_ms:
            requester.pending += 1  # until the wish is taken elsewhere
            self._env.after(retry_ms, self._ask_elsewhere, negotiation)
        self._leave_queue(negotiation)

    def meet(self, negotiation: Negotiation) -> None:
        """The time of an arranged talk has come: the requester comes, and waits for a slot or longer if need be."""
        patience_ms = max(negotiation.drawn.patience_ms[negotiation.wish], self._exchange.slot_ms())
        self._env.after(patience_ms, self._misses, negotiation)
        if negotiation.requester.is_online:
            self.expect(negotiation)
        else:
            self._exchange.leave_errand(negotiation)

    def expect(self, negotiation: Negotiation) -> None:
        """The requester has come to an arranged talk."""
        negotiation.came = True
        negotiation.requester.pending += 1
        negotiation.requester.expected.append(negotiation)
        self._expected[negotiation] = None
        self.call_next()

    def miss(self, negotiation: Negotiation) -> None:
        """An arranged talk has not come about: the requester did not come, or waited in vain."""
        if not negotiation.is_arranged:
            return
        negotiation.is_arranged = False
        self._exchange.emit(NegotiationMissed(self._env.now, *negotiation.parties, negotiation.came))
        if negotiation.came:
            self._leave_expected(negotiation)
            self._exchange.settle(negotiation.requester)
        elif negotiation in negotiation.requester.errands:
            negotiation.requester.errands.remove(negotiation)

    def _answer(self, negotiation: Negotiation) -> bool:
        """Decline the request, arrange the talk or begin it; return False if the platform has no room for it."""
        if self._exchange.platform.is_down:
            return self._take_up(negotiation)
        now, wish = self._env.now, negotiation.wish
        waited_ms = now - negotiation.requested_ms
        if negotiation.drawn.declined[wish]:
            self._exchange.emit(NegotiationDeclined(now, *negotiation.parties, waited_ms))
            return True
        if self.free > 0 and negotiation.requester.is_free:
            return self._take_up(negotiation)
        for_ms = self._exchange.meeting_ms(negotiation)
        self._exchange.emit(NegotiationArranged(now, *negotiation.parties, waited_ms, for_ms))
        negotiation.is_arranged = True
        self._env.at(for_ms, self._meets if negotiation.drawn.comes[wish] else self._misses, negotiation)
        return True

    def _take_up(self, negotiation: Negotiation) -> bool:
        """Begin a talk; return False if the platform has no room for it."""
        exchange, now, requester = self._exchange, self._env.now, negotiation.requester
        if not exchange.platform.take_room(self):
            self._wants_room = True
            return False
        self.free -= 1
        arranged = negotiation.is_arranged
        if arranged:
            negotiation.is_arranged = False
            self._leave_expected(negotiation)
        waited_ms = now - negotiation.requested_ms
        exchange.emit(NegotiationTakenUp(now, *negotiation.parties, waited_ms, requester.visit, arranged))
        negotiation.in_talk = requester.in_talk = True
        negotiation.talk_began_ms = now
        exchange.talks[negotiation] = None
        self._env.after(negotiation.drawn.talk_ms[negotiation.wish], self._ends, negotiation)
        return True

    def _leave_queue(self, negotiation: Negotiation) -> None:
        negotiation.waiting = False
        del self._queue[negotiation]
        if negotiation.is_watched:
            negotiation.is_watched = False
            negotiation.requester.pending -= 1
            self._exchange.settle(negotiation.requester)

    def _leave_expected(self, negotiation: Negotiation) -> None:
        del self._expected[negotiation]
        negotiation.requester.expected.remove(negotiation)
        negotiation.requester.pending -= 1

    def _leave_talk(self, negotiation: Negotiation) -> None:
        """Both parties and the meeting room are free again."""
        negotiation.in_talk = False
        self.free += 1
        del self._exchange.talks[negotiation]
        self._exchange.platform.free_room()
        self.call_next()
        self._exchange.leave_talk(negotiation.requester)

    def _ask_elsewhere(self, lapsed: Negotiation) -> None:
        lapsed.requester.pending -= 1
        self._exchange.ask(lapsed.next_attempt())
        self._exchange.settle(lapsed.requester)


def _ask_again(failed: Negotiation) -> None:
    failed.desk.ask(failed.next_attempt())
