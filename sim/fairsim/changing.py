"""What may change while the fair is on: everything but what was laid out before it opened."""

from __future__ import annotations

import msgspec

from fairfacts.errors import ScenarioError
from fairsim.parameters import parameter_types
from fairsim.scenario import Scenario

_LAID_OUT = {
    "fair": "*",
    "results": "*",
    "organisations": "at_opening international_organisations embassies overseas_chambers fortune_500 foreign_economies"
    " fortune_500_overseas_share",
    "programme": "summit_forums industry_forums industry_promotions foreign_days provincial evening online_only"
    " streamed summit_starts_h summit_min first_day slots_h session_min evening_starts_h evening_min room_seats"
    " doors_min overrun_max_min",
    "agreements": "opens_h closes_h first_day_on_site last_day_on_site tables tables_open_h tables_close_h slot_min",
    "venue": "first_day days comprehensive_exhibitors comprehensive_international_share stand_m2",
    "routes": "count",
    "platform": "rooms viewers requests_per_s open_days",
}
LAID_OUT = frozenset(
    name
    for name in parameter_types()
    for part, _, field in [name.partition(".")]
    if part in _LAID_OUT and (_LAID_OUT[part] == "*" or field in _LAID_OUT[part].split())
)
"""Parameters that are laid out before the fair opens."""


def changed_parts(before: Scenario, after: Scenario) -> set[str]:
    """Return the parts of the fair with other parameters."""
    names = before.parameters.__struct_fields__
    return {name for name in names if getattr(before.parameters, name) != getattr(after.parameters, name)}


def check_change(before: Scenario, after: Scenario) -> None:
    """Refuse what cannot change while the fair is on.

    Raises:
        ScenarioError: names the parameter, its two values, and what to do.
    """
    for name in sorted(LAID_OUT):
        part, _, field = name.partition(".")
        old, new = (getattr(getattr(one.parameters, part), field) for one in (before, after))
        if old != new:
            raise ScenarioError(
                f"{name} is {_said(old)} and cannot become {_said(new)} while the fair is on: it is laid out before the"
                " opening; start another run with it"
            )
    if len(before.parameters.venue.gate_lanes) != len(after.parameters.venue.gate_lanes):
        raise ScenarioError(
            "venue.gate_lanes: the number of gates cannot change while the fair is on; change lanes only"
        )
    for what in ("scale", "economies", "disruptions", "timetable"):
        if getattr(before, what) != getattr(after, what):
            raise ScenarioError(f"{what} cannot change while the fair is on; start another run")


def _said(value: object) -> str:
    return msgspec.json.encode(value).decode()
