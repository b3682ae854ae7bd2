"""A visitor of the halls, and the hours of a public day."""

from __future__ import annotations

import math
from typing import NamedTuple

from fairfacts.clock import MINUTE_MS
from fairsim.inputs.scenario import Scenario


class Visitor:
    """A person on one day."""

    __slots__ = (
        "arrived_ms", "badge", "check_ms", "clears_ms", "delegate", "economy", "entered_ms", "gate", "in_session",
        "key", "leaves_ms", "number", "organisation", "pause_ms", "person", "place", "rest_ms", "return_ms", "stay_ms",
        "waited_ms",
    )  # fmt: skip

    def __init__(
        self,
        organisation: int | None,
        economy: str,
        person: int,
        key: int,
        gate: int,
        check_ms: int,
        stay_ms: int,
        clears_ms: int,
        return_ms: int,
        rest_ms: int = 0,
        pause_ms: int = 0,
    ) -> None:
        self.organisation, self.economy, self.person, self.key = organisation, economy, person, key
        self.gate, self.check_ms, self.stay_ms = gate, check_ms, stay_ms
        self.clears_ms = clears_ms
        """How long before the halls close the visitor leaves at the latest."""
        self.return_ms = return_ms
        """The time until the visitor comes again, if the halls were full; 0 for never."""
        self.rest_ms, self.pause_ms = rest_ms, pause_ms
        """The second stay of the day, 0 for none, and the time outside before it."""
        self.badge = ""
        self.delegate: int | None = None
        """Which of the organisation's delegates."""
        self.leaves_ms = 0
        """When the visitor leaves; set on entry."""
        self.arrived_ms = self.waited_ms = self.entered_ms = 0
        self.number = self.place = -1
        """The person's number, and the visitor's place in the list of those inside; set on entry."""
        self.in_session = False


class Hours(NamedTuple):
    """The times of a public day, in ms since the epoch."""

    opens_ms: int
    last_entry_ms: int
    closes_ms: int

    @property
    def minutes(self) -> int:
        """Return for how many minutes the halls are open; a last part of a minute counts as one."""
        return math.ceil((self.closes_ms - self.opens_ms) / MINUTE_MS)


def hours_of(day: int, scenario: Scenario) -> Hours:
    """Return the times of a day of the fair; the first day is 0."""
    venue = scenario.parameters.venue
    return Hours(*(scenario.at_ms(day, hour) for hour in (venue.opens_h, venue.last_entry_h, venue.closes_h)))
