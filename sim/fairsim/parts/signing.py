"""Signing: the office hours in which parties sign online, and the tables on site with their schedule."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import timedelta
from heapq import heappop, heappush
from typing import NamedTuple

from fairfacts.clock import DAY_MS, HOUR_MS, MINUTE_MS
from fairsim.engine.kernel import Process
from fairsim.inputs.economies import hours_ahead
from fairsim.inputs.scenario import Scenario
from fairsim.parts.part import Context, Part


class OfficeHours(Part):
    """The office hours of the parties, each in its own time zone, on every day of the fair."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        parameters = context.parameters.agreements
        self._zones = {economy.code: economy.zone for economy in context.scenario.economies}
        self._opens_ms = round(parameters.opens_h * HOUR_MS)
        self._length_ms = round(parameters.closes_h * HOUR_MS) - self._opens_ms
        self._ahead_ms: dict[tuple[str, int], int] = {}

    def after(self, economy: str, since_ms: int, work_ms: int) -> int:
        """Return when work of an economy's office is done that begins at `since_ms` and takes `work_ms` (1 or more).

        The zone's offset is that of the day on which the work begins: across a change of clocks it is an hour off.
        """
        ahead_ms = self.ahead_ms(economy, since_ms // DAY_MS)
        local_ms = since_ms + ahead_ms
        midnight_ms = local_ms - local_ms % DAY_MS
        passed_ms = min(max(local_ms - midnight_ms - self._opens_ms, 0), self._length_ms)
        # the last millisecond of the work decides the day: work that ends as the office closes ends on that day
        days, rest_ms = divmod(passed_ms + work_ms - 1, self._length_ms)
        return midnight_ms + days * DAY_MS + self._opens_ms + rest_ms + 1 - ahead_ms

    def ahead_ms(self, economy: str, day: int) -> int:
        """Return by how much an economy is ahead of the fair on a day since the epoch."""
        ahead_ms = self._ahead_ms.get((economy, day))
        if ahead_ms is None:
            noon = self._context.scenario.epoch + timedelta(days=day, hours=12)
            ahead_ms = round(hours_ahead(self._zones[economy], self._context.scenario.fair.time_zone, noon) * HOUR_MS)
            self._ahead_ms[economy, day] = ahead_ms
        return ahead_ms


class Guest(NamedTuple):
    """Parties who come to a signing table."""

    sign: Callable[[str, int], None]
    """Called when they have signed, with the table and the length of the slot in ms."""
    leave: Callable[[], None]
    """Called when they go to sign elsewhere."""
    stays: bool
    """Whether they come again on the next day if their turn has not come."""


class SigningTables(Part):
    """The signing tables on site: slots of one length, first come, first served, within a daily schedule."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        parameters, at_ms = context.parameters.agreements, context.scenario.at_ms
        self._slot_ms = round(parameters.slot_min * MINUTE_MS)
        self._free = list(range(1, max(parameters.tables, 1) + 1))  # one table at least, however small the scale
        self._queue: deque[Guest] = deque()
        self._closes_ms = 0
        """When today's schedule ends; in the past while the tables are closed."""
        self.schedule = [
            (at_ms(day, parameters.tables_open_h), at_ms(day, parameters.tables_close_h))
            for day in days_on_site(context.scenario)
        ]
        """When the tables open and close on each day on site."""
        self._over_ms = self.schedule[-1][1] if self.schedule else 0

    def come(self, guest: Guest) -> None:
        """Parties come to sign; after the last day they go elsewhere at once."""
        if self.env.now >= self._over_ms:
            guest.leave()
            return
        self._queue.append(guest)
        self._call_next()

    def keep_hours(self) -> Process:
        """Open the tables day after day; parties left over at the end of a day come again or sign elsewhere."""
        for opens_ms, closes_ms in self.schedule:
            yield self.env.timeout(opens_ms - self.env.now)
            self._closes_ms = closes_ms
            self._call_next()
            yield self.env.timeout(closes_ms - self.env.now)
            left_over, self._queue = self._queue, deque()
            for guest in left_over:
                if guest.stays and closes_ms < self._over_ms:
                    self._queue.append(guest)
                else:
                    guest.leave()

    def _call_next(self) -> None:
        """Give free tables to the parties that wait, if the slot ends within the schedule."""
        while self._queue and self._free and self.env.now + self._slot_ms <= self._closes_ms:
            slot = heappop(self._free), self._queue.popleft()
            self.env.after(self._slot_ms, self._end, slot)

    def _end(self, slot: tuple[int, Guest]) -> None:
        """The slot is over: the parties have signed, and the table is free."""
        table, guest = slot
        guest.sign(f"table {table}", self._slot_ms)
        heappush(self._free, table)
        self._call_next()


def days_on_site(scenario: Scenario) -> range:
    """Return the days, from 0, on which the halls receive visitors."""
    parameters = scenario.parameters
    last_day = min(parameters.agreements.last_day_on_site, parameters.fair.days)
    return range(parameters.agreements.first_day_on_site - 1, last_day)
