"""How a run stands, derived from its row in the table; imports little, so that a list of runs is quick."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, get_args

from fairfacts.wall_clock import now

RunState = Literal["running", "paused", "stopped", "failed", "ended"]
STATES: tuple[RunState, ...] = get_args(RunState)
SILENT_AFTER = timedelta(seconds=30)
"""A player polls for commands four times a second while it has nothing to send, and waits this long for an answer."""


def state_of(*, ended: bool, fault: str | None, pace: str | None) -> RunState:
    """Return how a run stands."""
    if ended:
        return "ended"
    if fault is not None:
        return "failed"
    if pace == "stopped":
        return "stopped"
    return "paused" if pace == "paused" else "running"


def silent_since(state: RunState, heard_at: datetime, *, pace: str | None, head: int) -> datetime | None:
    """Return the time of the player's last heartbeat (or of the run's beginning) if it is overdue, else None.

    A run with events and no pace has no player: others send its events whenever they have some. A heartbeat in the
    future is overdue too: the clock was set back, and the player has not polled since.
    """
    has_player, time = pace is not None or head == 0, now()
    is_overdue = has_player and state in ("running", "paused") and abs(time - heard_at) > SILENT_AFTER
    return min(heard_at, time) if is_overdue else None
