"""What may change while the fair is on: everything but what was laid out before it opened."""

from __future__ import annotations

import msgspec

from fairfacts.errors import ScenarioError
from fairsim.inputs.kinds import Kinds
from fairsim.inputs.parameter_names import generic, values_of
from fairsim.inputs.scenario import Scenario

_LAID_OUT = {
    "fair": "*",
    "results": "*",
    "organisations": "at_opening exhibitors foreign_economies *.count *.weight",
    "programme": "online_only streamed first_day slots_h session_min room_seats doors_min overrun_max_min *.count"
    " *.first_day *.last_day *.starts_h *.length_min",
    "agreements": "opens_h closes_h first_day_on_site last_day_on_site tables tables_open_h tables_close_h slot_min",
    "venue": "first_day days stand_m2 *.exhibitors *.international_share",
    "routes": "count",
    "platform": "rooms viewers requests_per_s open_days",
}


def is_laid_out(name: str, kinds: Kinds) -> bool:
    """Return whether a parameter is laid out before the fair opens.

    Organisations of a kind with a count all register before it.
    """
    part, _, field = generic(name).partition(".")
    fields = _LAID_OUT.get(part, "")
    early = {f"organisations.{kind.key}" for kind in kinds.organisations if not kind.others}
    return fields == "*" or field in fields.split() or name.rpartition(".")[0] in early


def changed_sections(before: Scenario, after: Scenario) -> set[str]:
    """Return the sections with other parameters."""
    names = before.parameters.__struct_fields__
    return {name for name in names if getattr(before.parameters, name) != getattr(after.parameters, name)}


def check_change(before: Scenario, after: Scenario) -> None:
    """Refuse what cannot change while the fair is on.

    Raises:
        ScenarioError: names the parameter, its two values, and what to do.
    """
    if before.fair.key != after.fair.key:
        raise ScenarioError(f"the fair cannot change from {before.fair.key} to {after.fair.key}; start another run")
    values = dict(values_of(after.parameters))
    for name, old in sorted(values_of(before.parameters)):
        new = values[name]
        if is_laid_out(name, after.fair.kinds) and old != new:
            row = after.fair.rows.get(name)  # none where a kind has no such parameter
            follows = f" and follows {row.refers_to} where it has no value of its own" if row and row.refers_to else ""
            raise ScenarioError(
                f"{name} is {_text(old)} and cannot become {_text(new)} while the fair is on: it is laid out before the"
                f" opening{follows}; start another run with it"
            )
    if len(before.parameters.venue.gate_lanes) != len(after.parameters.venue.gate_lanes):
        raise ScenarioError(
            "venue.gate_lanes: the number of gates cannot change while the fair is on; change lanes only"
        )
    # disruptions as planned: of another number of lanes, a small run closes another one
    same = {"scale": "scale", "economies": "economies", "planned": "disruptions", "timetable": "timetable"}
    for field, what in same.items():
        if getattr(before, field) != getattr(after, field):
            raise ScenarioError(f"{what} cannot change while the fair is on; start another run")


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
