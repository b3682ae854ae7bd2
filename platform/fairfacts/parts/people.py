"""People who register for the fair: with their organisations, and later than these."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from fairfacts.event import Count, EconomyCode, Event
from fairfacts.handlers import Handlers
from fairfacts.measure import Measure
from fairfacts.part_state import Fair, PartState
from fairfacts.series import Hourly


class PersonRegistered(Event, frozen=True, tag="person.registered"):
    """A further delegate of an organisation that is registered already."""

    organisation: Count
    economy: EconomyCode
    delegate: Count
    """Which of the organisation's delegates; they are numbered from 0."""


MEASURES: Mapping[str, Measure] = {
    "registered": Measure("people", "registered so far: with their organisations, and later than these"),
    "registered_later": Measure("people", "of those, who registered after their organisations"),
    "present": Measure("people", "who came in on one day at least: `venue.visitors`, where evidence looks for it"),
    "later_per_hour": Measure("people", "who registered after their organisations, by hour since the epoch"),
}


class PeopleMeasures(PartState):
    """People, each counted once."""

    MEASURES: ClassVar[Mapping[str, Measure]] = MEASURES

    later: Hourly = msgspec.field(default_factory=Hourly)

    def handlers(self, _: Fair) -> Handlers:
        """Return what the part does on each type of event that it handles."""
        return {PersonRegistered: self.register}

    def register(self, _: PersonRegistered) -> None:
        """Count a person."""
        self.later.at_hand += 1

    def close_hour(self, hour: int, _: Fair) -> None:
        """Close an hour in the series."""
        self.later.close(hour)

    def snapshot(self, fair: Fair) -> dict[str, Any]:
        """Return the measures of this part as plain data."""
        return {
            "registered": fair.organisations.delegates + self.later.count,
            "registered_later": self.later.count,
            "present": fair.venue.visitors,
            "later_per_hour": self.later.plain(),
        }
