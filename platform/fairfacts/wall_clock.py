"""The wall clock. The fair's own time is `fairfacts.clock`; what waits goes by a clock that never jumps."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the wall clock in UTC; it may jump to and fro."""
    return datetime.now(UTC)


def now_ms() -> float:
    """Return the wall clock as Unix time, in ms."""
    return now().timestamp() * 1000
