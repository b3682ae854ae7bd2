"""Signing: the parties' office hours, in which they sign online, and the tables on site with a schedule."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import timedelta
from heapq import heappop, heappush
from typing import NamedTuple

from fairsim.arrivals import DAY_MS, HOUR_MS, MINUTE_MS
from fairsim.economies import hours_ahead_of_beijing
from fairsim.kernel import Kernel, Story
from fairsim.scenario import Scenario


class OfficeHours:
    """The parties' office hours, each in its own zone, every day of the fair."""

    def __init__(self, scenario: Scenario) -> None:
        parameters = scenario.parameters.agreements
        self._epoch = scenario.epoch
        self._zones = {economy.code: economy.zone for economy in scenario.economies}
        self._opens_ms = round(parameters.opens_h * HOUR_MS)
        self._length_ms = round(parameters.closes_h * HOUR_MS) - self._opens_ms
        self._ahead_ms: dict[tuple[str, int], int] = {}

    def after(self, economy: str, since_ms: int, work_ms: int) -> int:
        """Return the moment by which so much of an economy's office time, 1 ms or more, has passed since another.

        The zone's offset is that of the day on which the work begins: across a change of clocks it is an hour off.
        """
        ahead_ms = self._ahead(economy, since_ms // DAY_MS)
        local_ms = since_ms + ahead_ms
        midnight_ms = local_ms - local_ms % DAY_MS
        passed_ms = min(max(local_ms - midnight_ms - self._opens_ms, 0), self._length_ms)
        # the last millisecond of the work decides the day: what is done as the office closes is done that day
        days, rest_ms = divmod(passed_ms + work_ms - 1, self._length_ms)
        return midnight_ms + days * DAY_MS + self._opens_ms + rest_ms + 1 - ahead_ms

    def _ahead(self, economy: str, day: int) -> int:
        ahead_ms = self._ahead_ms.get((economy, day))
        if ahead_ms is None:
            noon = self._epoch + timedelta(days=day, hours=12)
            ahead_ms = round(hours_ahead_of_beijing(self._zones[economy], noon) * HOUR_MS)
            self._ahead_ms[economy, day] = ahead_ms
        return ahead_ms


class Guest(NamedTuple):
    """Parties who come to the signing tables."""

    sign: Callable[[str, int], None]
    """They have signed: at which table, in a slot of how many ms."""
    leave: Callable[[], None]
    """They sign elsewhere."""
    stays: bool
    """Whether they come again the next day when they are left over."""


class SigningTables:
    """The signing tables on site: slots of one length, first come first served, within a daily schedule."""

    def __init__(self, env: Kernel, scenario: Scenario) -> None:
        parameters = scenario.parameters.agreements
        self._env = env
        self._slot_ms = round(parameters.slot_min * MINUTE_MS)
        self._free = list(range(1, max(parameters.tables, 1) + 1))  # one table however small the fair
        self._queue: deque[Guest] = deque()
        self._closes_ms = 0
        """When the schedule under way ends; of the past while the tables are closed."""
        self.schedule = [
            (day_ms + round(parameters.tables_open_h * HOUR_MS), day_ms + round(parameters.tables_close_h * HOUR_MS))
            for day_ms in days_on_site_ms(scenario)
        ]
        """When the tables open and close, for each day on site."""
        self._over_ms = self.schedule[-1][1] if self.schedule else 0

    def come(self, guest: Guest) -> None:
        """Parties come to sign; after the last day they sign elsewhere at once."""
        if self._env.now >= self._over_ms:
            guest.leave()
            return
        self._queue.append(guest)
        self._call_next()

    def keep_hours(self) -> Story:
        """Open the tables day after day; those left over at the end come again, or sign elsewhere."""
        for opens_ms, closes_ms in self.schedule:
            yield self._env.timeout(opens_ms - self._env.now)
            self._closes_ms = closes_ms
            self._call_next()
            yield self._env.timeout(closes_ms - self._env.now)
            left_over, self._queue = self._queue, deque()
            for guest in left_over:
                if guest.stays and closes_ms < self._over_ms:
                    self._queue.append(guest)
                else:
                    guest.leave()

    def _call_next(self) -> None:
        """Whoever waits takes a free table, if the slot ends within the schedule."""
        while self._queue and self._free and self._env.now + self._slot_ms <= self._closes_ms:
            slot = heappop(self._free), self._queue.popleft()
            self._env.after(self._slot_ms, self._end, slot)

    def _end(self, slot: tuple[int, Guest]) -> None:
        """The slot is over: its parties have signed, and the table is free."""
        table, guest = slot
        guest.sign(f"table {table}", self._slot_ms)
        heappush(self._free, table)
        self._call_next()


def days_on_site_ms(scenario: Scenario) -> list[int]:
    """Return the midnights (ms since the epoch) of the days on which the halls receive visitors."""
    parameters = scenario.parameters
    last_day = min(parameters.agreements.last_day_on_site, parameters.fair.days)
    return [day * DAY_MS for day in range(parameters.agreements.first_day_on_site - 1, last_day)]
