"""What the states of all parts of the fair have in common: events change them, and measures are read from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from fairfacts.handlers import Handlers
from fairfacts.measure import Measure

Fair = Any
"""The states of all parts (`fairfacts.measures.FairState`, which imports the parts, so that they cannot name it)."""


class PartState(msgspec.Struct):
    """The state of one part of the fair."""

    MEASURES: ClassVar[Mapping[str, Measure]] = {}
    """The measures of the part by name; a part without measures is in no snapshot."""

    def handlers(self, fair: Fair) -> Handlers:
        """Return what the part does on each type of event that it handles.

        Args:
            fair: the states of all parts, for a part that reads another's; it changes none but its own.
        """
        raise NotImplementedError

    def close_hour(self, hour: int, fair: Fair) -> None:
        """Close an hour since the epoch: all its events have been handled so far. More of them may still come."""

    def snapshot(self, fair: Fair) -> dict[str, Any]:
        """Return the measures of the part by name, as plain data without a null."""
        raise NotImplementedError
