"""Keys of breakdowns that a fair can have. A figure with another key would be held against a 0 that nobody counted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import get_args

from fairfacts.errors import did_you_mean
from fairfacts.evidence.figures import PLUS
from fairfacts.parts.disruptions import DISRUPTIONS, kind_of
from fairfacts.parts.fairs import FairDescription
from fairfacts.parts.organisations import countries
from fairfacts.parts.platform import CHANNELS
from fairfacts.parts.results import ReleaseKind, ReportKind
from fairfacts.parts.routes import Theme
from fairfacts.parts.venue.events import Reason

ECONOMY, FREE, NUMBER = "economy", "", "number"
"""`FREE`: any text may be a key of it; `NUMBER`: any whole number."""
OF_MEASURE: Mapping[str, tuple[str, ...]] = {
    "organisations.by_kind": ("kind of organisation",),
    "programme.starts_by_kind": ("kind of session",),
    "programme.held_by_kind": ("kind of session",),
    "programme.live_sessions": (NUMBER,),
    "negotiations.by_economy_and_hour": (ECONOMY, "hour of the day"),
    "negotiations.by_sectors": ("sector of a requester", "sector"),
    "agreements.by_place": (FREE,),
    "results.announced_value": ("currency of an occasion", "occasion"),
    "results.signed_value": ("currency of an occasion", "occasion"),
    "results.releases_by_kind": ("kind of release",),
    "results.reports_by_kind": ("kind of report",),
    "venue.zones": ("kind of zone",),
    "disruptions.begun_by_kind": ("kind of disruption",),
    "notices.published_by_kind": ("subject of notices",),
    "alarms.out_of_balance": (FREE,),
}
"""What each key stands for, in order."""
OF_ENDING: Mapping[str, str] = {
    "by_zone_kind": "kind of zone",
    "by_zone": "zone",
    "by_badge": "badge",
    "by_sector": "sector",
    "by_economy": ECONOMY,
    "by_channel": "channel",
    "by_occasion": "occasion",
    "by_gate": "gate",
    "by_reason": "reason",
    "by_theme": "theme",
    "by_route": NUMBER,
    "by_session": NUMBER,
    "by_stream": NUMBER,
    "per_day": "day",
    "per_hour": NUMBER,
}
"""What the last key stands for, by the end of the measure's name; `measure_of` checks a key before it."""


def wrong_keys(measure: str, fair: FairDescription) -> Iterator[str]:
    """Yield a message for each key of a figure's measure that the fair cannot have.

    Args:
        measure: path of a number, a moment or a sum; empty for a figure without a measure.
        fair: as its log describes it. If it describes no kinds of organisations, any kind, zone or sector will do.
    """
    known = _known(fair)
    for path in measure.split(PLUS):
        names = path.split(".")
        stand_for = kinds_of_keys(".".join(names[:2]))
        for key, what in zip(names[2:][-len(stand_for) :], stand_for, strict=False):
            if what == NUMBER and not (key.isascii() and key.isdecimal()):
                yield f"measure is {path!r}; {key} is no whole number; count from 0"
            elif what in known and key not in known[what]:
                yield f"measure is {path!r}; {key} is no {what} of the fair; {_remedy(key, what, known[what])}"


def kinds_of_keys(measure: str) -> tuple[str, ...]:
    """Return what the last keys of a measure stand for; empty for one that is no breakdown."""
    if measure in OF_MEASURE:
        return OF_MEASURE[measure]
    return next(((what,) for ending, what in OF_ENDING.items() if measure.endswith(ending)), ())


def _known(fair: FairDescription) -> Mapping[str, Collection[str]]:
    """Return the keys that there are, by what they stand for."""
    closed: dict[str, Collection[str]] = {
        ECONOMY: countries(),
        "channel": CHANNELS,
        "reason": get_args(Reason),
        "theme": get_args(Theme),
        "kind of release": get_args(ReleaseKind),
        "kind of report": get_args(ReportKind),
        "kind of disruption": [kind_of(each) for each in DISRUPTIONS],
        "subject of notices": [*(kind_of(each) for each in DISRUPTIONS), "venue_full"],
        "hour of the day": [str(hour) for hour in range(24)],
    }
    return {**closed, **(_described(fair) if fair.organisation_kinds else {})}


def _described(fair: FairDescription) -> Mapping[str, Collection[str]]:
    sectors = [sector.key for sector in fair.sectors]
    described: dict[str, Collection[str]] = {
        "kind of organisation": [kind.key for kind in fair.organisation_kinds],
        "kind of session": [kind.key for kind in fair.session_kinds],
        "kind of zone": [kind.key for kind in fair.zone_kinds],
        "zone": [zone.key for zone in fair.zones],
        "badge": [badge.key for badge in fair.badges],
        "sector": sectors,
        "sector of a requester": [*sectors, "unknown"],
        "occasion": [occasion.key for occasion in fair.occasions],
        "currency of an occasion": {occasion.currency for occasion in fair.occasions},
    }
    numbered = {"gate": len(fair.gates), "day": fair.days}  # 0 where the description does not say
    return {**described, **{what: list(map(str, range(count))) for what, count in numbered.items() if count}}


def _remedy(key: str, what: str, known: Collection[str]) -> str:
    if what == ECONOMY:
        return f"{did_you_mean(key.upper(), known)} (ISO 3166 codes of two letters)"
    return did_you_mean(key, known) if known else "the fair has none"
