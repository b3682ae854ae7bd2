"""Disruptions of how many people come, and of how many negotiators are there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from fairfacts.parts.disruptions import Demand, StaffCut
from fairsim.disruptions.kind import Kind, Undo, alone


class DemandChanges(Kind[Demand]):
    """More or fewer people come. No notice announces it."""

    WHAT = Demand

    def begin(self, what: Demand) -> Undo:
        """Multiply the demand."""
        self.parts.demand.begin(what)
        self._redraw(what)
        return partial(self._end, what)

    def _end(self, what: Demand) -> None:
        self.parts.demand.end(what)
        self._redraw(what)

    def _redraw(self, what: Demand) -> None:
        if what.of != "on_site":
            self.parts.visits.redraw()
            self.parts.streams.redraw()
        if what.of != "online":
            self.parts.venue.redraw()


class StaffCuts(Kind[StaffCut]):
    """A share of the negotiators is away. Talks in progress continue to their end."""

    WHAT = StaffCut
    BEGUN = "{share:.0%} of the negotiators ({origin}) are away; answers take longer."
    OVER = "The negotiators ({origin}) are back."

    def same(self, what: StaffCut, other: StaffCut) -> bool:
        """Return whether both concern desks of some economy."""
        concerns, economies = self.parts.demand.concerns, self.context.scenario.economies
        return any(concerns(what.origin, each.code) and concerns(other.origin, each.code) for each in economies)

    def holding(self, active: Sequence[StaffCut]) -> StaffCut | None:
        """Return the only one: several add up."""
        return alone(active)

    def begin(self, what: StaffCut) -> Undo:
        """Send the negotiators away."""
        return self.parts.desks.cut_staff(what.share, partial(self.parts.demand.concerns, what.origin))
