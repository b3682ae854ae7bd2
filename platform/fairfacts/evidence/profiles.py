"""The profile of a fair: which share of each headline's final total has come by which hour, and how sure that is.

`fairlab.profile` makes it, and writes `profile.csv` and `headlines.csv` into the fair's folder. Most fairs have none.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources.abc import Traversable

import msgspec

from fairfacts.errors import FigureError, did_you_mean
from fairfacts.evidence.numbers import needed, read_numbers, take_in_turn
from fairfacts.interchange.reading import Reading, quoted
from fairfacts.interchange.table import Row
from fairfacts.resources import fair_folder, files_state

HEADLINES = (
    "organisations.registered",
    "projects.published",
    "negotiations.initiated",
    "negotiations.initiated_overseas",
    "agreements.signed",
    "programme.counted_held",
    "streams.views",
    "visits.started",
    "venue.entered",
)
"""The measures that are forecast."""
PROFILE, TOTALS = "profile.csv", "headlines.csv"
PROFILE_COLUMNS, TOTALS_COLUMNS = ("measure", "hour", "share", "spread"), ("measure", "total", "dispersion")


class Profile(msgspec.Struct, frozen=True):
    """How one headline comes about over the hours of a fair."""

    total: float
    """At scale 1."""
    dispersion: float
    share: tuple[float, ...]
    """Of the total, by hour since the epoch."""
    spread: tuple[float, ...]

    def at(self, hours: float) -> tuple[float, float]:
        """Return share and spread at a time, interpolated between the hours around it."""
        hour = min(int(hours), len(self.share) - 2)
        part = min(hours - hour, 1.0)
        return _between(self.share, hour, part), _between(self.spread, hour, part)


def load_profiles(fair: str) -> Mapping[str, Profile]:
    """Return the profiles of a fair by measure; empty if its folder is not here or has none.

    Raises:
        FigureError: a file has faults; names each with row, value and what is allowed.
    """
    return _latest(fair, files_state(fair, PROFILE, TOTALS))


@lru_cache(maxsize=16)
def _latest(fair: str, _: object) -> Mapping[str, Profile]:
    """Return the profiles, cached by the state of the files: changed files are read again."""
    folder = fair_folder(fair)
    return {} if folder is None else read_profiles(fair, folder)


def read_profiles(fair: str, folder: Traversable) -> Mapping[str, Profile]:
    """Return the profiles in a fair's folder; empty if neither file is there.

    Raises:
        FigureError: as `load_profiles`.
    """
    if not any((folder / name).is_file() for name in (PROFILE, TOTALS)):
        return {}
    faults: list[FigureError] = []
    try:
        courses = _courses(*read_numbers(folder / PROFILE, f"{fair}/{PROFILE}", PROFILE_COLUMNS))
    except FigureError as fault:
        faults.append(fault)
    try:
        totals = _totals(*read_numbers(folder / TOTALS, f"{fair}/{TOTALS}", TOTALS_COLUMNS))
    except FigureError as fault:
        faults.append(fault)
    if faults:
        raise FigureError("\n".join(map(str, faults)), [each for fault in faults for each in fault.faults])
    return {
        measure: Profile(*totals[measure], *map(tuple, zip(*courses[measure], strict=True))) for measure in HEADLINES
    }


def _courses(rows: list[Row], reading: Reading) -> dict[str, list[tuple[float, float]]]:
    """Return share and spread of each headline by the hour."""
    courses: dict[str, list[tuple[float, float]]] = {measure: [] for measure in HEADLINES}
    following = dict.fromkeys(HEADLINES, 0)
    for row in rows:
        if (measure := _headline(row)) is None:
            continue
        named, course = row.named(measure), courses[measure]
        following[measure] = take_in_turn(named, "hour", following[measure])
        share, spread = needed(named, "share", most=1), needed(named, "spread")
        if course and share < course[-1][0]:
            named.fault(f"share is {share:g}, and {course[-1][0]:g} an hour before; what has come does not go away")
        course.append((share, spread))
    for measure, course in courses.items():
        if not course or course[-1][0] != 1:
            last = f"ends at a share of {course[-1][0]:g}" if course else "is missing"
            reading.fault(measure, f"{last}; give it a row for each hour, to the last one with a share of 1")
    if len({len(course) for course in courses.values()}) > 1 or len(courses[HEADLINES[0]]) == 1:
        lengths = ", ".join(f"{measure} {len(course)}" for measure, course in courses.items())
        reading.fault("", f"the measures have these numbers of hours: {lengths}; give all the same, two at least")
    reading.refuse()
    return courses


def _totals(rows: list[Row], reading: Reading) -> dict[str, tuple[float, float]]:
    """Return total and dispersion of each headline."""
    totals: dict[str, tuple[float, float]] = {}
    for row in rows:
        if (measure := _headline(row)) is not None:
            if measure in totals:
                row.fault(f"{measure} stands twice; remove one")
            totals[measure] = needed(row.named(measure), "total"), needed(row.named(measure), "dispersion")
    for measure in HEADLINES:
        if measure not in totals:
            reading.fault(measure, "is missing; give it a row")
    reading.refuse()
    return totals


def _headline(row: Row) -> str | None:
    measure = row.text("measure")
    if measure in HEADLINES:
        return measure
    row.fault(f"measure is {quoted(measure)}, which is no headline; {did_you_mean(measure, HEADLINES)}")
    return None


def _between(series: tuple[float, ...], hour: int, part: float) -> float:
    return series[hour] + part * (series[hour + 1] - series[hour])
