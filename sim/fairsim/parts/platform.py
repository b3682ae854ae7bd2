"""The platform's capacity: meeting rooms, viewers, requests, and who tries again when it is short."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from fairfacts.clock import MINUTE_MS
from fairfacts.parts.platform import PlatformMetered, PlatformOpened
from fairsim.engine.draws import Keys, packed, whole_ms
from fairsim.engine.kernel import BEHIND_ALL_ELSE
from fairsim.inputs.parameters import Platform as PlatformParameters
from fairsim.inputs.scenario import Scenario
from fairsim.parts.part import Context, Part


class Waiting(Protocol):
    """A desk that waits for a meeting room."""

    def call_next(self) -> None:
        """Take a room, or wait again."""


class Platform(Part):
    """The capacity of the platform now, and its load.

    A talk needs a meeting room and a view needs a viewer's place. A talk without a room waits; a viewer without a place
    is refused and tries again. Requests of browsers and apps are limited by the minute: a log-in over the limit is
    refused, while delegates who are logged in are served.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        # one of each at least, however small the scale
        self._rooms, self._viewers = max(self.parameters.rooms, 1), max(self.parameters.viewers, 1)
        self._requests_per_s = max(self.parameters.requests_per_s, 1)
        self.capacity_share = 1.0
        self.talking = self.watching = 0
        self._most_talking, self._most_watching = self._rooms, self._viewers
        self._waiting: dict[Waiting, None] = {}
        """The desks that wait for a room, each once, in the order in which they came."""
        self._minute, self._requests = -1, 0
        """The latest minute with a request, and the number of requests answered in it."""
        self._before = -1, 0
        """The minute with a request before that, and its requests."""
        self._metered = False
        """Whether a meter reading is scheduled for the end of this minute."""
        self._again = context.draws.stream("platform.again")
        self._again_means_ms = _again_means_ms(self.parameters)

    @property
    def parameters(self) -> PlatformParameters:
        """Return the parameters of the platform that hold now."""
        return self._context.parameters.platform

    def reconfigure(self, before: Scenario) -> None:
        """Take up the mean times until the next try."""
        if before.parameters.platform != self.parameters:
            self._again_means_ms = _again_means_ms(self.parameters)

    def open(self) -> None:
        """The platform opens."""
        open_days = self.parameters.open_days
        self.emit(PlatformOpened(self.env.now, self._rooms, self._viewers, self._requests_per_s, open_days))

    @property
    def is_down(self) -> bool:
        """Return whether the platform answers nothing at all."""
        return self.capacity_share == 0

    def limit(self, share: float) -> None:
        """Limit the platform to a share of its capacity; 1 restores all of it."""
        self.capacity_share = share
        self._most_talking, self._most_watching = int(self._rooms * share), int(self._viewers * share)
        self._meter_minute()
        self._call_waiting()

    def take_room(self, desk: Waiting) -> bool:
        """Take a room for a talk; if there is none, its desk waits for one, first come, first served."""
        if self.talking < self._most_talking:
            self.talking += 1
            return True
        self._waiting.setdefault(desk)
        self._meter_minute()
        return False

    def free_room(self) -> None:
        """Free the room of a talk."""
        self.talking -= 1
        if self._waiting:
            self._call_waiting()

    def talks_over(self) -> int:
        """Return how many talks exceed the number of rooms."""
        return max(self.talking - self._most_talking, 0)

    def take_place(self) -> bool:
        """Take a place for a viewer; return False if there is none."""
        if self.watching >= self._most_watching:
            return False
        self.watching += 1
        return True

    def views_over(self) -> int:
        """Return how many views exceed the number of places."""
        return max(self.watching - self._most_watching, 0)

    def stalled_share(self) -> float:
        """Return the share of the viewers whose streams stall in this minute."""
        without_stalls = self.parameters.stalls_from_share * self._most_watching
        return 1 - without_stalls / self.watching if self.watching > without_stalls else 0.0

    def log_in(self) -> bool:
        """Answer a log-in if the requests of this minute leave room for it; return whether they did."""
        requests = self.parameters.requests_per_login
        if self.is_down or self._of_this_minute() + requests > 60 * self._requests_per_s * self.capacity_share:
            self._meter_minute()
            return False
        self.serve(requests)
        return True

    def serve(self, requests: int) -> None:
        """Answer requests of delegates who are logged in."""
        self._requests = self._of_this_minute() + requests
        if not self._metered:
            self._meter_minute()

    def again_after_ms(self, key: int, attempt: int) -> int:
        """Return after what time a person tries again, who was refused or disconnected; 0 for never.

        Args:
            key: the key of the person.
            attempt: the number of the try that failed, from 1. The time grows with it.
        """
        share = self.parameters.again_share
        if attempt > len(self._again_means_ms) or (chance := self._again.scalar_uniform(key, attempt)) >= share:
            return 0
        # among those who try again, the same number is uniform below their share
        return round(-self._again_means_ms[attempt - 1] * math.log(chance / share)) or 1

    def all_again_after_ms(self, keys: Keys) -> list[Sequence[int]]:
        """Return `again_after_ms` for many keys: one row for each attempt, from 1; row 0 is empty."""
        share, rows = self.parameters.again_share, [packed(keys[:0])]
        for attempt, mean_ms in enumerate(self._again_means_ms, start=1):
            chance = self._again.uniform(keys, attempt)
            again = whole_ms(-mean_ms * np.log(chance / share)) if share else chance
            rows.append(packed(np.where(chance < share, again, 0)))
        return rows

    def _call_waiting(self) -> None:
        """Call the desks that wait while there are rooms."""
        for _ in range(len(self._waiting)):
            if self.talking >= self._most_talking:
                return
            desk = next(iter(self._waiting))
            del self._waiting[desk]
            desk.call_next()

    def _of_this_minute(self) -> int:
        minute = self.env.now // MINUTE_MS
        if minute != self._minute:
            self._before = self._minute, self._requests
            self._minute, self._requests = minute, 0
        return self._requests

    def _meter_minute(self) -> None:
        """Schedule a meter reading for the end of this minute, as it has load."""
        if not self._metered:
            self._metered = True
            end_ms = (self.env.now // MINUTE_MS + 1) * MINUTE_MS
            self.env.at(end_ms, self._meter, None, BEHIND_ALL_ELSE)

    def _meter(self, _: None) -> None:
        now, metered = self.env.now, self.env.now // MINUTE_MS - 1
        # a request may already have come in this very millisecond
        requests = dict((self._before, (self._minute, self._requests))).get(metered, 0)
        self._metered = False
        self.emit(PlatformMetered(now, requests, len(self._waiting), self.capacity_share))
        if requests or self._waiting or self._minute > metered:
            self._meter_minute()


def _again_means_ms(platform: PlatformParameters) -> list[float]:
    """Return the mean time until the next try, by the number of tries before."""
    return [platform.again_mean_s * platform.again_growth**tries * 1000 for tries in range(platform.again_max)]
