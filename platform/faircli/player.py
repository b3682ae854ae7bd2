"""The player: plays a fair into an outbox at a pace, and applies the commands of operators."""

from __future__ import annotations

import queue
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import assert_never

from faircli.outbox import ASK_S, Outbox
from fairfacts.clock import MINUTE_MS
from fairfacts.errors import BackendError, ScenarioError
from fairfacts.operator_commands import Acknowledge, Disrupt, NumberedCommand, Pace, Pause, Resume, Snooze, Speed, Stop
from fairfacts.parts.disruptions import AnyDisruption
from fairsim.fair import Fair

PACE_S = 0.1
"""How often a paced run is played on and its events are sent."""


class StoppedError(BackendError):
    """An operator stopped the run."""


class Player:
    """Plays one fair; it plays what the log holds already as fast as it can, and applies no command there."""

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
            disruptions: those that operators caused earlier in this run, in order, each with its moment (ms).
            on_progress: called with the moment (ms), the number of events and a note.
        """
        self._disruptions = deque(disruptions)
        self._fair, self._outbox, self._on_progress = fair, outbox, on_progress
        self._pace = pace
        self._paused = False
        self._events = 0
        self._anchor()

    def play(self) -> None:
        """Play to the end; all events are in the outbox when this returns.

        Raises:
            StoppedError: an operator stopped it; all events up to then are in the log.
            BackendError: as the outbox.
        """
        fair = self._fair
        while fair.env.now < fair.duration_ms:
            while self._disruptions and self._disruptions[0][0] == fair.env.now:
                fair.inject(self._disruptions.popleft()[1])
            if fair.env.now:  # a fair that has not begun cannot be disrupted
                self._handle_commands()
            ends_ms = [fair.env.now + self._slice_ms(), fair.duration_ms, *(at_ms for at_ms, _ in self._disruptions)]
            fair.play_until(min(ends_ms))
            self._wait()
            self._put()

    def _anchor(self) -> None:
        """Measure the pace from this moment on."""
        self._from_ms, self._from_s = self._fair.env.now, time.monotonic()
        self._sent_at = 0.0
        self._outbox.pace = "paused" if self._paused else self._pace_text()

    def _pace_text(self) -> str:
        return "max" if self._pace == "max" else f"{self._pace:.10f}".rstrip("0").rstrip(".")

    def _slice_ms(self) -> int:
        if self._pace == "max":
            return MINUTE_MS
        return max(1, min(MINUTE_MS, round(self._pace * 1000 * PACE_S)))

    def _is_new(self) -> bool:
        """Return whether the log does not hold the present events yet."""
        return self._events >= self._outbox.log_state.head

    def _wait(self) -> None:
        """Wait until the wall clock reaches what was just played, or a command comes: a slow run obeys at once, too."""
        if not self._is_new():
            self._anchor()
        elif self._pace != "max":
            due_s = self._from_s + (self._fair.env.now - self._from_ms) / (self._pace * 1000)
            while (left_s := due_s - time.monotonic()) > 0 and self._outbox.commands.empty():
                time.sleep(min(left_s, ASK_S))
                if left_s > ASK_S:
                    self._outbox.poll()

    def _put(self) -> None:
        events = self._fair.take_events()
        self._events += len(events)
        is_due = self._pace != "max" and time.monotonic() - self._sent_at >= PACE_S
        self._outbox.put(events, flush=is_due)
        if is_due:
            self._sent_at = time.monotonic()
        if self._is_new():
            self._outbox.poll()
        self._show()

    def _show(self) -> None:
        self._on_progress(self._fair.env.now, self._events, "paused by an operator" if self._paused else "")

    def _handle_commands(self) -> None:
        """Apply the commands that wait; while the run is paused, wait for the next one."""
        while command := self._next_command():
            self._apply(command)

    def _next_command(self) -> NumberedCommand | None:
        while True:
            try:
                return self._outbox.commands.get(block=self._paused, timeout=ASK_S)
            except queue.Empty:
                if not self._paused:
                    return None
                self._outbox.poll()
                self._show()

    def _apply(self, waiting: NumberedCommand) -> None:
        match command := waiting.command:
            case Pause():
                self._paused = True
                self._outbox.put([], flush=True)
            case Resume():
                self._paused = False
            case Speed():
                self._pace = command.speed
            case Disrupt():
                return self._disrupt(waiting, command.disruption)
            case Stop():
                self._outbox.acknowledge(waiting, self._fair.env.now)
                self._outbox.stop()
                raise StoppedError("stopped by an operator")
            case Acknowledge() | Snooze():
                pass  # the backend applied it: it is about an alarm
            case _:
                assert_never(command)
        self._anchor()
        return self._outbox.acknowledge(waiting, self._fair.env.now)

    def _disrupt(self, waiting: NumberedCommand, disruption: AnyDisruption) -> None:
        """Disrupt the fair here, and acknowledge it before its events are sent: a resumed run must not miss it."""
        refused = None
        try:
            self._fair.inject(disruption)
        except ScenarioError as fault:
            refused = str(fault)
        self._outbox.acknowledge(waiting, self._fair.env.now, refused)
