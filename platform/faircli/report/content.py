"""The content of a report as plain data: `gather` collects it, `plots` draws it, `page` lays it out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from math import ceil
from typing import Any

import msgspec

from fairfacts.clock import HOUR_MS, day_of, midnight_ms, moment_at, offset_if_twice
from fairfacts.evidence.comparison import Row
from fairfacts.evidence.counting import Counted
from fairfacts.evidence.identities import Check
from fairfacts.measures import value_at
from fairfacts.parts.fairs import Described, name_of
from fairlab.sensitivity import Sensitivity


class Parameter(msgspec.Struct, frozen=True):
    """A parameter of the model, as it was played."""

    name: str
    value: str
    unit: str
    range: str
    kind: str
    """`documented`, `derived`, `calibrated` or `assumed`."""
    source: str
    changed: str
    """Where a scenario changes the value of the fair; empty where none does."""


class Fitted(msgspec.Struct, frozen=True):
    """A fitted parameter, from its calibration."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    around: float
    factor: float
    """The prior: the value lies within that factor of `around`, either way (one standard deviation)."""
    moved: float
    """Share of the prior's variance that the data remove: 0 where they do not identify the parameter."""


class TargetFit(msgspec.Struct, frozen=True):
    """A target of a calibration, and how well it is met."""

    name: str
    op: str
    value: float
    mean: float | None
    error: float | None
    """Of the mean of fresh runs, as a share; None where none were played."""
    reason: str


class Calibrated(msgspec.Struct, frozen=True):
    """The result of a calibration, and what its data cannot identify."""

    line: str
    """The calibration in one line."""
    parameters: tuple[Fitted, ...]
    targets: tuple[TargetFit, ...]
    singular_values: tuple[float, ...]
    words: str
    """The weakest direction, as a reader would try it."""


class Fact(msgspec.Struct, frozen=True):
    """A name and its value."""

    name: str
    value: str


class Disturbance(msgspec.Struct, frozen=True):
    """What went wrong with the fair, or was changed while it was on."""

    what: str
    cause: str
    began_h: float
    """Hours since the epoch."""
    ended_h: float | None
    """None where it lasted to the end."""


class Content(msgspec.Struct, frozen=True):
    """The content of a report."""

    title: str
    question: str
    subject: str
    """The run or ensemble, in a few words."""
    system: str
    """What the system calls itself whose events these are; empty where the model played the fair."""
    headline: str
    rows: Sequence[Row]
    emergent: Sequence[Row]
    meanings: Mapping[str, str]
    """What each figure and each emergent measure counts, by its name."""
    sources: Sequence[str]
    """Where the fair was reported."""
    unspoken: Sequence[str]
    """Documented figures that have no measure."""
    checks: Sequence[Check]
    counts: Sequence[Counted]
    """Headlines under other definitions; of a run alone."""
    snapshots: Sequence[Mapping[str, Any]]
    """The measures of the run, or of each replication."""
    disturbances: Sequence[Disturbance]
    """Of a run alone: its events hold them."""
    began: datetime
    duration_ms: int
    scale: float
    parameters: Sequence[Parameter]
    scenario_note: str
    """A note on the parameters, such as that the scenario's file has changed since."""
    calibrated: Calibrated | None
    facts: Sequence[Fact]
    """Seed, release, digest and the like."""
    commands: Sequence[str]
    """The commands that play the same again, line by line."""
    economies: Mapping[str, str]
    """Names by ISO 3166 code."""
    zones: Sequence[Described]
    """Of the fair, with their names."""
    sensitivity: Sensitivity | None = None
    """Which assumptions decide the headlines, where it was given."""

    @property
    def zone(self) -> str:
        """Return the name of the fair's time zone."""
        return str(self.began.tzinfo)


