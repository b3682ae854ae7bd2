"""What parameters name and the fair does not have: days after its last one or that never were, lanes, open halls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from fairfacts.clock import DAY_MS, days_text, midnight_ms
from fairfacts.interchange.reading import Remark
from fairsim.inputs.kinds import Gate
from fairsim.inputs.parameters import Parameters, Venue
from fairsim.inputs.rows import Row

NOTICED = 0.1
"""So large a share of the people may come while nobody is let in before a user is told."""
ALL_DAYS = 366
"""So many days, or such a last day, stands for as many as the fair has."""


Changes = Mapping[str, tuple[Any, str]]
"""What a scenario states, by the parameter's name, each with where."""


class Beyond(NamedTuple):
    """A parameter that names what the fair does not have."""

    name: str
    limits: tuple[str, ...]
    """The parameters that say how much the fair has."""
    message: str


def find_beyond(parameters: Parameters) -> Iterator[Beyond]:
    """Yield the parameters that name days which the fair does not have, stated or not."""
    yield from _numbers(parameters)
    yield from _profiles(parameters)


def is_meant(beyond: Beyond, rows: Mapping[str, Row], changes: Changes) -> bool:
    """Return whether a value was stated for the fair as long as its folder says, and not for one that is changed."""
    is_stated = beyond.name in changes or rows[beyond.name].is_own
    return is_stated and not any(limit in changes for limit in beyond.limits)


def shortened(parameters: Parameters, rows: Mapping[str, Row], changes: Changes) -> Iterator[Remark]:
    """Yield a remark about each value of a scenario that lies beyond the fair whose length it changes, too.

    What the fair itself says holds of a shorter one as far as it goes.
    """
    for beyond in find_beyond(parameters):
        if beyond.name in changes and not is_meant(beyond, rows, changes):
            message = f"{beyond.message}; what lies beyond is not played"
            yield Remark(changes[beyond.name][1], "left out", "days", message)


def shut_gates(parameters: Parameters, gates: tuple[Gate, ...]) -> str:
    """Return what to say of gates with a name, and without lanes; empty where there are none."""
    lanes = parameters.venue.gate_lanes
    if not parameters.venue.days or len(gates) <= len(lanes):
        return ""
    shut = ", ".join(gate.key for gate in gates[len(lanes) :])
    return (
        f"fair.toml names {len(gates)} gates, and venue.gate_lanes has lanes of {len(lanes)}: nobody comes through"
        f" {shut}; give a number for each"
    )


def off_hours(venue: Venue) -> str:
    """Return what to say of people who come while the halls let nobody in; empty where they are few.

    Whoever comes before the opening waits for it; whoever comes after last entry is refused. Slots of timed entry move
    both.
    """
    total = sum(venue.hour_profile)
    if not venue.days or venue.timed_entry or not total:
        return ""
    early = sum(_before(venue.hour_profile, venue.opens_h)) / total
    late = 1 - sum(_before(venue.hour_profile, venue.last_entry_h)) / total
    if max(early, late) < NOTICED:
        return ""
    parts = [
        f"{share:.0%} of those who come {text}".replace("%", " %")
        for share, text in (
            (early, f"before the halls open ({_clock(venue.opens_h)}), and wait"),
            (late, f"after last entry ({_clock(venue.last_entry_h)}), and are refused"),
        )
        if share >= NOTICED
    ]
    brings = ", and ".join(parts)
    return f"venue.hour_profile brings {brings}: state the hours at which people come to halls with such hours"


def _before(profile: Sequence[float], hour: float) -> Iterator[float]:
    """Yield how much of each hour's weight comes before an hour of the day."""
    for start, weight in enumerate(profile):
        yield weight * min(max(hour - start, 0.0), 1.0)


def _clock(hour: float) -> str:
    return f"{int(hour)}:{round(hour % 1 * 60):02d}"


def leapt_over(epoch: datetime, days: int) -> date | None:
    """Return the first of so many days from the epoch that never was: the clocks of its place leapt over it."""
    if midnight_ms(epoch, days) > (days - 1) * DAY_MS + DAY_MS // 2:  # summer time takes hours of a day, and not all
        return None
    leapt = (day for day in range(days) if midnight_ms(epoch, day) >= midnight_ms(epoch, day + 1))
    return next((epoch.date() + timedelta(days=day) for day in leapt), None)


def _numbers(parameters: Parameters) -> Iterator[Beyond]:
    """Yield numbers of days and of a day that are over those of the fair."""
    days, venue, agreements = parameters.fair.days, parameters.venue, parameters.agreements
    left = days - venue.first_day + 1
    if left < venue.days != ALL_DAYS and left > 0:
        since = f" from day {venue.first_day} (venue.first_day)" if venue.first_day > 1 else ""
        yield Beyond(
            "venue.days",
            ("fair.days", "venue.first_day"),
            f"venue.days is {venue.days}; the fair has {days_text(left)}{since} (fair.days): write at most {left}, or"
            f" {ALL_DAYS} for as many as it has",
        )
    named = {
        "agreements.first_day_on_site": agreements.first_day_on_site,
        "agreements.last_day_on_site": agreements.last_day_on_site,
        **{f"programme.{kind.key}.last_day": kind.last_day for kind in parameters.programme.kinds},
        **{f"badges.{kind.key}.days_mean": kind.days_mean for kind in parameters.badges.kinds},
    }
    for name, value in named.items():
        may_be_all = name.endswith(("last_day", "last_day_on_site"))
        if value > days and not (may_be_all and value == ALL_DAYS):
            rest = f", or {ALL_DAYS} for its last day" if may_be_all else ""
            yield Beyond(
                name,
                ("fair.days",),
                f"{name} is {value:g}; the fair has {days_text(days)} (fair.days): write at most {days}{rest}",
            )


def _profiles(parameters: Parameters) -> Iterator[Beyond]:
    """Yield weights of days that are more than the days."""
    days, venue = parameters.fair.days, parameters.venue
    for part in ("organisations", "people", "public", "visits"):
        weights = len(getattr(parameters, part).day_profile)
        if weights > days:
            yield _profile(
                f"{part}.day_profile", weights, ("fair.days",), f"the fair has {days_text(days)} (fair.days)", days
            )
    open_days = min(venue.days, days - venue.first_day + 1)
    of_halls = {"venue.day_profile": venue.day_profile} | {
        f"badges.{kind.key}.day_profile": kind.day_profile for kind in parameters.badges.kinds
    }
    for name, profile in of_halls.items():
        if 0 < open_days < len(profile):
            limits = ("fair.days", "venue.first_day", "venue.days")
            yield _profile(
                name, len(profile), limits, f"the halls are open on {days_text(open_days)} (venue.days)", open_days
            )


def _profile(name: str, weights: int, limits: tuple[str, ...], has: str, days: int) -> Beyond:
    return Beyond(name, limits, f"{name} has {weights} numbers; {has}: write at most {days}, one for each day")
