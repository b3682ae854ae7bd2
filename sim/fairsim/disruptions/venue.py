"""Disruptions of the halls. Visitors who are inside or in a lane are not affected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fairfacts.parts.disruptions import BordersOpened, EntryCap, LanesClosed
from fairsim.disruptions.kind import Kind, Undo, alone


class LaneClosures(Kind[LanesClosed]):
    """Lanes of a gate are closed."""

    WHAT = LanesClosed
    BEGUN = "{lanes} of {gate} {are} closed; take another gate."
    OVER = "{gate} has all its lanes again."

    def words(self, what: LanesClosed) -> dict[str, Any]:
        """Return the lanes, and the gate by its name; without one, people count gates from 1."""
        gates = self.context.scenario.fair.gates
        gate = gates[what.gate].name["en"] if what.gate < len(gates) else f"gate {what.gate + 1}"
        lanes, are = ("1 lane", "is") if what.lanes == 1 else (f"{what.lanes:,} lanes", "are")
        return {"gate": gate, "lanes": lanes, "are": are}

    def same(self, what: LanesClosed, other: LanesClosed) -> bool:
        """Return whether both are of one gate."""
        return what.gate == other.gate

    def holding(self, active: Sequence[LanesClosed]) -> LanesClosed | None:
        """Return the only one: several add up."""
        return alone(active)

    def begin(self, what: LanesClosed) -> Undo:
        """Close the lanes."""
        return self.parts.venue.gates.close_lanes(what.gate, what.lanes)


class EntryCaps(Kind[EntryCap]):
    """Another number of people may be inside. Of several caps the strictest holds, until it ends."""

    WHAT = EntryCap
    BEGUN = "At most {people:,} people may be inside the halls."
    OVER = "The usual number of people may be inside again."

    def holding(self, active: Sequence[EntryCap]) -> EntryCap | None:
        """Return the strictest."""
        return min(active, key=lambda cap: cap.people)

    def begin(self, what: EntryCap) -> Undo:
        """Set the cap."""
        return self.parts.venue.gates.change_cap(what.people)


class BorderOpenings(Kind[BordersOpened]):
    """Another share of the delegates from overseas means to come on site. Of several shares the latest holds."""

    WHAT = BordersOpened
    BEGUN = "Borders are {state} visitors from abroad."
    OVER = "Borders are as they were before."

    def words(self, what: BordersOpened) -> dict[str, Any]:
        """Return whether anybody may come."""
        return {"state": "open to" if what.overseas_share else "closed to"}

    def holding(self, active: Sequence[BordersOpened]) -> BordersOpened | None:
        """Return the latest."""
        return active[-1]

    def begin(self, what: BordersOpened) -> Undo:
        """Set the share."""
        return self.parts.venue.open_borders(what.overseas_share)
