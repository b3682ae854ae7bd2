"""Disruptions begin at a time, on a condition or by a command, and end."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from fairfacts.clock import MINUTE_MS
from fairfacts.errors import ScenarioError
from fairfacts.parts.disruptions import AnyDisruption, Cause, DisruptionBegun, DisruptionEnded, kind_of
from fairsim.disruptions.kind import Kind, Undo
from fairsim.disruptions.people import DemandChanges, StaffCuts
from fairsim.disruptions.platform import PlatformOutages, StreamFailures
from fairsim.disruptions.programme import SessionCancellations, SessionDelays, SessionMoves
from fairsim.disruptions.venue import BorderOpenings, EntryCaps, LaneClosures
from fairsim.engine.kernel import Process
from fairsim.inputs.plan import Condition, Planned, check_origin, check_places
from fairsim.parts.part import Context
from fairsim.parts.registry import Parts

KINDS: tuple[type[Kind[Any]], ...] = (
    PlatformOutages,
    StreamFailures,
    SessionCancellations,
    SessionDelays,
    SessionMoves,
    LaneClosures,
    DemandChanges,
    StaffCuts,
    EntryCaps,
    BorderOpenings,
)
Gauges = Mapping[str, Callable[[], int]]


class Active(NamedTuple):
    """A disruption in effect."""

    number: int
    what: AnyDisruption
    kind: Kind[Any]
    undo: Undo
    began_ms: int


class Disruptions:
    """Begins and ends disruptions, and announces them."""

    def __init__(self, context: Context, parts: Parts) -> None:
        self._context, self._parts = context, parts
        self._kinds = {kind.WHAT: kind(context, parts) for kind in KINDS}
        self._next_number = 0
        self._active: list[Active] = []
        """Those in effect, the latest last."""
        self.gauges: Gauges = {
            "visits.online": lambda: len(parts.visits.online),
            "streams.viewers": lambda: parts.platform.watching,
            "negotiations.talking": lambda: parts.platform.talking,
            "venue.inside": lambda: parts.venue.inside,
            "venue.waiting": lambda: sum(parts.venue.gates.waiting),
        }
        """What a condition may compare, by the name of its measure."""

    def planned(self) -> list[Process]:
        """Return the processes of the disruptions that the scenario plans."""
        return [self._wait_for(planned) for planned in self._context.scenario.disruptions]

    def begin(self, what: AnyDisruption, cause: Cause) -> None:
        """Put a disruption into effect now.

        Raises:
            ScenarioError: it is impossible in this fair, or as things stand; nothing has happened then.
        """
        env, kind = self._context.env, self._kinds[type(what)]
        programme, parameters = self._parts.programme, self._context.parameters
        check_places(what, len(programme.sessions), programme.rooms, parameters.venue.gate_lanes)
        check_origin(what, {economy.code for economy in self._context.scenario.economies})
        kind.check(what)
        number = self._next_number
        self._next_number += 1
        self._context.emit(DisruptionBegun(env.now, number, cause, what))
        active = Active(number, what, kind, kind.begin(what), env.now)
        self._active.append(active)
        if self._holding(self._same(active)) in (None, active):
            self._announce(active, over=False)
        length_ms = kind.lasts_ms(what)
        if length_ms is not None:
            env.after(length_ms, self._end, active)

    def _end(self, active: Active) -> None:
        now = self._context.env.now
        self._context.emit(DisruptionEnded(now, active.number, active.what, now - active.began_ms))
        active.undo()
        like = [each for each in self._same(active) if each is not active]
        held = [self._holding(self._same(each)) for each in like]
        self._active.remove(active)
        if not like:
            self._announce(active, over=True)
        for each, before in zip(like, held, strict=True):
            if self._holding(self._same(each)) is each is not before and _text(each) != _text(before):
                self._announce(self._left(each), over=False)

    def _same(self, active: Active) -> list[Active]:
        """Return those in effect that concern the same thing as this one."""
        of_kind = (other for other in self._active if other.kind is active.kind)
        return [other for other in of_kind if active.kind.same(active.what, other.what)]

    @staticmethod
    def _holding(same: list[Active]) -> Active | None:
        """Return the one of these that decides alone how things are."""
        what = same[-1].kind.holding([each.what for each in same])
        return next((each for each in same if each.what is what), None)

    def _left(self, active: Active) -> Active:
        """Return a disruption in effect with what is left of its time, in whole minutes."""
        if (lasts_min := getattr(active.what, "lasts_min", None)) is None:
            return active
        left_min = max(math.ceil(lasts_min - (self._context.env.now - active.began_ms) / MINUTE_MS), 0)
        return active._replace(what=msgspec.structs.replace(active.what, lasts_min=float(left_min)))

    def _announce(self, active: Active, *, over: bool) -> None:
        if text := _text(active, over=over):
            self._parts.notices.publish(kind_of(active.what), text, over=over, disruption=active.number)

    def _wait_for(self, planned: Planned) -> Process:
        """Wait for a planned disruption's time or condition; one that is impossible then is announced as not done."""
        env, when = self._context.env, planned.when
        if isinstance(when, Condition):
            while not when.holds(self.gauges[when.gauge]()):
                yield env.timeout(MINUTE_MS)
            yield env.timeout(planned.after_ms)
        else:
            yield env.timeout(when - env.now)
        try:
            self.begin(planned.what, "condition" if isinstance(when, Condition) else "scheduled")
        except ScenarioError as fault:
            self._parts.notices.publish(kind_of(planned.what), f"Not done: {fault}.")


def _text(active: Active | None, *, over: bool = False) -> str:
    """Return what a notice says of a disruption; empty for no notice."""
    if active is None:
        return ""
    text = (active.kind.OVER if over else active.kind.BEGUN).format(**active.kind.words(active.what))
    return text[:1].upper() + text[1:]
