"""The forecast: what a fair's headlines will come to at its end, with an interval, while it is on.

It is made of what has happened so far and of a *profile*: which share of a headline's total has come by which hour in
the fairs of `fairlab.profile` (`seeds/profile.csv`, `seeds/headlines.csv`). It knows the run's size and no parameter of
its scenario. In logs, two things are weighed against each other by their precision:

- the total of the profile's fairs, times the run's size: good to a factor of two at best;
- what has come, N, divided by the share p that has come by now. It errs by chance, with variance `dispersion`
  (1 - p) / N (a Poisson stream's would be 1), and by as much as fairs differ in more than chance, `spread`.

The more has come, the less the first counts; at the end p is 1 and nothing is left to err. The interval is log-normal.

Sessions need no profile once there is a programme: they come to those held and those that it still has, and to no more.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Any

import msgspec

from fairfacts.figures import Figure
from fairfacts.measures import value_at
from fairfacts.resources import data
from fairfacts.series import HOUR_MS

HEADLINES: Mapping[str, str] = {
    "organisations.registered": "organisations.at_closing",
    "projects.published": "projects.published_online",
    "negotiations.initiated": "negotiations.initiated",
    "negotiations.initiated_overseas": "negotiations.initiated_overseas",
    "agreements.signed": "",
    "programme.counted_held": "sessions.total",
    "streams.views": "",
    "visits.started": "",
    "venue.entered": "",
}
"""The measures that are forecast, and the reported figure of each, where there is one."""
SESSIONS = "programme.counted_held"
SIZELESS = frozenset({SESSIONS})
"""Those that do not shrink with the scale of a run."""
PROFILE_HOURS = 144
"""The profile's fairs last six days."""
PRIOR_SD = 0.7
"""Of the logarithm of a total that nothing is known of but the fair's size: a factor of two either way."""
PROGRAMME_SD = 0.02
"""Of the share of the sessions still in the programme that are held: one in fifty may be cancelled."""
UNLIKE_SD = 0.5
"""Of a share that is only taken from the time passed, as no fair of this length is in the profile."""
LEAST_COUNT = 0.5
"""Stands in for nothing at all, which has no logarithm."""


@dataclass(frozen=True)
class Forecast:
    """What a headline is expected to come to when the fair closes."""

    measure: str
    now: float
    """What it is."""
    share: float
    """Of the final total, that has come by this time in the profile; of the time passed where no profile is of use."""
    expected: float
    """The median of the final total."""
    low: float
    high: float
    """Bounds of the interval; never below what has come."""
    figure: str
    """The reported figure it stands beside; empty where there is none."""
    reported: float | None
    """The figure, times the scale of the run where it counts what scales."""


class Profile(msgspec.Struct, frozen=True):
    """How one headline comes about over the hours of a fair."""

    total: float
    """At scale 1."""
    dispersion: float
    share: tuple[float, ...]
    """Of the total, by hour since the epoch."""
    spread: tuple[float, ...]

    def at(self, hours: float) -> tuple[float, float]:
        """Return share and spread at a time, between those of the hours around it."""
        hour = min(int(hours), PROFILE_HOURS - 1)
        part = min(hours - hour, 1.0)
        return _between(self.share, hour, part), _between(self.spread, hour, part)


@cache
def load_profiles() -> Mapping[str, Profile]:
    """Return the shipped profiles by measure."""
    share: dict[str, list[float]] = {}
    spread: dict[str, list[float]] = {}
    for row in _rows("profile.csv"):
        share.setdefault(row["measure"], []).append(float(row["share"]))
        spread.setdefault(row["measure"], []).append(float(row["spread"]))
    return {
        row["measure"]: Profile(
            float(row["total"]), float(row["dispersion"]), tuple(share[row["measure"]]), tuple(spread[row["measure"]])
        )
        for row in _rows("headlines.csv")
    }


def forecast(
    snapshot: dict[str, Any], figures: Mapping[str, Figure], level: float = 0.8, at_ms: int | None = None
) -> list[Forecast]:
    """Return what each headline is expected to come to, from the measures as they are.

    Args:
        snapshot: all measures.
        figures: the reported figures.
        level: of the intervals, between 0 and 1: that share of them should hold what comes.
        at_ms: the moment of the snapshot, where it is later than the latest event.
    """
    run, z = snapshot["run"], NormalDist().inv_cdf((1 + level) / 2)
    over = run["phase"] in ("closed", "ended")
    now_ms, profiles = run["at_ms"] if at_ms is None else at_ms, load_profiles()
    is_like = run["duration_ms"] == PROFILE_HOURS * HOUR_MS
    rows = []
    for measure, figure in HEADLINES.items():
        now, profile = float(value_at(snapshot, measure)), profiles[measure]
        size = 1.0 if measure in SIZELESS else run["scale"]
        if is_like:
            share, spread = profile.at(now_ms / HOUR_MS)
        else:
            share = now_ms / run["duration_ms"] if run["duration_ms"] else 0.0
            spread = UNLIKE_SD * (1 - share)
        reported = figures[figure].value * size if figure in figures else None  # type: ignore[operator]  # a number
        most = math.inf
        if over:
            share, median, sd = 1.0, now, 0.0
        elif measure == SESSIONS and value_at(snapshot, "programme.scheduled"):
            left = _sessions_left(snapshot["programme"])
            median = most = now + left
            sd = PROGRAMME_SD * left / max(most, 1)
        else:
            came = _came(now, share, profile.dispersion, spread)
            median, sd = _weighed(came, (math.log(max(profile.total * size, LEAST_COUNT)), PRIOR_SD))
        bounds = (min(most, max(now, median * math.exp(side * z * sd))) for side in (0, -1, 1))
        expected, low, high = map(round, bounds)
        rows.append(Forecast(measure, now, round(share, 4), expected, low, high, figure, reported))
    return rows


def _sessions_left(programme: dict[str, Any]) -> int:
    """Return how many sessions that count the programme still has, at most: the summit does not count."""
    left: int = programme["scheduled"] - programme["held"] - programme["cancelled"]
    summit_held = programme["held_by_kind"].get("summit", 0)
    # of those cancelled nobody knows whether the summit is one: then it may count for one too many, and none too few
    is_summit_left = bool(programme["summit_starts"]) and not summit_held and not programme["cancelled"]
    return max(left - is_summit_left, 0)


def _came(now: float, share: float, dispersion: float, spread: float) -> tuple[float, float]:
    """Return the logarithm of what has come over the share of it, and its deviation: infinite where none has."""
    if share <= 0:
        return 0.0, math.inf
    count = max(now, LEAST_COUNT)
    return math.log(count / share), math.sqrt(dispersion * (1 - share) / count + spread**2)


def _weighed(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """Return the median of what two logarithms with standard deviations say together, and its deviation."""
    (mean, sd), (other_mean, other_sd) = one, other
    if sd == 0:
        return math.exp(mean), 0.0
    weight, other_weight = 1 / sd**2, 1 / other_sd**2
    together = weight + other_weight
    return math.exp((weight * mean + other_weight * other_mean) / together), together**-0.5


def _between(series: tuple[float, ...], hour: int, part: float) -> float:
    return series[hour] + part * (series[hour + 1] - series[hour])


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((data("seeds") / name).read_text(encoding="utf-8").splitlines()))
