"""Events of negotiations."""

from __future__ import annotations

from typing import Literal

from fairfacts.event import Count, EconomyCode, Event, Milliseconds

Outcome = Literal["no_deal", "follow_up", "intent"]


class NegotiationEvent(Event, frozen=True):
    """What each event of a negotiation says: who asked whom."""

    negotiation: Count
    organisation: Count
    """The requester's."""
    economy: EconomyCode
    """The requester's."""
    exhibitor: Count
    exhibitor_economy: EconomyCode
    overseas: bool
    """Whether either party is from outside the home economy."""


class NegotiationRequested(NegotiationEvent, frozen=True, tag="negotiation.requested"):
    """A visitor asked an exhibitor for a negotiation; this is what "initiated" counts."""

    visit: Count
    sector: str
    """The exhibitor's."""
    attempt: Count
    """1 for a first request; more when the same wish was taken elsewhere after a lapse, or up again after a failure."""
    follows: Count | None = None
    """The negotiation that lapsed or failed before this attempt; null for a first request."""


class NegotiationDeclined(NegotiationEvent, frozen=True, tag="negotiation.declined"):
    """The exhibitor's desk read the request and declined it."""

    waited_ms: Milliseconds


class NegotiationLapsed(NegotiationEvent, frozen=True, tag="negotiation.lapsed"):
    """The requester withdrew the request, or it was no longer valid, before the desk came to it."""

    waited_ms: Milliseconds
    retries: bool = False
    """Whether the requester, who is still on the platform, takes the wish to another exhibitor."""


class NegotiationTakenUp(NegotiationEvent, frozen=True, tag="negotiation.taken_up"):
    """A negotiator took the request up and the talk began; both parties are there."""

    waited_ms: Milliseconds
    """Since the request."""
    visit: Count | None = None
    """The visit in which the requester talks; null in logs that do not know it, for the one of the request."""
    arranged: bool = False
    """Whether the talk had been arranged."""


class NegotiationArranged(NegotiationEvent, frozen=True, tag="negotiation.arranged"):
    """The desk accepted the request; as the requester was away or in a talk, they meet at a time that suits both."""

    waited_ms: Milliseconds
    for_ms: Milliseconds
    """When they are to meet, since the run's epoch."""


class NegotiationMissed(NegotiationEvent, frozen=True, tag="negotiation.missed"):
    """An arranged talk did not come about."""

    came: bool
    """Whether the requester came, and then waited in vain."""


class NegotiationEnded(NegotiationEvent, frozen=True, tag="negotiation.ended"):
    """The talk ended."""

    talked_ms: Milliseconds
    outcome: Outcome


class NegotiationFailed(NegotiationEvent, frozen=True, tag="negotiation.failed"):
    """The talk broke off as the platform failed."""

    talked_ms: Milliseconds
    retries: bool
    """Whether the requester asks the same exhibitor again."""