class Table(msgspec.Struct, frozen=True):
    """Rows that are shown, plotted, or written as CSV."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    """Numbers and texts."""

    def as_csv(self) -> bytes:
        """Return the table as CSV."""
        written = io.StringIO()
        writer = csv.writer(written)
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return written.getvalue().encode()


HOURLY: Mapping[str, str] = {
    "requests, domestic": "negotiations.per_hour.domestic",
    "requests, overseas": "negotiations.per_hour.overseas",
    "lapsed, domestic": "negotiations.lapsed_per_hour.domestic",
    "lapsed, overseas": "negotiations.lapsed_per_hour.overseas",
    "visits, domestic": "visits.per_hour.domestic",
    "visits, overseas": "visits.per_hour.overseas",
    "views of streams": "streams.views_per_hour",
    "entries to the halls": "venue.entered_per_hour",
    "people who left the halls": "venue.left_per_hour",
    "organisations registered": "organisations.per_hour",
    "projects published": "projects.per_hour",
    "agreements signed online": "agreements.per_hour.online",
    "agreements signed on site": "agreements.per_hour.on_site",
}
"""Series by hour since the epoch, each with its measure."""


class Series(msgspec.Struct, frozen=True):
    """Counts by hour or by day: of the run, or over the replications."""

    mean: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    """The least and the most of all replications; of one run all three are the same."""

    @classmethod
    def over(cls, series: Iterable[Sequence[float]]) -> Series:
        """Return the mean and the range of series of one length."""
        columns = list(zip(*series, strict=True))
        means = [sum(column) / len(column) for column in columns]
        return cls(means, list(map(min, columns)), list(map(max, columns)))


def hours_of(content: Content) -> int:
    """Return how many hours were played."""
    return -(-content.duration_ms // HOUR_MS)


def by_hour(content: Content, name: str) -> Series:
    """Return one of `HOURLY` by hour since the epoch."""
    return Series.over(_hours(snapshot, name, hours_of(content)) for snapshot in content.snapshots)


def midnights(content: Content) -> list[float]:
    """Return when each day that was played begins, and when the last one ends, in hours since the epoch."""
    days = day_of(content.began, content.duration_ms - 1) + 1
    return [midnight_ms(content.began, day) / HOUR_MS for day in range(days + 1)]


def by_day(content: Content, *names: str) -> Series:
    """Return the sum of some of `HOURLY` by day of the fair; where the clocks change, a day has 23 or 25 hours."""
    hours = hours_of(content)
    starts = [ceil(hour) for hour in midnights(content)]
    return Series.over(
        [
            sum(sum(_hours(snapshot, name, hours)[first:end]) for name in names)
            for first, end in pairwise(starts)
        ]
        for snapshot in content.snapshots
    )  # fmt: skip


def _hours(snapshot: Mapping[str, Any], name: str, hours: int) -> list[float]:
    counts = value_at(dict(snapshot), HOURLY[name]) or {}
    return [float(counts.get(str(hour), 0)) for hour in range(hours)]


def mean_of(content: Content, measure: str) -> float:
    """Return a measure that is one number: of the run, or the mean of the replications."""
    return sum(float(value_at(dict(snapshot), measure)) for snapshot in content.snapshots) / len(content.snapshots)


def means_of(content: Content, measure: str) -> dict[str, float]:
    """Return a breakdown by its keys: of the run, or the means of the replications."""
    breakdowns = [value_at(dict(snapshot), measure) or {} for snapshot in content.snapshots]
    keys = dict.fromkeys(key for breakdown in breakdowns for key in breakdown)
    return {key: sum(float(breakdown.get(key, 0)) for breakdown in breakdowns) / len(breakdowns) for key in keys}


def moment(content: Content, hour: float) -> datetime:
    """Return when so many hours since the epoch have passed, on the fair's clock."""
    return moment_at(content.began, hour * HOUR_MS)


ONLINE = ("visits.started", "streams.views", "negotiations.initiated", "projects.published")
"""Measures of which one at least is more than 0 where a fair has an online platform."""


def is_online(content: Content) -> bool:
    """Return whether anything happened online, or nothing on site either; else the report has no part about it."""
    return any(mean_of(content, measure) for measure in ONLINE) or not mean_of(content, "venue.entered")


