"""The platform's capacity: meeting rooms, viewers, requests, and who comes again when it is short."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from fairfacts.platform import PlatformMetered, PlatformOpened
from fairsim.arrivals import MINUTE_MS
from fairsim.draws import LANES, Draws, Keys, packed, whole_ms
from fairsim.kernel import BEHIND_ALL_ELSE, Emit, Kernel
from fairsim.scenario import Scenario


class Waiting(Protocol):
    """Who waits for a meeting room."""

    def call_next(self) -> None:
        """Take a room, or wait again."""


class Platform:
    """What the platform can carry now, and what it carries.

    A talk takes a room and a view a viewer's place; what finds none waits, or is refused and comes again. Requests of
    browsers and apps are limited by the minute: a log-in that would go over the limit is refused, while those who are
    logged in are served.
    """

    def __init__(self, env: Kernel, scenario: Scenario, draws: Draws, emit: Emit) -> None:
        self._env, self._emit = env, emit
        self.adopt(scenario)
        parameters = self.parameters
        # one of each at least, however small the fair
        self._rooms, self._viewers = max(parameters.rooms, 1), max(parameters.viewers, 1)
        self._requests_per_s = max(parameters.requests_per_s, 1)
        self.capacity_share = 1.0
        self.talking = self.watching = 0
        self._most_talking, self._most_watching = self._rooms, self._viewers
        self._waiting: deque[Waiting] = deque()
        self._minute, self._requests = -1, 0
        """The latest minute in which anything was asked for, and the requests answered in it."""
        self._before = -1, 0
        """The one before it."""
        self._metered = False
        """Whether the end of the minute under way is waited for."""
        self._again = draws.stream("platform.again")

    def adopt(self, scenario: Scenario) -> None:
        """Play by a scenario's parameters from now on."""
        self.parameters = parameters = scenario.parameters.platform
        self._again_share = parameters.again_share
        self._again_means_ms = [
            parameters.again_mean_s * parameters.again_growth**tries * 1000 for tries in range(parameters.again_max)
        ]
        """Mean time until who was refused comes again, by how often it has come again."""

    def open(self) -> None:
        """The platform opens."""
        open_days = self.parameters.open_days
        self._emit(PlatformOpened(self._env.now, self._rooms, self._viewers, self._requests_per_s, open_days))

    @property
    def is_down(self) -> bool:
        """Whether nothing at all is answered."""
        return self.capacity_share == 0

    def limit(self, share: float) -> None:
        """The platform has only a share of its capacity from now on, or all of it again."""
        self.capacity_share = share
        self._most_talking, self._most_watching = int(self._rooms * share), int(self._viewers * share)
        self._meter_minute()
        self._call_waiting()

    def take_room(self, desk: Waiting) -> bool:
        """A talk takes a room; where there is none, its desk waits for one, first come first served."""
        if self.talking < self._most_talking:
            self.talking += 1
            return True
        self._waiting.append(desk)
        self._meter_minute()
        return False

    def free_room(self) -> None:
        """A talk's room is free again."""
        self.talking -= 1
        if self._waiting:
            self._call_waiting()

    def talks_over(self) -> int:
        """Return how many talks are more than there are rooms for."""
        return max(self.talking - self._most_talking, 0)

    def take_place(self) -> bool:
        """A viewer takes a place, if there is one."""
        if self.watching >= self._most_watching:
            return False
        self.watching += 1
        return True

    def views_over(self) -> int:
        """Return how many views are more than there are places for."""
        return max(self.watching - self._most_watching, 0)

    def stalled_share(self) -> float:
        """Return the share of the viewers for whom a minute's capacity is too short."""
        bears = self.parameters.stalls_from_share * self._most_watching
        return 1 - bears / self.watching if self.watching > bears else 0.0

    def log_in(self) -> bool:
        """A log-in is answered, if the minute's requests leave room for it."""
        requests = self.parameters.requests_per_login
        if self.is_down or self._of_this_minute() + requests > 60 * self._requests_per_s * self.capacity_share:
            self._meter_minute()
            return False
        self.serve(requests)
        return True

    def serve(self, requests: int) -> None:
        """Requests of those who are logged in are answered."""
        self._requests = self._of_this_minute() + requests
        if not self._metered:
            self._meter_minute()

    def again_after_ms(self, key: int, attempt: int) -> int:
        """Return after what time somebody who was refused or thrown off comes again; 0 for not at all.

        `key` is of who it is, `attempt` the number of the try that failed, from 1. Tries become rarer by a factor.
        """
        share = self._again_share
        if attempt > len(self._again_means_ms) or (chance := self._again.one(key, attempt)) >= share:
            return 0
        # of those who come again, the same number is uniform below their share
        return round(-self._again_means_ms[attempt - 1] * math.log(chance / share)) or 1

    def all_again_after_ms(self, keys: Keys) -> list[Sequence[int]]:
        """Return what `again_after_ms` tells for many keys, a row for each attempt: the first, of none, is empty."""
        share, rows = self._again_share, [packed(keys[:0])]
        for attempt, mean_ms in enumerate(self._again_means_ms, start=1):
            chance = self._again.uniform(keys, attempt)
            again = whole_ms(-mean_ms * np.log(chance / share)) if share else chance
            rows.append(packed(np.where(chance < share, again, 0)))
        return rows

    def _call_waiting(self) -> None:
        """Those who wait for a room are called while there is one."""
        for _ in range(len(self._waiting)):
            if self.talking >= self._most_talking:
                return
            self._waiting.popleft().call_next()

    def _of_this_minute(self) -> int:
        minute = self._env.now // MINUTE_MS
        if minute != self._minute:
            self._before = self._minute, self._requests
            self._minute, self._requests = minute, 0
        return self._requests

    def _meter_minute(self) -> None:
        """The minute under way is metered at its end, as something is going on in it."""
        if not self._metered:
            self._metered = True
            end_ms = (self._env.now // MINUTE_MS + 1) * MINUTE_MS
            self._env.at(end_ms, self._meter, None, BEHIND_ALL_ELSE)

    def _meter(self, _: None) -> None:
        now, metered = self._env.now, self._env.now // MINUTE_MS - 1
        # somebody may have asked for something in this very millisecond already
        requests = dict((self._before, (self._minute, self._requests))).get(metered, 0)
        self._metered = False
        self._emit(PlatformMetered(now, requests, len(self._waiting), self.capacity_share))
        if requests or self._waiting or self._minute > metered:
            self._meter_minute()


MOST_AGAIN = LANES - 1
"""Tries that are drawn for: each takes a lane, from 1 on."""
