"""What is usual at an hour of a fair: gauges by the half hour, and what comes within an hour.

`usual.csv` in the fair's folder holds the gauges of such fairs that were played as usual (`fairlab.usual`), at scale 1.
What has come by an hour follows from the forecast's profile (`fairfacts.evidence.profiles`). Most fairs have neither.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources.abc import Traversable
from typing import Any, Literal, NamedTuple

from fairfacts.clock import HOUR_MS, MINUTE_MS
from fairfacts.evidence.forecast import fits_profile
from fairfacts.evidence.numbers import needed, read_numbers, take_in_turn
from fairfacts.evidence.profiles import PROFILE, TOTALS, load_profiles, read_profiles
from fairfacts.measures import value_at
from fairfacts.parts.runs import RunMeasures
from fairfacts.resources import fair_folder, files_state

HALF_HOUR_MS = 30 * MINUTE_MS
USUAL, HALF_HOUR = "usual.csv", "half_hour"
COUNTED = ("negotiations.initiated", "venue.entered")
"""The counts of the latest hour that are compared with what is usual."""
APART = 0.25
"""A count is unusual if it differs from the usual one by this share, and by more than chance."""
CHANCE_SD = 2.0
"""A difference of more standard deviations than this is more than chance."""

Way = Literal["usual", "more", "fewer"]


class Gauges(NamedTuple):
    """The usual gauges at one half hour, at scale 1."""

    inside: float
    """People in the halls."""
    in_sessions: float
    """Those of them who attend a session: they are in no zone."""
    waiting_over_30min: float
    """Negotiation requests that have waited for so long."""
    spread: float
    """Standard deviation of the logarithm of the people inside an hour later, given those of now."""


@dataclass(frozen=True)
class Count:
    """What has come since the beginning of the previous hour, beside what is usual."""

    measure: str
    since_ms: int
    came: int
    usual: int
    way: Way


def load_usual(fair: str) -> tuple[Gauges, ...]:
    """Return the usual gauges of a fair by half hour, from the epoch on; empty if its folder has none.

    Raises:
        FigureError: a file has faults; names each with row, value and what is allowed.
    """
    return _latest(fair, files_state(fair, USUAL, PROFILE, TOTALS))


@lru_cache(maxsize=16)
def _latest(fair: str, _: object) -> tuple[Gauges, ...]:
    """Return the gauges, cached by the state of the files: changed files are read again."""
    folder = fair_folder(fair)
    return () if folder is None else read_usual(fair, folder)


def read_usual(fair: str, folder: Traversable) -> tuple[Gauges, ...]:
    """Return the usual gauges in a fair's folder; empty if it has no such file.

    Raises:
        FigureError: as `load_usual`.
    """
    if not (folder / USUAL).is_file():
        return ()
    rows, reading = read_numbers(folder / USUAL, f"{fair}/{USUAL}", (HALF_HOUR, *Gauges._fields))
    following, gauges = 0, []
    for row in rows:
        following = take_in_turn(row, HALF_HOUR, following)
        gauges.append(Gauges(*(needed(row, column) for column in Gauges._fields)))
    reading.refuse()
    profiles = read_profiles(fair, folder)
    half_hours = next((2 * (len(profile.share) - 1) + 1 for profile in profiles.values()), 0)
    if len(gauges) != half_hours:
        wanted = f"{half_hours}, to the end of {PROFILE}" if profiles else f"those of {PROFILE}, which is missing"
        reading.fault("", f"it has {len(gauges)} half hours; write {wanted}")
    reading.refuse()
    return tuple(gauges)


def is_known(run: RunMeasures) -> bool:
    """Return whether it is known what is usual in such a fair."""
    return fits_profile(run) and bool(load_usual(run.fair.key))


def gauges_at(gauges: Sequence[Gauges], at_ms: int) -> Gauges:
    """Return the usual gauges at a moment, interpolated between half hours; after the end, those of the last one."""
    place = min(at_ms / HALF_HOUR_MS, len(gauges) - 1)
    before, part = gauges[int(place)], place % 1
    after = gauges[min(int(place) + 1, len(gauges) - 1)]
    return Gauges(*(earlier + part * (later - earlier) for earlier, later in zip(before, after, strict=True)))


def counts_at(snapshot: dict[str, Any], at_ms: int) -> list[Count]:
    """Return what has come since the beginning of the previous hour, for measures that usually have some by then."""
    hour, scale = at_ms // HOUR_MS, snapshot["run"]["scale"]
    since = max(0, hour - 1)
    counts = []
    for measure in COUNTED:
        profile = load_profiles(snapshot["run"]["fair"])[measure]
        usual = profile.total * scale * (profile.at(at_ms / HOUR_MS)[0] - profile.at(since)[0])
        if usual >= 1 and hour < len(profile.share) - 1:
            came = sum(_of_hours(snapshot, measure, range(since, hour + 1)))
            counts.append(Count(measure, since * HOUR_MS, came, round(usual), _way(came, usual, profile.dispersion)))
    return counts


def _of_hours(snapshot: dict[str, Any], measure: str, hours: range) -> Iterator[int]:
    if measure == "venue.entered":
        series = [snapshot["venue"]["entered_per_hour"]]
    else:
        series = list(value_at(snapshot, "negotiations.per_hour").values())
    for each in series:
        for hour in hours:
            yield each.get(str(hour), 0)


def _way(came: int, usual: float, dispersion: float) -> Way:
    apart = max(APART * usual, CHANCE_SD * math.sqrt(dispersion * usual))
    return "usual" if abs(came - usual) <= apart else "more" if came > usual else "fewer"
