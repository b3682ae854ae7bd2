"""The laws of the routes through the city."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from fairfacts.handlers import Handlers
from fairfacts.laws.base import Breaks, Others, PartLaws
from fairfacts.parts.routes import RouteDeparted, RouteOffered, Theme


class RouteLaws(PartLaws):
    """Routes on offer, and their tours."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "route.sequence": "routes are numbered 0, 1, 2, ... as they are offered",
        "route.theme": "a tour is of a route that is offered, and of its theme",
        "route.seats": "a tour takes no more people than it has seats, and leaves nobody behind while there are any",
    }

    def __init__(self, breaks: Breaks, others: Others) -> None:
        super().__init__(breaks, others)
        self._theme: dict[int, Theme] = {}
        self._next = 0

    def handlers(self) -> Handlers:
        """Return what these laws do on each type of event that they handle."""
        return {RouteOffered: self._offer, RouteDeparted: self._depart}

    def _offer(self, event: RouteOffered) -> None:
        if event.route != self._next:
            self.breaks(event, "route.sequence")
        self._next = event.route + 1
        self._theme[event.route] = event.theme

    def _depart(self, event: RouteDeparted) -> None:
        if self._theme.get(event.route) != event.theme:
            self.breaks(event, "route.theme")
        if event.taken > event.seats or (event.left_behind and event.taken < event.seats):
            self.breaks(event, "route.seats")
