"""The laws of streams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from fairfacts.clock import MINUTE_MS
from fairfacts.handlers import Handlers
from fairfacts.laws.base import Breaks, Others, PartLaws
from fairfacts.laws.disruptions import DisruptionLaws
from fairfacts.laws.flow import Flow, Little
from fairfacts.laws.organisations import RegisterLaws
from fairfacts.laws.programme import ProgrammeLaws
from fairfacts.parts.disruptions import StreamFailure
from fairfacts.parts.programme import SessionCancelled, SessionClosed
from fairfacts.parts.streams import StreamEnded, StreamStarted, ViewerJoined, ViewerLeft, ViewerRefused, ViewersStalled


class StreamLaws(PartLaws):
    """Streams on air, and who watches."""

    LAWS: ClassVar[Mapping[str, str]] = {
        "stream.starts": "a stream starts once, while its session is open, and only if it is to be streamed",
        "stream.ends": "a stream that is on air ends, its viewers gone, before its session closes",
        "viewer.sequence": "viewers are numbered 0, 1, 2, ... as they join",
        "viewer.on_air": "a viewer joins a stream that is on air",
        "viewer.joined": "a viewer leaves the stream that it joined, once",
        "viewer.refused": "a viewer is refused by a stream that is on air, and as failed only while it fails",
        "viewer.stalled": "streams stall of some viewers at whole minutes, and whoever leaves for it is one of these",
        "viewer.watched": "watched_ms is the time from joining to leaving",
    }

    def __init__(self, breaks: Breaks, others: Others) -> None:
        super().__init__(breaks, others)
        self._disruptions = others.of(DisruptionLaws)
        self._programme = others.of(ProgrammeLaws)
        self._register = others.of(RegisterLaws)
        self._on_air: dict[int, int] = {}
        """Viewers of each stream on air."""
        self._started: set[int] = set()
        self._watching: dict[int, ViewerJoined] = {}
        self._views = Flow()
        self._next = 0

    def handlers(self) -> Handlers:
        """Return what these laws do on each type of event that they handle."""
        return {
            StreamStarted: self._start,
            ViewerJoined: self._join,
            ViewerRefused: self._refuse,
            ViewersStalled: self._stall,
            ViewerLeft: self._leave,
            StreamEnded: self._end,
            SessionClosed: self._session_over,
            SessionCancelled: self._session_over,
        }

    def flows(self, now_ms: int) -> dict[str, Little]:
        """Return the account of the viewers."""
        return {"viewers": self._views.little(now_ms, (view.at_ms for view in self._watching.values()))}

    def _start(self, event: StreamStarted) -> None:
        session = self._programme.sessions.get(event.stream)
        is_open = event.stream in self._programme.open
        if session is None or not session.streamed or not is_open or event.stream in self._started:
            self.breaks(event, "stream.starts")
        self._started.add(event.stream)
        self._on_air[event.stream] = 0

    def _join(self, event: ViewerJoined) -> None:
        viewer, stream = event.viewer, event.stream
        if viewer != self._next:
            self.breaks(event, "viewer.sequence")
        self._next = viewer + 1
        if stream in self._on_air:
            self._on_air[stream] += 1
        else:
            self.breaks(event, "viewer.on_air")
        self._register.recognise(event, event.organisation, event.economy)
        if self._fails(stream):
            self.breaks(event, "viewer.on_air")
        self._watching[viewer] = event
        self._views.enter(event.at_ms)

    def _fails(self, stream: int) -> bool:
        active = self._disruptions.active.values()
        return any(type(disruption) is StreamFailure and disruption.session == stream for disruption in active)

    def _refuse(self, event: ViewerRefused) -> None:
        self._register.recognise(event, event.organisation, event.economy)
        fails = self._fails(event.stream)
        if event.stream not in self._on_air or fails is not (event.reason == "failed"):
            self.breaks(event, "viewer.refused")

    def _stall(self, event: ViewersStalled) -> None:
        if event.at_ms % MINUTE_MS or not event.left <= event.stalled <= len(self._watching) + event.left:
            self.breaks(event, "viewer.stalled")

    def _leave(self, event: ViewerLeft) -> None:
        joined = self._watching.pop(event.viewer, None)
        if joined is None or joined.stream != event.stream:
            self.breaks(event, "viewer.joined")
        if joined is None:
            return
        if event.watched_ms != event.at_ms - joined.at_ms:
            self.breaks(event, "viewer.watched")
        if joined.stream in self._on_air:
            self._on_air[joined.stream] -= 1
        self._views.leave(event.at_ms, event.watched_ms)

    def _end(self, event: StreamEnded) -> None:
        if self._on_air.pop(event.stream, -1) != 0:
            self.breaks(event, "stream.ends")

    def _session_over(self, event: SessionClosed | SessionCancelled) -> None:
        if event.session in self._on_air:
            self.breaks(event, "stream.ends")
