"""Projects that exhibitors publish on the platform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from fairfacts.clock import hour_of
from fairfacts.event import Count, EconomyCode, Event
from fairfacts.handlers import Handlers
from fairfacts.measure import Measure
from fairfacts.part_state import Fair, PartState
from fairfacts.series import HourCounts, plain


class ProjectPublished(Event, frozen=True, tag="project.published"):
    """An exhibitor published a project."""

    project: Count
    organisation: Count
    economy: EconomyCode
    sector: str


MEASURES: Mapping[str, Measure] = {
    "published": Measure("projects", "published so far"),
    "by_sector": Measure("projects", "published, by sector"),
    "per_hour": Measure("projects", "published, by hour since the epoch"),
}


class ProjectMeasures(PartState):
    """Projects published."""

    MEASURES: ClassVar[Mapping[str, Measure]] = MEASURES

    published: int = 0
    by_sector: dict[str, int] = msgspec.field(default_factory=dict)
    per_hour: HourCounts = msgspec.field(default_factory=dict)

    def handlers(self, _: Fair) -> Handlers:
        """Return what the part does on each type of event that it handles."""
        return {
            ProjectPublished: self.publish,
        }

    def publish(self, event: ProjectPublished) -> None:
        """Count a project."""
        self.published += 1
        self.by_sector[event.sector] = self.by_sector.get(event.sector, 0) + 1
        hour = hour_of(event.at_ms)
        self.per_hour[hour] = self.per_hour.get(hour, 0) + 1

    def snapshot(self, _: Fair) -> dict[str, Any]:
        """Return the measures of this part as plain data."""
        return {
            "published": self.published,
            "by_sector": dict(self.by_sector),
            "per_hour": plain(self.per_hour),
        }
