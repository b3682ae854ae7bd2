"""The laws of the platform's capacity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from fairfacts.clock import MINUTE_MS
from fairfacts.event import Event
from fairfacts.handlers import Handlers
from fairfacts.laws.base import Breaks, Others, PartLaws
from fairfacts.laws.disruptions import DisruptionLaws
from fairfacts.parts.negotiations.events import NegotiationEnded, NegotiationFailed, NegotiationTakenUp
from fairfacts.parts.platform import PlatformMetered, PlatformOpened, PublicCounted
from fairfacts.parts.streams import ViewerJoined, ViewerLeft, ViewerRefused


class PlatformLaws(PartLaws):
    """What the platform carries at the same time."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "platform.opens": "the platform opens once, before anything goes on on it",
        "platform.rooms": "no more talks are held at the same time than the platform has rooms",
        "platform.viewers": "no more views are going on at the same time than the platform carries",
        "platform.full": "a viewer is refused as full only when the platform carries all it can",
        "public.minute": "the public is counted at whole minutes, each once, when somebody has come",
        "platform.minute": "the platform is metered at whole minutes, each once, at the capacity that it has",
    }

    def __init__(self, breaks: Breaks, others: Others) -> None:
        super().__init__(breaks, others)
        self._disruptions = others.of(DisruptionLaws)
        self._opened: PlatformOpened | None = None
        self._talking = self._watching = self._metered_ms = self._public_ms = 0

    def handlers(self) -> Handlers:
        """Return what these laws do on each type of event that they handle."""
        return {
            PlatformOpened: self._open,
            NegotiationTakenUp: self._take_up,
            NegotiationEnded: self._free_room,
            NegotiationFailed: self._free_room,
            ViewerJoined: self._join,
            ViewerLeft: self._leave,
            ViewerRefused: self._refuse,
            PlatformMetered: self._meter,
            PublicCounted: self._count_public,
        }

    def _most(self, capacity: int) -> int:
        return int(capacity * self._disruptions.capacity_share())

    def _open(self, event: PlatformOpened) -> None:
        if self._opened is not None or self._talking or self._watching:
            self.breaks(event, "platform.opens")
        self._opened = event

    def _take_up(self, event: Event) -> None:
        self._talking += 1
        if self._opened is None or self._talking > self._most(self._opened.rooms):
            self.breaks(event, "platform.rooms")

    def _free_room(self, _: Event) -> None:
        self._talking -= 1

    def _join(self, event: Event) -> None:
        self._watching += 1
        if self._opened is None or self._watching > self._most(self._opened.viewers):
            self.breaks(event, "platform.viewers")

    def _leave(self, _: Event) -> None:
        self._watching -= 1

    def _refuse(self, event: ViewerRefused) -> None:
        most = 0 if self._opened is None else self._most(self._opened.viewers)
        if event.reason == "full" and self._watching < most:
            self.breaks(event, "platform.full")

    def _count_public(self, event: PublicCounted) -> None:
        if event.at_ms % MINUTE_MS or event.at_ms <= self._public_ms or not event.users:
            self.breaks(event, "public.minute")
        self._public_ms = event.at_ms

    def _meter(self, event: PlatformMetered) -> None:
        share = self._disruptions.capacity_share()
        if event.at_ms % MINUTE_MS or event.at_ms <= self._metered_ms or event.capacity_share != share:
            self.breaks(event, "platform.minute")
        self._metered_ms = event.at_ms
        if self._opened is None:
            return
        if self._talking > self._most(self._opened.rooms):
            self.breaks(event, "platform.rooms")
        if self._watching > self._most(self._opened.viewers):
            self.breaks(event, "platform.viewers")
