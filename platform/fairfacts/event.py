"""What every event has: a type, which its tag names, and a moment."""

from __future__ import annotations

from typing import Annotated

import msgspec

from fairfacts.clock import DAY_MS

Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
"""A whole number of things, or an id: zero or more, and exact in JavaScript."""

Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=100 * 366 * DAY_MS)]
"""Simulated time since the run's epoch, or a length of it, in whole milliseconds; up to a century."""

EconomyCode = Annotated[str, msgspec.Meta(min_length=2, max_length=2)]
"""ISO 3166-1 alpha-2 code of a country or region."""


class Event(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """Something that happened at `at_ms`, complete in itself: a reader needs no look-up.

    Events name the run's objects by integers, one sequence per kind of object. Lengths of time and moments are
    in whole milliseconds, so that sums over a log are exact.
    """

    at_ms: Milliseconds
