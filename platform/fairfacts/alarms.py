"""Alarms: what is short or out of balance now, told from the other measures alone.

`tight` says that a limit is near, `over` that it is reached. A balance holds in every lawful log at every moment; one
that does not is the live sign of what `fair verify` (`fairfacts.auditor`) then names by position, event and law.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

TIGHT_SHARE = 0.9
LAPSES_TIGHT, LAPSES_OVER, LAPSES_LEAST = 0.5, 0.8, 20
"""Shares of an hour's requests that lapse, and how many there must be for a share to say something."""
DENSITY_TIGHT, DENSITY_OVER = 1 / 4.0, 1 / 2.9
"""People per m2 of stand space: the distance rule of 2020 (Koelnmesse), and a busy show (CEIR)."""

MEASURES: Mapping[str, str] = {
    "raised": "alarms · now, by what is short: `tight` or `over`, its value and its limit",
    "count": "alarms · raised now",
    "out_of_balance": "balances · that do not hold now, by what each must be; there are none in a lawful log",
}


def _desks_hold(desks: int, negotiations: int) -> bool:
    """Return whether negotiations can be at so many desks: at one at least, and no more than there are."""
    return min(negotiations, 1) <= desks <= max(negotiations, 0)


BALANCES: Mapping[str, Callable[[dict[str, Any]], bool]] = {
    "negotiations.waiting is not negative": lambda said: said["negotiations"]["waiting"] >= 0,
    "negotiations.talking is not negative": lambda said: said["negotiations"]["talking"] >= 0,
    "negotiations.desks_busy are those of the talks": lambda said: _desks_hold(
        said["negotiations"]["desks_busy"], said["negotiations"]["talking"]
    ),
    "negotiations.desks_waited_at are those of the waiting": lambda said: _desks_hold(
        said["negotiations"]["desks_waited_at"], said["negotiations"]["waiting"]
    ),
    "agreements.drafting is not negative": lambda said: said["agreements"]["drafting"] >= 0,
    "agreements.waiting is not negative": lambda said: said["agreements"]["waiting"] >= 0,
    "visits.online is not negative": lambda said: said["visits"]["online"] >= 0,
    "streams.viewers are those of the streams on air": lambda said: (
        said["streams"]["viewers"] == sum(said["streams"]["viewers_by_stream"].values())
        and min(said["streams"]["viewers_by_stream"].values(), default=0) >= 0
    ),
    "programme.held and cancelled are not more than scheduled": lambda said: (
        said["programme"]["held"] + said["programme"]["cancelled"] <= said["programme"]["scheduled"]
    ),
    "venue.inside is not negative": lambda said: said["venue"]["inside"] >= 0,
    "venue.inside is none while the halls are closed": lambda said: (
        said["venue"]["state"] != "closed" or said["venue"]["inside"] == 0
    ),
    "results.signed are not more than announced": lambda said: (
        said["results"]["signed"] <= said["results"]["announced"]
    ),
}


def alarms(said: dict[str, Any]) -> dict[str, Any]:
    """Return the measures of this part, from those of all others."""
    raised = {name: alarm for name, alarm in _alarms(said) if alarm}
    out = {balance: 1 for balance, holds in BALANCES.items() if not holds(said)}
    return {"raised": raised, "count": len(raised) + len(out), "out_of_balance": out}


def _alarms(said: dict[str, Any]) -> list[tuple[str, dict[str, Any] | None]]:
    venue, platform, negotiations = said["venue"], said["platform"], said["negotiations"]
    left = platform["capacity_share"]
    rooms, viewers = platform["rooms"] * left, platform["viewers"] * left
    density = max(venue["density_by_zone"].values(), default=0.0)
    hour = str(max(said["run"]["at_ms"] // 3_600_000 - 1, 0))
    lapsed = sum(origin.get(hour, 0) for origin in negotiations["lapsed_per_hour"].values())
    answered = lapsed + negotiations["taken_up_per_hour"].get(hour, 0)
    lapses = lapsed / answered if answered >= LAPSES_LEAST else 0.0
    opened = platform["rooms"] > 0
    return [
        ("platform.capacity", {"state": "over", "value": left, "limit": 1.0} if left < 1 else None),
        ("platform.rooms", _near(platform["rooms_in_use"], rooms) if opened else None),
        ("platform.viewers", _near(platform["viewers_in_use"], viewers) if opened else None),
        ("platform.requests", _near(platform["requests_per_s"], platform["requests_most_per_s"] * left)),
        ("venue.cap", _near(venue["inside"], venue["cap"]) if venue["state"] != "closed" else None),
        ("venue.density", _between(density, DENSITY_TIGHT, DENSITY_OVER)),
        ("negotiations.lapses", _between(round(lapses, 4), LAPSES_TIGHT, LAPSES_OVER)),
    ]


def _near(value: float, limit: float) -> dict[str, Any] | None:
    return _between(value, TIGHT_SHARE * limit, limit) if value else None


def _between(value: float, tight: float, over: float) -> dict[str, Any] | None:
    if value < tight:
        return None
    return {"state": "over" if value >= over else "tight", "value": value, "limit": round(over, 4)}
