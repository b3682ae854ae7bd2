"""A negotiation, and the delegate who asks for it."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from fairsim.parts.negotiations.attempts import Attempts


class AskedDesk(Protocol):
    """What a negotiation needs of the desk that is asked for it."""

    economy: str
    stays_late: bool
    """Whether the desk keeps a night shift."""

    def ask(self, negotiation: Negotiation) -> None:
        """Take a request."""

    def expect(self, negotiation: Negotiation) -> None:
        """The requester has come to an arranged talk."""

    def call_next(self) -> None:
        """Turn to the talks that are due, then to the requests."""

    def fail(self, negotiation: Negotiation, again_ms: int) -> None:
        """The platform breaks the talk off."""


class Parties(NamedTuple):
    """The fields that all events of a negotiation share, in the order of `NegotiationEvent` in `fairfacts`."""

    negotiation: int
    organisation: int
    economy: str
    exhibitor: int
    exhibitor_economy: str
    overseas: bool
    """Whether one of the two parties is from overseas."""


class Requester:
    """A delegate who may ask for negotiations: away or on the platform, and in one talk at a time."""

    __slots__ = ("economy", "errands", "expected", "in_talk", "organisation", "overseas", "pending", "visit")

    def __init__(self, organisation: int, economy: str, *, overseas: bool) -> None:
        self.organisation, self.economy, self.overseas = organisation, economy, overseas
        self.visit = -1
        """The number of the visit under way; -1 while the delegate is away."""
        self.in_talk = False
        self.pending = 0
        """How many things the delegate stays on the platform for: answers that are waited for, talks that are due."""
        self.errands: list[Negotiation] = []
        """What the delegate will see to once on the platform and in no talk."""
        self.expected: list[Negotiation] = []
        """The arranged talks to which the delegate has come, and that have not begun."""

    @property
    def is_online(self) -> bool:
        """Return whether the delegate is on the platform."""
        return self.visit >= 0

    @property
    def is_free(self) -> bool:
        """Return whether a talk with the delegate could begin now."""
        return self.visit >= 0 and not self.in_talk

    @property
    def is_busy(self) -> bool:
        """Return whether the delegate has something to stay for."""
        return self.in_talk or self.pending > 0


class Negotiation:
    """A request, and the talk that follows it."""

    __slots__ = ("attempt", "attempts", "came", "desk", "follows", "in_talk", "is_arranged", "is_watched", "parties",
                 "requested_ms", "requester", "talk_began_ms", "waiting", "wish")  # fmt: skip

    desk: AskedDesk
    parties: Parties
    requested_ms: int
    talk_began_ms: int

    def __init__(
        self, requester: Requester, attempts: list[Attempts], wish: int, attempt: int = 0, follows: int | None = None
    ) -> None:
        self.requester, self.attempts, self.wish, self.attempt = requester, attempts, wish, attempt
        self.follows = follows
        """The number of the negotiation that lapsed or failed before."""
        self.waiting = self.in_talk = False
        self.is_watched = False
        """Whether the requester stays on the platform for the answer."""
        self.is_arranged = self.came = False
        """Whether the talk is still to come at a time that was arranged, and whether the requester has come to it."""

    @property
    def drawn(self) -> Attempts:
        """Return what was drawn for the attempt, by wish."""
        return self.attempts[self.attempt]

    @property
    def key(self) -> int:
        """Return the key of the wish."""
        return int(self.attempts[self.attempt].keys[self.wish])

    @property
    def is_last(self) -> bool:
        """Return whether there is no further attempt at the wish."""
        return self.attempt + 1 == len(self.attempts)

    def next_attempt(self) -> Negotiation:
        """Return the next attempt at the wish, after a lapse or a failed talk."""
        return Negotiation(self.requester, self.attempts, self.wish, self.attempt + 1, follows=self.parties.negotiation)
