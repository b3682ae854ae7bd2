"""Zones of the exhibition on site, and how people walk them."""

from __future__ import annotations

import csv
import math
from typing import get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from fairfacts.errors import ScenarioError
from fairfacts.resources import data
from fairfacts.venue import ZoneKind
from fairsim.arrivals import MINUTE_MS
from fairsim.draws import Keys, Stream

MOST_LEGS = 256
"""Stays in zones that one day of a visitor may have, the last of them to the end; they are keyed with it."""


class Zone(msgspec.Struct, frozen=True):
    """A zone as `seeds/zones.csv` describes it."""

    name: str
    kind: ZoneKind
    sector: str
    """Whose exhibitors are placed there first; empty for all."""
    net_m2: float
    """Stand space at the documented scale."""
    attraction: float
    """Weight by which those who walk on choose it."""


def load_zones() -> tuple[Zone, ...]:
    """Return the zones of `seeds/zones.csv`; a zone's number is its place."""
    text = (data("seeds") / "zones.csv").read_text(encoding="utf-8")
    zones = []
    for row in csv.DictReader(text.splitlines()):
        if row["kind"] not in get_args(ZoneKind):
            raise ScenarioError(
                f"seeds/zones.csv: {row['zone']}: kind is {row['kind']!r}; allowed are {', '.join(get_args(ZoneKind))}"
            )
        zones.append(
            Zone(row["zone"], row["kind"], row["sector"], float(row["net_m2"]), float(row["attraction"]))  # type: ignore[arg-type]  # checked above
        )
    return tuple(zones)


class Walks:
    """Where those inside are on one day, as the counters see it each minute since the halls opened.

    A visitor's walk (how long in each zone, and where next) is a function of the visitor's own key, drawn when the
    minute of the entry is counted: nobody's walk depends on another's, so no zone needs an event of its own.
    """

    def __init__(
        self, walking: Stream, attractions: list[float], dwell_mean_ms: float, opened_ms: int, minutes: int
    ) -> None:
        self._walking, self._dwell_mean_ms, self._opened_ms = walking, dwell_mean_ms, opened_ms
        self._attractions = np.cumsum(attractions)
        self._changes = np.zeros((len(attractions), minutes + 2), np.int64)
        self._inside = np.zeros(len(attractions), np.int64)
        self._newcomers: list[tuple[int, int, int]] = []

    def begin(self, key: int, entered_ms: int, leaves_ms: int) -> None:
        """A visitor begins to walk."""
        self._newcomers.append((key, entered_ms, leaves_ms))

    def inside(self, minute: int) -> tuple[int, ...]:
        """Return the people in each zone so many minutes after the opening; to be asked for every minute in order."""
        if self._newcomers:
            keys, entered_ms, leaves_ms = np.array(self._newcomers).T
            self._newcomers.clear()
            self._walk(keys, entered_ms, leaves_ms)
        self._inside += self._changes[:, minute]
        return tuple(self._inside.tolist())

    def _walk(self, keys: Keys, entered_ms: NDArray[np.int64], leaves_ms: NDArray[np.int64]) -> None:
        stays = (leaves_ms - entered_ms)[:, None]
        # legs enough that the last one is hardly ever cut short: the mean number, and six deviations
        usual = float(stays.max()) / self._dwell_mean_ms
        legs = min(MOST_LEGS, math.ceil(usual + 6 * math.sqrt(usual)) + 5)
        numbered = keys[:, None] * MOST_LEGS + np.arange(legs)
        ends = np.cumsum(self._walking.exponential(numbered, self._dwell_mean_ms, DWELL), axis=1)
        ends[:, -1] = np.inf
        begins = np.concatenate([np.zeros((len(keys), 1)), ends[:, :-1]], axis=1)
        walked = np.nonzero(begins < stays)
        since_ms, chance = (entered_ms - self._opened_ms)[walked[0]], self._walking.uniform(numbered[walked], WHERE)
        zones = np.searchsorted(self._attractions, chance * self._attractions[-1], side="right")
        np.add.at(self._changes, (zones, _minute_after(since_ms + begins[walked])), 1)
        ends = np.minimum(ends, stays)
        np.add.at(self._changes, (zones, _minute_after(since_ms + ends[walked])), -1)


def _minute_after(moments_ms: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the first minute whose count does not lie before the moments."""
    minutes: NDArray[np.int64] = np.ceil(moments_ms / MINUTE_MS).astype(np.int64)
    return minutes


# lanes of the stream of walking, by leg
DWELL, WHERE = 0, 1
