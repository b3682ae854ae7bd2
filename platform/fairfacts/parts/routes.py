"""Routes through the city: tours to technology and culture, with seats at each departure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import msgspec

from fairfacts.event import Count, Event
from fairfacts.handlers import Handlers
from fairfacts.measure import Measure
from fairfacts.part_state import Fair, PartState
from fairfacts.series import plain

Theme = Literal["technology", "culture"]


class RouteOffered(Event, frozen=True, tag="route.offered"):
    """A route became part of the fair's offer."""

    route: Count
    theme: Theme


class RouteDeparted(Event, frozen=True, tag="route.departed"):
    """A tour of a route set off."""

    route: Count
    theme: Theme
    seats: Count
    taken: Count
    left_behind: Count
    """People who wanted to go with it and found no seat."""


MEASURES: Mapping[str, Measure] = {
    "offered": Measure("routes", "through the city", given="from the start"),
    "departed": Measure("tours", "that set off", given="in the end"),
    "seats": Measure("seats", "of the tours that set off", given="in the end"),
    "taken": Measure("seats", "of those, that were taken"),
    "taken_share": Measure("share", "of those seats, that were taken", of="seats"),
    "left_behind": Measure("people", "who found no seat"),
    "taken_by_theme": Measure("seats", "taken, by theme of the route"),
    "taken_by_route": Measure("seats", "taken, by route"),
}


class RouteMeasures(PartState):
    """Routes and their tours."""

    MEASURES: ClassVar[Mapping[str, Measure]] = MEASURES

    offered: int = 0
    departed: int = 0
    seats: int = 0
    taken: int = 0
    left_behind: int = 0
    taken_by_theme: dict[str, int] = msgspec.field(default_factory=dict)
    taken_by_route: dict[int, int] = msgspec.field(default_factory=dict)

    def handlers(self, _: Fair) -> Handlers:
        """Return what the part does on each type of event that it handles."""
        return {
            RouteOffered: self.offer,
            RouteDeparted: self.depart,
        }

    def offer(self, _: RouteOffered) -> None:
        """Add a route."""
        self.offered += 1

    def depart(self, event: RouteDeparted) -> None:
        """Count a tour and who goes with it."""
        self.departed += 1
        self.seats += event.seats
        self.taken += event.taken
        self.left_behind += event.left_behind
        self.taken_by_theme[event.theme] = self.taken_by_theme.get(event.theme, 0) + event.taken
        self.taken_by_route[event.route] = self.taken_by_route.get(event.route, 0) + event.taken

    def snapshot(self, _: Fair) -> dict[str, Any]:
        """Return the measures of this part as plain data."""
        return {
            "offered": self.offered,
            "departed": self.departed,
            "seats": self.seats,
            "taken": self.taken,
            "taken_share": round(self.taken / self.seats, 4) if self.seats else 0.0,
            "left_behind": self.left_behind,
            "taken_by_theme": dict(self.taken_by_theme),
            "taken_by_route": plain(self.taken_by_route),
        }
