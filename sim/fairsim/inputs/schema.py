"""The JSON Schema of a scenario file, for editors: made from the parameters' rows, kept in `scenarios/`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec

from fairfacts.parts.disruptions import DISRUPTIONS, Disruption
from fairsim.inputs.economies import economy_codes
from fairsim.inputs.fair import Fair, default_rows
from fairsim.inputs.parameter_names import parameter_type
from fairsim.inputs.rows import Row

FILE = "scenario.schema.json"

_FAIR = {"type": "string", "description": "The fair that is played: a shipped name, or a path to its folder."}


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of what a scenario of any fair may hold.

    A table within that of a part is a kind's, by its key.
    """
    parts: dict[str, dict[str, Any]] = {}
    of_kinds: dict[str, dict[str, Any]] = {}
    for name, row in default_rows().items():
        part, *kind, field = name.split(".")
        (of_kinds if kind else parts).setdefault(part, {})[field] = _parameter(row, parameter_type(name), row.source)
    factor = {"type": "number", "minimum": 0}
    codes = dict.fromkeys(economy_codes(), factor)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario of Cloudfair",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "title": {"type": "string"},
            "question": {"type": "string", "description": "What the scenario is played to find out."},
            "extends": {
                "type": "string",
                "description": "The scenario that this one changes: a shipped name, or a path relative to the file.",
            },
            "timetable": {
                "description": "A schedule.json (frab, pretalx) or .ics file, relative to this one: the programme"
                " that is played instead of the documented one; or a table with the file and how it is read.",
                "oneOf": [{"type": "string"}, _timetable()],
            },
            **{part: _part(part, fields, of_kinds.get(part)) for part, fields in parts.items()},
            "fair": _table(str(_FAIR["description"]), parts["fair"] | {"name": _FAIR}) | {"type": ["string", "object"]},
            "calibration": calibration_schema(),
            "fitted_to": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Figures that values of this file were fitted to, as `fair calibrate` writes them: that"
                " they are met is no evidence.",
            },
            "disruptions": {
                "type": "array",
                "description": "What goes wrong, or is changed, while the fair is on.",
                "items": {"oneOf": [_disruption(kind) for kind in DISRUPTIONS]},
            },
            "economies": _table("Factors on the weights of economies; 0 keeps one away.", codes),
        },
    }


def calibration_schema() -> dict[str, Any]:
    """Return what a table `[calibration]` may hold."""
    name = {"type": "string", "pattern": r"^[a-z_]+(\.[a-z0-9_]+){1,2}$"}
    free = _entries({"name": name, "around": {"type": "number"}, "factor": {"type": "number"}})
    tables = {"parameters": free, "targets": _entries({"figure": {"type": "string"}})}
    return _table("What `fair calibrate` fits, and to what.", tables)


def changes_schema(fairs: Iterable[Fair]) -> dict[str, Any]:
    """Return the JSON Schema of changes to scenarios of some fairs, by part and name within it; kinds after a point."""
    parts: dict[str, dict[str, Any]] = {}
    values: dict[str, list[str]] = {}
    for fair in fairs:
        for name, row in fair.rows.items():
            part, _, field = name.partition(".")
            values.setdefault(name, []).append(f"{row.value.removeprefix('=')} ({fair.key}, {row.kind})")
            usual = f"{', '.join(values[name])} unless changed"
            parts.setdefault(part, {})[field] = _parameter(row, parameter_type(name), usual)
    whole = scenario_schema()
    tables = {part: _table(f"Parameters of the {part}.", fields) for part, fields in parts.items()}
    economies = {"economies": whole["properties"]["economies"]}
    return whole | {"title": "Changes to a scenario of Cloudfair", "properties": tables | economies}


def _part(part: str, fields: dict[str, Any], of_kind: dict[str, Any] | None) -> dict[str, Any]:
    """Return what the table of a part may hold: its parameters, and a table for each kind."""
    table = _table(f"Parameters of the {part}.", fields)
    if of_kind is None:
        return table
    return table | {"additionalProperties": _table("Parameters of a kind of the fair, by its key.", of_kind)}


def _timetable() -> dict[str, Any]:
    """Return what a table `[timetable]` may hold."""
    zone = {"type": "string", "description": "IANA name of the time zone that the sessions are shown in."}
    length = {"type": "number", "exclusiveMinimum": 0, "maximum": 44_640, "description": "Of an entry without an end."}
    skip = {"type": "boolean", "description": "Leave out what cannot be read, instead of refusing the file."}
    options = {"time_zone": zone, "default_length_min": length, "skip_unreadable": skip}
    table = _table("A programme's file, and how it is read.", {"file": {"type": "string"}, **options})
    return table | {"required": ["file"]}


def _entries(fields: dict[str, Any]) -> dict[str, Any]:
    fields = fields | {"reason": {"type": "string"}}
    entry = {"type": "object", "additionalProperties": False, "properties": fields, "required": list(fields)}
    return {"type": "array", "items": entry}


def _disruption(kind: type[Disruption]) -> dict[str, Any]:
    """Return what an entry of a kind of disruption may hold: its own keys, and when it begins and ends."""
    schema = msgspec.json.schema(kind)["$defs"][kind.__name__]
    moment = {"type": "string", "description": "On the fair's clock, such as 'day 1 20:10' or '2027-05-07 20:10'"}
    timing = {
        "begins": moment,
        "ends": moment | {"description": "instead of lasts_min"},
        "when": {"type": "string", "description": "instead of begins; such as 'streams.viewers >= 3000'"},
        "after_min": {"type": "number", "minimum": 0, "description": "from when the condition holds"},
    }
    required = [name for name in schema["required"] if name != "lasts_min"]
    return _table(str(kind.__doc__), schema["properties"] | timing) | {"required": required}


def _table(description: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "description": description, "additionalProperties": False, "properties": fields}


def _parameter(row: Row, wanted: Any, usual: str) -> dict[str, Any]:
    description = f"{row.unit}; {usual}"
    if wanted is date:
        return {"type": "string", "format": "date", "description": description}
    listed = getattr(wanted, "__origin__", None) is tuple
    number: dict[str, Any] = {"type": "integer" if int in (wanted, *getattr(wanted, "__args__", ())) else "number"}
    if row.low is not None and row.high is not None:
        number |= {"minimum": row.low, "maximum": row.high}
    if not listed:
        return number | {"description": description}
    length = {"minItems": 24, "maxItems": 24} if row.name.endswith("hour_profile") else {"minItems": 1}
    return {"type": "array", "items": number, **length, "description": description}
