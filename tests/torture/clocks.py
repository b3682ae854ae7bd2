"""A wall clock that jumps."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from unittest import mock

from tests.torture.trouble import Random

MOST_S = 10 * 86_400


@contextlib.contextmanager
def jumping_clock(random: Random) -> Iterator[None]:
    """Let the backend's wall clock jump to and fro by up to ten days each time that it is read."""

    class Jumping(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + timedelta(seconds=random.uniform(-MOST_S, MOST_S))

    with mock.patch("fairfacts.wall_clock.datetime", Jumping):
        yield
