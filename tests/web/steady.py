"""Looks at a page until it has come to rest."""

from __future__ import annotations

import time
from collections.abc import Callable

REST_S = 60
"""How long a page may take on a slow machine."""
LOOK_S = 0.05


def eventually(check: Callable[[], None]) -> None:
    """Check until it holds: a page lays itself out some frames after it has what it shows.

    Raises:
        AssertionError: it does not hold after a minute; of the last look.
    """
    end = time.monotonic() + REST_S
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() > end:
                raise
        time.sleep(LOOK_S)
