"""Events of venue."""

from __future__ import annotations

from typing import Literal

from fairfacts.event import Count, EconomyCode, Event, Milliseconds

Reason = Literal["full", "late"]


class ZoneLaidOut(Event, frozen=True, tag="zone.laid_out"):
    """A zone of the exhibition took its place in the halls."""

    zone: Count
    kind: str
    name: str
    net_m2: Count
    """Stand space, without aisles."""


class StandPlaced(Event, frozen=True, tag="stand.placed"):
    """An exhibitor was given its stand in a zone."""

    organisation: Count
    economy: EconomyCode
    zone: Count
    kind: str


class VenueOpened(Event, frozen=True, tag="venue.opened"):
    """The halls and their gates opened for a day."""

    cap: Count
    """People that may be inside at the same time."""
    lanes: tuple[Count, ...]
    """Of security and health check, by gate."""
    last_entry_ms: Milliseconds
    closes_ms: Milliseconds


class CapChanged(Event, frozen=True, tag="cap.changed"):
    """Another number of people may be inside from now on; whoever is inside or in a lane stays."""

    cap: Count


class LanesChanged(Event, frozen=True, tag="lanes.changed"):
    """A gate has another number of lanes from now on; whoever is in one is let through."""

    gate: Count
    lanes: Count


class EntryBookedOut(Event, frozen=True, tag="entry.booked_out"):
    """Somebody found no free slot of timed entry on a day, and stays away."""

    organisation: Count | None
    """Null for people who are no delegates."""
    economy: EconomyCode
    """The organisation's; the home economy for people who are no delegates."""


class TicketsSold(Event, frozen=True, tag="tickets.sold"):
    """The tickets of a day were sold, of a badge of which only so many are sold for each day."""

    badge: str
    """The key of the badge, of those that the fair describes."""
    sold: Count
    """Of this day."""
    wanted: Count
    """By how many people; those who got none stay away on that day."""


class VisitorEntered(Event, frozen=True, tag="visitor.entered"):
    """Somebody passed the check at a gate; a person has the same number at each entry of the fair."""

    visitor: Count
    organisation: Count | None
    """Null for people who are no delegates."""
    economy: EconomyCode
    """The organisation's; the home economy for people who are no delegates."""
    gate: Count
    waited_ms: Milliseconds
    """In the queue, before the opening too, until a lane was free and there was room inside."""
    checked_ms: Milliseconds
    """In the lane."""
    badge: str = ""
    """The key of the badge, of those that the fair describes."""
    delegate: Count | None = None
    """Which of the organisation's delegates; null for people who are none."""


class VisitorRefused(Event, frozen=True, tag="visitor.refused"):
    """Somebody at a gate was not let in: the halls were full on arrival, or last entry had passed."""

    organisation: Count | None
    """Null for people who are no delegates."""
    economy: EconomyCode
    """The organisation's; the home economy for people who are no delegates."""
    gate: Count
    waited_ms: Milliseconds
    """Since the arrival at the gate; 0 where the halls were full then."""
    reason: Reason
    returns: bool
    """Whether the visitor comes again later in the day; the others are turned away for good."""


class VisitorMoved(Event, frozen=True, tag="visitor.moved"):
    """Somebody in the queue of a gate whose lanes are all closed went to the end of the queue of another gate."""

    organisation: Count | None
    """Null for people who are no delegates."""
    economy: EconomyCode
    """The organisation's; the home economy for people who are no delegates."""
    gate: Count
    """The one that is closed."""
    to_gate: Count
    """The one whose queue the visitor joined."""
    waited_ms: Milliseconds
    """Since the visitor came to a gate; it counts in the wait at the entry or refusal that follows."""


class VisitorLeft(Event, frozen=True, tag="visitor.left"):
    """Somebody left the halls."""

    visitor: Count
    organisation: Count | None
    """Null for people who are no delegates."""
    economy: EconomyCode
    """The organisation's; the home economy for people who are no delegates."""
    stayed_ms: Milliseconds


class ZonesCounted(Event, frozen=True, tag="zones.counted"):
    """The people counters' minute: who is in each zone now, and who waits at each gate."""

    inside: tuple[Count, ...]
    """People by zone."""
    waiting: tuple[Count, ...]
    """People in the queue by gate, without those in a lane."""
    in_sessions: Count = 0
    """People inside the halls who are in no zone, as they attend a session."""


class GatesClosed(Event, frozen=True, tag="gates.closed"):
    """Last entry has passed: only those who are in a lane are still let in."""


class VenueClosed(Event, frozen=True, tag="venue.closed"):
    """The halls closed for the day, with everybody gone."""

    entered: Count
    """Entries on this day."""
