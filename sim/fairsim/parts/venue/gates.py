"""Gates: lanes of security and health check, the queues before them, and the cap: who waits and who is let in.

A visitor in a lane has a place inside: the cap counts both.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial

from fairfacts.parts.venue.events import CapChanged, GatesClosed, LanesChanged, Reason, VisitorMoved, VisitorRefused
from fairsim.inputs.parameters import Venue as VenueParameters
from fairsim.parts.notices import Notices
from fairsim.parts.part import Context
from fairsim.parts.venue.visitors import Hours, Visitor


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


class Gates:
    """All gates of the halls, and the cap on the people inside.

    Args:
        inside: who is inside; the halls keep this list.
        enter: called with each visitor who has passed the check; it puts the visitor inside and calls `passed`.
    """

    def __init__(
        self, context: Context, notices: Notices, inside: list[Visitor], enter: Callable[[Visitor], None]
    ) -> None:
        self._context, self.env, self.emit = context, context.env, context.emit
        self._notices, self._inside, self._enter = notices, inside, enter
        self.cap = self._parameters.cap
        """How many people may be inside now."""
        self._caps: dict[object, int] = {}
        """The caps of the disruptions in effect, of which the strictest holds; two may be alike."""
        self._closed: dict[int, int] = {}
        """How many lanes the disruptions in effect close together, by gate; they may be more than it has."""
        self._staffed: tuple[int, ...] = ()
        """The lanes of each gate on this day, if none is closed."""
        self._gates: list[Gate] = []
        self._hours = Hours(0, 0, 0)
        self._is_open = False
        self._checking = 0
        """How many visitors are in a lane, at all gates."""
        self.are_said_full = False
        """Whether a notice of this day says that the halls are full."""

    @property
    def _parameters(self) -> VenueParameters:
        return self._context.parameters.venue

    @property
    def is_full(self) -> bool:
        """Return whether the halls have no place for one more."""
        return len(self._inside) + self._checking >= self.cap

    @property
    def staffed(self) -> tuple[int, ...]:
        """Return the lanes of each gate on this day, if none is closed."""
        return self._staffed

    @property
    def waiting(self) -> tuple[int, ...]:
        """Return how many people are in the queue of each gate now."""
        return tuple(len(gate.queue) for gate in self._gates)

    def prepare(self, hours: Hours, lanes: tuple[int, ...]) -> None:
        """Set up the gates for a day; visitors who come before they open wait in the queue."""
        self._staffed, self._hours = lanes, hours
        self._gates = [Gate(self._open_lanes(number)) for number in range(len(lanes))]
        self.are_said_full = False

    def open(self) -> None:
        """Let visitors who wait into the lanes."""
        self._is_open = True
        for number, gate in enumerate(self._gates):
            if gate.lanes != self._staffed[number]:
                self.emit(LanesChanged(self.env.now, number, gate.lanes))
        self._call_all()

    def close(self) -> None:
        """Last entry: visitors in a lane still enter, visitors in a queue are refused."""
        self._is_open = False
        self.emit(GatesClosed(self.env.now))
        for gate in self._gates:
            while gate.queue:
                self._refuse(gate.queue.popleft(), "late")

    def arrive(self, visitor: Visitor) -> None:
        """A visitor comes to a gate.

        If the halls are full, the visitor is refused, and comes again later or never. Visitors who already wait stay in
        the queue, and enter as others leave.
        """
        now = visitor.arrived_ms = self.env.now
        visitor.gate = open_gate(self._gates, visitor.gate)
        if now >= self._hours.last_entry_ms:
            self._refuse(visitor, "late")
        elif self.is_full:
            self._refuse(visitor, "full")
            self._say_full()
        else:
            gate = self._gates[visitor.gate]
            gate.queue.append(visitor)
            self._call_next(gate)

    def passed(self, visitor: Visitor) -> None:
        """A visitor has passed the check and is inside; the lane is free."""
        gate = self._gates[visitor.gate]
        gate.free += 1
        self._checking -= 1
        self._call_next(gate)

    def call_longest_waiting(self) -> None:
        """Let in the visitor who has waited longest at a free lane, as a place inside is free again."""
        if waiting := [gate for gate in self._gates if gate.free > 0 and gate.queue]:
            self._call_next(min(waiting, key=lambda gate: gate.queue[0].arrived_ms))

    def change_cap(self, people: int) -> Callable[[], None]:
        """Set another cap; return the function that undoes it."""
        key = object()
        self._caps[key] = people
        self._apply_cap()
        return partial(self._take_cap_back, key)

    def reconfigure(self, before: VenueParameters) -> None:
        """Apply another cap and other lanes of the parameters to the day in progress."""
        self._apply_cap()
        if self._parameters.gate_lanes != before.gate_lanes and self._gates:
            self._staffed = self._parameters.gate_lanes
            for number in range(len(self._gates)):
                self._apply_lanes(number)

    def close_lanes(self, number: int, lanes: int) -> Callable[[], None]:
        """Close some lanes of a gate, at most all of them; return the function that opens them again."""
        self._close_lanes(number, lanes)
        return partial(self._close_lanes, number, -lanes)

    def _call_all(self) -> None:
        for gate in self._gates:
            self._call_next(gate)

    def _call_next(self, gate: Gate) -> None:
        """Let visitors from the queue into free lanes while there is room inside."""
        env = self.env
        while self._is_open and gate.free > 0 and gate.queue and not self.is_full:
            visitor = gate.queue.popleft()
            gate.free -= 1
            self._checking += 1
            visitor.waited_ms = env.now - visitor.arrived_ms
            env.after(visitor.check_ms, self._enter, visitor)

    def _refuse(self, visitor: Visitor, reason: Reason) -> None:
        """A visitor is not let in. Some who found the halls full come once more before last entry."""
        now, again_ms = self.env.now, visitor.return_ms
        returns = reason == "full" and again_ms > 0 and now + again_ms < self._hours.last_entry_ms
        waited_ms = now - visitor.arrived_ms
        self.emit(VisitorRefused(now, visitor.organisation, visitor.economy, visitor.gate, waited_ms, reason, returns))
        if returns:
            visitor.return_ms = 0
            self.env.after(again_ms, self.arrive, visitor)

    def _say_full(self) -> None:
        """Publish a notice when the halls are full for the first time in a day: those it reaches come later."""
        if self._is_open and not self.are_said_full:
            self.are_said_full = True
            text = f"The halls are full: at most {self.cap:,} people may be inside. Come later."
            self._notices.publish("venue_full", text)

    def _take_cap_back(self, key: object) -> None:
        del self._caps[key]
        self._apply_cap()

    def _find_cap(self) -> int:
        return min(self._caps.values(), default=self._parameters.cap)

    def _apply_cap(self) -> None:
        was, self.cap = self.cap, self._find_cap()
        if self.cap != was and (self._is_open or self._inside):
            self.emit(CapChanged(self.env.now, self.cap))
        self._call_all()

    def _close_lanes(self, number: int, lanes: int) -> None:
        """Close some lanes of a gate, or open them again (below zero)."""
        self._closed[number] = self._closed.get(number, 0) + lanes
        if number < len(self._gates):  # there are none before the first day of the halls
            self._apply_lanes(number)

    def _open_lanes(self, number: int) -> int:
        return max(self._staffed[number] - self._closed.get(number, 0), 0)

    def _apply_lanes(self, number: int) -> None:
        gate = self._gates[number]
        by = self._open_lanes(number) - gate.lanes
        gate.change_lanes(by)
        if by and self._is_open:
            self.emit(LanesChanged(self.env.now, number, gate.lanes))
        self._call_next(gate)
        self._lead_on()

    def _lead_on(self) -> None:
        """Let those who wait at a gate without lanes go to the end of the queue of the next one that has some."""
        for number, gate in enumerate(self._gates):
            to_gate = open_gate(self._gates, number)
            while to_gate != number and gate.queue:
                self._move(gate.queue.popleft(), to_gate)

    def _move(self, visitor: Visitor, to_gate: int) -> None:
        now, gate = self.env.now, self._gates[to_gate]
        who = visitor.organisation, visitor.economy, visitor.gate
        self.emit(VisitorMoved(now, *who, to_gate, now - visitor.arrived_ms))
        visitor.gate = to_gate
        gate.queue.append(visitor)
        self._call_next(gate)


def open_gate(gates: list[Gate], wished: int) -> int:
    """Return the number of the wished gate, or of the next one with an open lane if it has none."""
    if gates[wished].lanes:  # nearly always
        return wished
    following = [*range(wished, len(gates)), *range(wished)]
    return next((number for number in following if gates[number].lanes), wished)
