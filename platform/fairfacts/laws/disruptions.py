"""The laws of disruptions and notices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from fairfacts.handlers import Handlers
from fairfacts.laws.base import Breaks, Others, PartLaws
from fairfacts.parts.disruptions import AnyDisruption, DisruptionBegun, DisruptionEnded, PlatformOutage, lasts_ms
from fairfacts.parts.notices import NoticePublished


class DisruptionLaws(PartLaws):
    """The disruptions in effect, and the notices about them."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "disruption.sequence": "disruptions are numbered 0, 1, 2, ... as they begin",
        "disruption.ends": "a disruption ends once, after it began, as what it began",
        "disruption.lasted": "lasted_ms is the time since the disruption began, and as long as it was said to last",
        "notice.sequence": "notices are numbered 0, 1, 2, ... as they are published",
        "notice.disruption": "a notice tells of a disruption that has begun",
    }

    def __init__(self, breaks: Breaks, others: Others) -> None:
        super().__init__(breaks, others)
        self.active: dict[int, AnyDisruption] = {}
        self._begun_ms: dict[int, int] = {}
        self._next_notice = 0

    def handlers(self) -> Handlers:
        """Return what these laws do on each type of event that they handle."""
        return {DisruptionBegun: self._begin, DisruptionEnded: self._end, NoticePublished: self._publish}

    def capacity_share(self) -> float:
        """Return what the platform has of its capacity while its outages last."""
        active = self.active.values()
        return min((outage.capacity_share for outage in active if type(outage) is PlatformOutage), default=1.0)

    def _begin(self, event: DisruptionBegun) -> None:
        if event.disruption != len(self._begun_ms):
            self.breaks(event, "disruption.sequence")
        self._begun_ms[event.disruption] = event.at_ms
        self.active[event.disruption] = event.what

    def _end(self, event: DisruptionEnded) -> None:
        if self.active.pop(event.disruption, None) != event.what:
            self.breaks(event, "disruption.ends")
        lasted_ms = event.at_ms - self._begun_ms.get(event.disruption, 0)
        if event.lasted_ms != lasted_ms or lasts_ms(event.what) not in (None, lasted_ms):
            self.breaks(event, "disruption.lasted")

    def _publish(self, event: NoticePublished) -> None:
        if event.notice != self._next_notice:
            self.breaks(event, "notice.sequence")
        self._next_notice = event.notice + 1
        if event.disruption is not None and event.disruption not in self._begun_ms:
            self.breaks(event, "notice.disruption")
