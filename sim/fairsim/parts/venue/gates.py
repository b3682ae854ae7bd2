"""Gates: lanes of security and health check, and the queues before them."""

from __future__ import annotations

from collections import deque

from fairsim.parts.venue.visitors import Visitor


class Gate:
    """Lanes of security and health check, and the queue before them."""

    __slots__ = ("free", "lanes", "queue")

    def __init__(self, lanes: int) -> None:
        self.lanes = self.free = lanes
        """The open lanes, and those of them without a visitor; below zero while closing lanes are still in use."""
        self.queue: deque[Visitor] = deque()

    def change_lanes(self, by: int) -> None:
        """Open some lanes, or close them (below zero); a visitor who is in a closing lane is let through."""
        self.lanes += by
        self.free += by


def open_gate(gates: list[Gate], wished: int) -> int:
    """Return the number of the wished gate, or of the next one with an open lane if it has none."""
    if gates[wished].lanes:  # nearly always
        return wished
    following = [*range(wished, len(gates)), *range(wished)]
    return next((number for number in following if gates[number].lanes), wished)
