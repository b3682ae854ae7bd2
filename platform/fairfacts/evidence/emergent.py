"""Measures that nobody reported and people ask for, and the units of measures."""

from __future__ import annotations

from fairfacts.measures import MEASURES

EMERGENT = (
    "visits.started",
    "visits.online_peak",
    "negotiations.taken_up",
    "negotiations.lapsed",
    "negotiations.lapse_share",
    "negotiations.waited_mean_s",
    "negotiations.held",
    "negotiations.intents",
    "agreements.signed",
    "agreements.value_usd",
    "results.signed",
    "programme.attended",
    "programme.turned_away",
    "platform.requests_peak_per_s",
    "platform.rooms_in_use_peak",
    "streams.views",
    "streams.viewers_peak",
    "venue.visitors",
    "venue.entered",
    "venue.inside_peak",
    "venue.refused",
    "venue.waited_p90_s",
    "routes.taken",
)
"""Measures that no document reports, and that organisers and auditors ask for."""


def unit_of(measure: str) -> str:
    """Return the unit of a measure, or of a breakdown's key."""
    return MEASURES[".".join(measure.split(".")[:2])].unit
