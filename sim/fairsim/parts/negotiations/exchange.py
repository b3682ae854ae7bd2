"""What the desks of a fair share: the talks in progress, and how delegates learn what they are wanted for."""

from __future__ import annotations

from collections.abc import Callable

from fairfacts.clock import HOUR_MS, MINUTE_MS
from fairsim.parts.negotiations.meetings import Meetings
from fairsim.parts.negotiations.negotiation import AskedDesk, Negotiation, Requester
from fairsim.parts.part import Context
from fairsim.parts.platform import Platform


class Exchange:
    """What the desks of a fair share."""

    def __init__(
        self, context: Context, platform: Platform, meetings: Meetings, intend: Callable[[Negotiation, str], None]
    ) -> None:
        self._context, self.env, self.emit, self.platform = context, context.env, context.emit, platform
        self._meetings = meetings
        self.intend = intend
        """Called with each negotiation that ends in an intent, and the exhibitor's sector."""
        self.next_number = 0
        self.desks: dict[int, AskedDesk] = {}
        """By exhibitor."""
        self.talks: dict[Negotiation, None] = {}
        """The talks in progress, in the order in which they began."""
        self.settle: Callable[[Requester], None] = _nothing
        """Called with a requester who may have nothing left to stay on the platform for, or whose talk is over."""
        self.fetch: Callable[[Requester], None] = _nothing
        """Called with a requester who is away, and is to come to the platform."""

    def ask(self, negotiation: Negotiation) -> None:
        """Take a request to the exhibitor that was drawn for its wish."""
        exhibitor = negotiation.drawn.exhibitor[negotiation.wish]
        self.desks[exhibitor].ask(negotiation)

    def leave_errand(self, negotiation: Negotiation) -> None:
        """Keep a request or an arranged talk until the requester is on the platform and in no talk."""
        requester = negotiation.requester
        requester.errands.append(negotiation)
        if not requester.is_online:
            self.fetch(requester)

    def see_to_errands(self, requester: Requester) -> None:
        """A requester who has come to the platform, or whose talk is over, sees to what was waiting."""
        errands, requester.errands = requester.errands, []
        for negotiation in errands:
            if negotiation.is_arranged:
                negotiation.desk.expect(negotiation)
            else:
                negotiation.desk.ask(negotiation)

    def leave_talk(self, requester: Requester) -> None:
        """A requester's talk is over: the next one that is due may begin."""
        requester.in_talk = False
        for negotiation in list(requester.expected):
            negotiation.desk.call_next()
        self.see_to_errands(requester)
        self.settle(requester)

    def meeting_ms(self, negotiation: Negotiation) -> int:
        """Return a time for a talk that suits both parties."""
        return self._meetings.agree(negotiation)

    def slot_ms(self) -> int:
        """Return the length of a slot for an arranged talk."""
        return round(self._context.parameters.negotiations.slot_min * MINUTE_MS)

    def valid_ms(self) -> int:
        """Return for how long a request stands."""
        return round(self._context.parameters.negotiations.valid_h * HOUR_MS)


def _nothing(_: Requester) -> None:
    """Nobody is told: in a fair without visits."""