FUNNEL = (
    ("requested", "negotiations.initiated", ""),
    ("taken up", "negotiations.taken_up", "declined {negotiations.declined}, lapsed {negotiations.lapsed}"),
    ("held", "negotiations.held", ""),
    ("intent", "negotiations.intents", "no deal {negotiations.no_deal}, follow-up {negotiations.follow_up}"),
    (
        "agreement drafted",
        "agreements.drafted",
        "fell through {agreements.fell_through}, in drafting {agreements.drafting}",
    ),
    ("signed", "agreements.signed", "waiting for signatures {agreements.waiting}"),
)
"""Stages of a negotiation: name, measure, and where those went who did not reach it."""


COMPARED = (
    *("figure", "op", "unit", "as_reported", "reported", "rounding", "simulated", "low", "high", "ratio", "z"),
    *("role", "verdict", "measure"),
)
"""What is written of each row of the comparison."""


def tables(content: Content) -> list[Table]:
    """Return everything that the report shows as tables, for CSV."""
    return [
        _table("comparison", COMPARED, [*content.rows, *content.emergent]),
        _table("identities", ("finding", "name", "said", "because"), content.checks),
        _table("counting-rules", ("rule", "as_reported", "count", "reported", "ratio", "meaning"), content.counts),
        _hourly(content),
        _daily(content),
        Table("funnel", ("stage", "negotiations"), [(name, mean_of(content, measure)) for name, measure, _ in FUNNEL]),
        economies_by_hour(content),
        zones(content),
        _table("parameters", ("name", "value", "unit", "range", "kind", "changed", "source"), content.parameters),
    ]


def _table(name: str, columns: Sequence[str], items: Iterable[object]) -> Table:
    return Table(name, columns, [[getattr(item, column) for column in columns] for item in items])


def _hourly(content: Content) -> Table:
    series = {name: by_hour(content, name).mean for name in HOURLY}
    shown = [moment(content, hour) for hour in range(hours_of(content))]
    rows = [
        (f"{at:%Y-%m-%dT%H:%M}{offset_if_twice(at)}", *(counts[hour] for counts in series.values()))
        for hour, at in enumerate(shown)
    ]
    return Table("hours", ("hour", *series), rows)


def _daily(content: Content) -> Table:
    series = {name: by_day(content, name).mean for name in HOURLY}
    rows = [
        (f"{moment(content, midnight):%Y-%m-%d}", *(counts[day] for counts in series.values()))
        for day, midnight in enumerate(midnights(content)[:-1])
    ]
    return Table("days", ("day", *series), rows)


def economies_by_hour(content: Content) -> Table:
    """Return requests by the requester's economy and hour of the day, the largest economy first."""
    breakdowns = [value_at(dict(snapshot), "negotiations.by_economy_and_hour") or {} for snapshot in content.snapshots]
    codes = dict.fromkeys(code for breakdown in breakdowns for code in breakdown)
    rows = [
        (
            content.economies.get(code, code),
            *(
                sum(breakdown.get(code, {}).get(str(hour), 0) for breakdown in breakdowns) / len(breakdowns)
                for hour in range(24)
            ),
        )
        for code in codes
    ]
    rows.sort(key=lambda row: -sum(float(count) for count in row[1:]))
    return Table("economies-by-hour", ("economy", *(f"{hour:02}:00" for hour in range(24))), rows)


def zones(content: Content) -> Table:
    """Return the zones of the exhibition, in their order."""
    columns = {
        "stand space, m2": "venue.net_m2_by_zone",
        "exhibitors": "venue.stands_by_zone",
        "people at the peak": "venue.inside_peak_by_zone",
        "people per m2 at the peak": "venue.density_peak_by_zone",
        "person-hours": "venue.spent_h_by_zone",
    }
    means = {name: means_of(content, measure) for name, measure in columns.items()}
    rows = [
        (name_of(content.zones, zone).text, *(round(by_zone.get(zone, 0.0), 3) for by_zone in means.values()))
        for zone in means["stand space, m2"]
    ]
    return Table("zones", ("zone", *columns), rows)
