"""Comparison: the measures of a run beside what was reported, each row with its role.

The role says what agreement is worth: a figure that was `input` to the model agrees because it was given, a
`calibrated` one because parameters were fitted to it; only a `held out` one speaks for the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from fairfacts.figures import Figure
from fairfacts.measures import State, value_at

Role = Literal["input", "calibrated", "held out"]


class Counterpart(msgspec.Struct, frozen=True):
    """The measure that a figure is held against."""

    measure: str
    scales: bool = False
    """Whether the figure counts people or what they do, so that it shrinks with the scale of the run."""


COUNTERPARTS: Mapping[str, Counterpart] = {
    "fair.opens": Counterpart("run.opened_on"),
    "fair.closes": Counterpart("run.closed_on"),
    "summit.starts": Counterpart("programme.summit_starts"),
    "sessions.summit_forum": Counterpart("programme.held_by_kind.summit_forum"),
    "sessions.industry_forum": Counterpart("programme.held_by_kind.industry_forum"),
    "sessions.industry_promotion": Counterpart("programme.held_by_kind.industry_promotion"),
    "sessions.industry_forum_as_reported": Counterpart("programme.industry_forums_as_reported"),
    "sessions.foreign_day": Counterpart("programme.held_by_kind.foreign_day"),
    "sessions.provincial": Counterpart("programme.held_by_kind.provincial"),
    "sessions.evening": Counterpart("programme.held_by_kind.evening"),
    "sessions.total": Counterpart("programme.counted_held"),
    "sessions.online_only": Counterpart("programme.online_only_held"),
    "sessions.streamed": Counterpart("streams.ended"),
    "routes.count": Counterpart("routes.offered"),
    "sectors.count": Counterpart("organisations.sectors"),
    "zones.comprehensive": Counterpart("venue.zones.comprehensive"),
    "zones.special": Counterpart("venue.zones.special"),
    "zone.comprehensive.exhibitors": Counterpart("venue.comprehensive_exhibitors", scales=True),
    "zone.comprehensive.international_share": Counterpart("venue.comprehensive_international_share"),
    "organisations.at_opening": Counterpart("organisations.registered_at_opening", scales=True),
    "organisations.at_closing": Counterpart("organisations.registered", scales=True),
    "organisations.international": Counterpart("organisations.by_kind.international_organisation", scales=True),
    "organisations.embassies": Counterpart("organisations.by_kind.embassy", scales=True),
    "organisations.overseas_chambers": Counterpart("organisations.by_kind.overseas_chamber", scales=True),
    "organisations.fortune_500": Counterpart("organisations.by_kind.fortune_500", scales=True),
    "economies.participating": Counterpart("organisations.economies"),
    "economies.top_traders": Counterpart("organisations.top_traders"),
    "people.registered_at_opening": Counterpart("organisations.delegates_at_opening", scales=True),
    "results.prearranged_at_opening": Counterpart("results.announced_by_occasion.opening", scales=True),
    "results.organisations_releasing": Counterpart("results.organisations_releasing", scales=True),
    "results.reports": Counterpart("results.reports", scales=True),
    "projects.published_online": Counterpart("projects.published", scales=True),
    "negotiations.initiated": Counterpart("negotiations.initiated", scales=True),
    "negotiations.initiated_overseas": Counterpart("negotiations.initiated_overseas", scales=True),
    "negotiations.overseas_share": Counterpart("negotiations.overseas_share"),
    "henan.results": Counterpart("results.announced_by_occasion.henan", scales=True),
    "henan.results_value": Counterpart("results.announced_value_usd.henan", scales=True),
    "henan.signed_on_site": Counterpart("results.signed_on_site_by_occasion.henan", scales=True),
    "tourism.signed_value": Counterpart("results.signed_value_cny.tourism", scales=True),
    "teda.agreements": Counterpart("results.signed_by_occasion.teda", scales=True),
}
"""Every documented figure that a measure speaks of."""


@dataclass(frozen=True)
class Row:
    """One figure beside its measure."""

    figure: str
    op: str
    unit: str
    reported: float | str
    """The figure, times the scale of the run where it counts what scales."""
    simulated: float | str
    ratio: float | None
    """simulated / reported; None for moments."""
    role: Role
    measure: str


def compare(state: State, figures: Mapping[str, Figure]) -> list[Row]:
    """Return a row for each documented figure that a measure speaks of, in the order of the figures."""
    snapshot, run = state.snapshot(), state.parts.run
    return [
        _row(figure, COUNTERPARTS[figure.id], snapshot, run.scale, role_of(figure.id, run.inputs, run.calibrated))
        for figure in figures.values()
        if figure.id in COUNTERPARTS
    ]


def role_of(figure: str, inputs: tuple[str, ...], calibrated: tuple[str, ...]) -> Role:
    """Return what a run says that the figure was to its model."""
    if figure in inputs:
        return "input"
    return "calibrated" if figure in calibrated else "held out"


def _row(figure: Figure, counterpart: Counterpart, snapshot: dict[str, Any], scale: float, role: Role) -> Row:
    simulated = value_at(snapshot, counterpart.measure)
    if isinstance(figure.value, str):
        return Row(figure.id, figure.op, figure.unit, figure.value, str(simulated), None, role, counterpart.measure)
    reported = round(figure.value * scale, 6) if counterpart.scales else figure.value
    ratio = round(simulated / reported, 4) if reported else None
    return Row(figure.id, figure.op, figure.unit, reported, simulated, ratio, role, counterpart.measure)
