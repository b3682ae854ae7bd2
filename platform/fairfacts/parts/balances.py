"""Balances among the measures of a fair.

A balance holds in every lawful log at every moment; one that does not is the live sign of what `fair verify`
(`fairfacts.auditor`) then names by position, event and law.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def _desks_hold(desks: int, negotiations: int) -> bool:
    """Return whether negotiations can be at so many desks: at one at least, and no more than there are."""
    return min(negotiations, 1) <= desks <= max(negotiations, 0)


def _has_hours(measures: dict[str, Any]) -> bool:
    """Return whether the halls have hours: in a log of others, once it has said that they opened."""
    return bool(measures["run"]["fair"] or measures["venue"]["lanes_by_gate"])


BALANCES: Mapping[str, Callable[[dict[str, Any]], bool]] = {
    "negotiations.waiting is not negative": lambda measures: measures["negotiations"]["waiting"] >= 0,
    "negotiations.talking is not negative": lambda measures: measures["negotiations"]["talking"] >= 0,
    "negotiations.desks_busy are those of the talks": lambda measures: _desks_hold(
        measures["negotiations"]["desks_busy"], measures["negotiations"]["talking"]
    ),
    "negotiations.desks_waited_at are those of the waiting": lambda measures: _desks_hold(
        measures["negotiations"]["desks_waited_at"], measures["negotiations"]["waiting"]
    ),
    "agreements.drafting is not negative": lambda measures: measures["agreements"]["drafting"] >= 0,
    "agreements.waiting is not negative": lambda measures: measures["agreements"]["waiting"] >= 0,
    "visits.online is not negative": lambda measures: measures["visits"]["online"] >= 0,
    "streams.viewers are those of the streams on air": lambda measures: (
        measures["streams"]["viewers"] == sum(measures["streams"]["viewers_by_stream"].values())
        and min(measures["streams"]["viewers_by_stream"].values(), default=0) >= 0
    ),
    "programme.held and cancelled are not more than scheduled": lambda measures: (
        measures["programme"]["held"] + measures["programme"]["cancelled"] <= measures["programme"]["scheduled"]
    ),
    "venue.inside is not negative": lambda measures: measures["venue"]["inside"] >= 0,
    "venue.inside is none while the halls are closed": lambda measures: (
        measures["venue"]["state"] != "closed" or measures["venue"]["inside"] == 0 or not _has_hours(measures)
    ),
    "results.signed are not more than announced": lambda measures: (
        measures["results"]["signed"] <= measures["results"]["announced"]
    ),
}
