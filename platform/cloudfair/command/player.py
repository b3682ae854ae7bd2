"""The player: plays a fair into an outbox, at the pace that was asked for, and as operators say."""

from __future__ import annotations

import queue
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import assert_never

from fairfacts.commands import Disrupt, KeptCommand, Pace, Pause, Resume, Speed, Stop
from fairfacts.disruptions import AnyDisruption
from fairfacts.errors import BackendError, ScenarioError
from fairsim.arrivals import MINUTE_MS
from fairsim.fair import Fair
from fairsim.outbox import ASK_S, Outbox

PACE_S = 0.1
"""A paced run is played, and what happened is sent, this often."""


class StoppedError(BackendError):
    """An operator stopped the run."""


class Player:
    """Plays one fair. What the log holds already is played as fast as can be, and no command is obeyed in it."""

    def __init__(
        self,
        fair: Fair,
        outbox: Outbox,
        pace: Pace,
        *,
        disruptions: Iterable[tuple[int, AnyDisruption]] = (),
        on_progress: Callable[[int, int, str], None] = lambda *_: None,
    ) -> None:
        """Prepare to play.

        Args:
            disruptions: those that operators have caused in this run before, in their order, each with its moment (ms).
            on_progress: called with the moment, the number of events and how it is played.
        """
        self._disruptions = deque(disruptions)
        self._fair, self._outbox, self._on_progress = fair, outbox, on_progress
        self._pace = pace
        self._paused = False
        self._events = self._sent = 0
        self._anchor()

    def play(self) -> None:
        """Play to the end; all is put into the outbox when this returns.

        Raises:
            StoppedError: an operator said so; everything up to then is in the log.
            BackendError: what the outbox raises.
        """
        fair = self._fair
        while fair.env.now < fair.duration_ms:
            while self._disruptions and self._disruptions[0][0] == fair.env.now:
                fair.inject(self._disruptions.popleft()[1])
            if fair.env.now:  # a fair that has not begun cannot be disrupted
                self._obey()
            ends_ms = [fair.env.now + self._slice_ms(), fair.duration_ms, *(at_ms for at_ms, _ in self._disruptions)]
            fair.play_until(min(ends_ms))
            self._wait()
            self._put()

    def _anchor(self) -> None:
        """Count the pace from here and now on."""
        self._from_ms, self._from_s = self._fair.env.now, time.monotonic()
        self._sent_at = 0.0
        self._outbox.pace = "paused" if self._paused else self._told()

    def _told(self) -> str:
        return "max" if self._pace == "max" else f"{self._pace:.10f}".rstrip("0").rstrip(".")

    def _slice_ms(self) -> int:
        if self._pace == "max":
            return MINUTE_MS
        return max(1, min(MINUTE_MS, round(self._pace * 1000 * PACE_S)))

    def _is_new(self) -> bool:
        """Return whether what is played now is not in the log yet."""
        return self._events >= self._outbox.kept.head

    def _wait(self) -> None:
        """Wait for the time at which what was just played is to be told."""
        if not self._is_new():
            self._anchor()
        elif self._pace != "max":
            due_s = self._from_s + (self._fair.env.now - self._from_ms) / (self._pace * 1000)
            time.sleep(max(0.0, due_s - time.monotonic()))

    def _put(self) -> None:
        events = self._fair.take_events()
        self._events += len(events)
        is_due = self._pace != "max" and time.monotonic() - self._sent_at >= PACE_S
        self._outbox.put(events, flush=is_due)
        if is_due:
            self._sent_at = time.monotonic()
        if self._is_new():
            self._outbox.ask()
        self._tell()

    def _tell(self) -> None:
        self._on_progress(self._fair.env.now, self._events, "paused by an operator" if self._paused else "")

    def _obey(self) -> None:
        """Do what operators said, and while that is a pause, wait for more."""
        while command := self._heard():
            self._do(command)

    def _heard(self) -> KeptCommand | None:
        while True:
            try:
                return self._outbox.commands.get(block=self._paused, timeout=ASK_S)
            except queue.Empty:
                if not self._paused:
                    return None
                self._outbox.ask()
                self._tell()

    def _do(self, kept: KeptCommand) -> None:
        match command := kept.command:
            case Pause():
                self._paused = True
                self._outbox.put([], flush=True)
            case Resume():
                self._paused = False
            case Speed():
                self._pace = command.speed
            case Disrupt():
                return self._disrupt(kept, command.disruption)
            case Stop():
                self._outbox.obeyed(kept, self._fair.env.now)
                self._outbox.stop()
                raise StoppedError("stopped by an operator")
            case _:
                assert_never(command)
        self._anchor()
        return self._outbox.obeyed(kept, self._fair.env.now)

    def _disrupt(self, kept: KeptCommand, disruption: AnyDisruption) -> None:
        """Disrupt the fair here; that is noted before anything of it is told, so that it is never told without."""
        refused = None
        try:
            self._fair.inject(disruption)
        except ScenarioError as fault:
            refused = str(fault)
        self._outbox.obeyed(kept, self._fair.env.now, refused)
