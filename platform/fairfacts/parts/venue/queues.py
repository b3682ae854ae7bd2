"""The queues at the gates: how long whoever joins one now waits, and who waits where no lane is open."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fairfacts.parts.fairs import Described
from fairfacts.parts.venue.measures import VenueMeasures

WINDOW_MIN = 10
"""Minutes over which exits are counted."""


class Exits(msgspec.Struct):
    """How many left the halls in the latest minutes."""

    left: list[tuple[int, int]] = msgspec.field(default_factory=list)
    """The minute, and how many had left by then, of the latest minutes in which the halls are open."""

    def note(self, minute: int, venue: VenueMeasures) -> None:
        """Keep how many have left by now, once a minute while the halls are open."""
        if venue.state == "closed":
            self.left.clear()
        elif not self.left or self.left[-1][0] != minute:
            while self.left and self.left[0][0] < minute - WINDOW_MIN:
                del self.left[0]
            self.left.append((minute, venue.left.count + venue.left.at_hand))

    def per_s(self) -> float | None:
        """Return how many leave in a second, by one in the latest minutes at least; None before it is known."""
        if len(self.left) < 2:
            return None
        (first, before), (last, now) = self.left[0], self.left[-1]
        return max(now - before, 1) / (60 * (last - first))


def longest_wait(venue: VenueMeasures, exits: Exits) -> tuple[int, float] | None:
    """Return the gate where whoever joins the queue now waits longest, and for how long (s); None where nobody waits.

    The lanes decide, and where the halls are full, those who leave.
    """
    if venue.state == "closed" or not venue.checked_ms or not any(venue.waiting):
        return None
    check_s = venue.checked_ms / venue.waited.count / 1000
    for_room_s = _wait_for_room_s(venue, exits)
    waits = {
        gate: max(people * check_s / lanes, for_room_s)
        for gate, people in enumerate(venue.waiting)
        if people and (lanes := venue.lanes.get(gate, 1))
    }
    if not waits:
        return None
    gate = max(waits, key=lambda gate: (waits[gate], venue.waiting[gate]))
    return gate, waits[gate]


def shut_gate(venue: VenueMeasures) -> int | None:
    """Return at which gate most people wait though no lane of it is open: where all are closed, nobody can move on."""
    if venue.state != "open" or not any(venue.waiting):
        return None
    shut = [gate for gate, people in enumerate(venue.waiting) if people and not venue.lanes.get(gate, 1)]
    return max(shut, key=lambda gate: venue.waiting[gate], default=None)


def place_of(where: str, gates: Sequence[Described] = ()) -> str:
    """Return the place of an alarm as people call it: gates by their names, or counted from 1."""
    kind, _, number = where.partition(" ")
    if kind != "gate" or not number.isdecimal():
        return where
    gate = int(number)
    return str(gates[gate].names["en"]) if gate < len(gates) else f"Gate {gate + 1}"


def _wait_for_room_s(venue: VenueMeasures, exits: Exits) -> float:
    """Return how long the last in the queues waits for a place inside, as people leave now; 0 where there is room."""
    exits_per_s = exits.per_s()
    if exits_per_s is None or venue.inside + sum(venue.lanes.values()) < venue.cap:
        return 0.0
    return (sum(venue.waiting) + max(venue.inside - venue.cap, 0)) / exits_per_s
