"""The hours of desks: a time zone, and whether the desk stays open into the night."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from fairsim.inputs.economies import time_zone
from fairsim.inputs.parameters import Negotiations

Change = Literal["open", "close"]


class Shift(NamedTuple):
    """The hours that a desk keeps."""

    zone: str
    at_night: bool
    """Whether the desk stays open until `night_closes_h`."""

    def closes_h(self, parameters: Negotiations) -> float:
        """Return the local hour at which desks of the shift close."""
        return parameters.night_closes_h if self.at_night else parameters.closes_h

    def never_closes(self, parameters: Negotiations) -> bool:
        """Return whether desks of the shift are open for 24 hours."""
        return self.closes_h(parameters) - parameters.opens_h >= 24

    def next_change(self, parameters: Negotiations, epoch: datetime, now_ms: int) -> tuple[int, Change]:
        """Return when desks of the shift next open or close (ms since the epoch), and which of the two it is."""
        local = (epoch + timedelta(milliseconds=now_ms)).astimezone(time_zone(self.zone))
        midnight = datetime.combine(local.date(), datetime.min.time(), time_zone(self.zone))
        changes: tuple[tuple[float, Change], ...] = (
            (parameters.opens_h, "open"),
            (self.closes_h(parameters), "close"),
        )
        for days in (-1, 0, 1):
            for hour, change in changes:
                # datetimes of one zone are added by the wall clock, as desks' hours are
                moment = midnight + timedelta(days=days, hours=hour)
                at_ms = round((moment - epoch) / timedelta(milliseconds=1))
                if at_ms > now_ms:
                    return at_ms, change
        raise AssertionError(f"desks in {self.zone} neither open nor close within a day")
