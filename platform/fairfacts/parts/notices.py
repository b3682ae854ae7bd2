"""Notices: what the information service publishes to everybody, so that they change what they do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from fairfacts.event import Count, Event
from fairfacts.handlers import Handlers
from fairfacts.measure import Measure
from fairfacts.part_state import Fair, PartState

LATEST = 8
"""Notices that the measures hold in full; the log has all."""


class NoticePublished(Event, frozen=True, tag="notice.published"):
    """The information service published a notice to everybody."""

    notice: Count
    about: str
    """The kind of the disruption, or `venue_full`."""
    over: bool
    """Whether the notice says that what it is about is over."""
    text: str
    """In English, for people to read."""
    disruption: Count | None
    """The number of the disruption that it is about; null where it is about none."""


MEASURES: Mapping[str, Measure] = {
    "published": Measure("notices", "so far"),
    "published_by_kind": Measure("notices", "so far, by what they are about"),
    "latest": Measure(
        "notices", "the eight latest, by number: when and what, and of which disruption where it is of one", levels=0
    ),
}


class NoticeMeasures(PartState):
    """Notices."""

    MEASURES: ClassVar[Mapping[str, Measure]] = MEASURES

    published_by_kind: dict[str, int] = msgspec.field(default_factory=dict)
    latest: dict[int, tuple[int, str, bool, str, int | None]] = msgspec.field(default_factory=dict)

    def handlers(self, _: Fair) -> Handlers:
        """Return what the part does on each type of event that it handles."""
        return {
            NoticePublished: self.publish,
        }

    def publish(self, event: NoticePublished) -> None:
        """Take a notice in."""
        self.published_by_kind[event.about] = self.published_by_kind.get(event.about, 0) + 1
        self.latest[event.notice] = (event.at_ms, event.about, event.over, event.text, event.disruption)
        if len(self.latest) > LATEST:
            del self.latest[next(iter(self.latest))]

    def snapshot(self, _: Fair) -> dict[str, Any]:
        """Return the measures of this part as plain data."""
        return {
            "published": sum(self.published_by_kind.values()),
            "published_by_kind": dict(self.published_by_kind),
            "latest": {str(number): _plain(*notice) for number, notice in self.latest.items()},
        }


def _plain(at_ms: int, about: str, over: bool, text: str, disruption: int | None) -> dict[str, Any]:
    body = {"at_ms": at_ms, "about": about, "over": over, "text": text}
    return body if disruption is None else body | {"disruption": disruption}
