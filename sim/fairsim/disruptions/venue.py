"""Disruptions of the halls. Visitors who are inside or in a lane are not affected."""

from __future__ import annotations

from typing import Any

from fairfacts.parts.disruptions import BordersOpened, EntryCap, LanesClosed
from fairsim.disruptions.kind import Kind, Undo


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

    def begin(self, what: LanesClosed) -> Undo:
        """Close the lanes."""
        return self.parts.venue.gates.close_lanes(what.gate, what.lanes)


class EntryCaps(Kind[EntryCap]):
    """Another number of people may be inside."""

    WHAT = EntryCap
    BEGUN = "At most {people:,} people may be inside the halls."
    OVER = "The usual number of people may be inside again."

    def begin(self, what: EntryCap) -> Undo:
        """Set the cap."""
        return self.parts.venue.gates.change_cap(what.people)


class BorderOpenings(Kind[BordersOpened]):
    """Another share of the delegates from overseas means to come on site."""

    WHAT = BordersOpened
    BEGUN = "Borders are open: visitors from abroad may come."
    OVER = "Borders are closed again."

    def begin(self, what: BordersOpened) -> Undo:
        """Set the share."""
        return self.parts.venue.open_borders(what.overseas_share)
