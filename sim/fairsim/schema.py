"""The JSON Schema of a scenario file, for editors: made from the parameters' rows, kept in `scenarios/`."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from fairfacts.disruptions import Disruption
from fairsim.economies import load_economies
from fairsim.parameters import Row, load_rows, parameter_types

FILE = "scenario.schema.json"


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of what a scenario file may hold."""
    parts: dict[str, dict[str, Any]] = {}
    types = parameter_types()
    for name, row in load_rows().items():
        part, _, field = name.partition(".")
        parts.setdefault(part, {})[field] = _parameter(row, types[name])
    factor = {"type": "number", "minimum": 0}
    codes = {economy.code: factor for economy in load_economies({})}
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
                "type": "string",
                "description": "A schedule.json (frab, pretalx) or .ics file, relative to this one: the programme"
                " that is played instead of the documented one.",
            },
            **{part: _table(f"Parameters of the {part}.", fields) for part, fields in parts.items()},
            "calibration": _table(
                "What `fair calibrate` fits, and to what.",
                {
                    "parameters": _entries(
                        {"name": {"enum": list(types)}, "around": {"type": "number"}, "factor": {"type": "number"}}
                    ),
                    "targets": _entries({"figure": {"type": "string"}}),
                },
            ),
            "disruptions": {
                "type": "array",
                "description": "What goes wrong, or is changed, while the fair is on.",
                "items": {"oneOf": [_disruption(kind) for kind in Disruption.__subclasses__()]},
            },
            "economies": _table("Factors on the weights of economies; 0 keeps one away.", codes),
        },
    }


def _entries(fields: dict[str, Any]) -> dict[str, Any]:
    fields = fields | {"reason": {"type": "string"}}
    entry = {"type": "object", "additionalProperties": False, "properties": fields, "required": list(fields)}
    return {"type": "array", "items": entry}


def _disruption(kind: type[Disruption]) -> dict[str, Any]:
    """Return what an entry of a kind of disruption may hold: its own keys, and when it begins and ends."""
    told = msgspec.json.schema(kind)["$defs"][kind.__name__]
    moment = {"type": "string", "description": "Beijing time, such as 'day 1 20:10' or '2020-09-04 20:10'"}
    timing = {
        "begins": moment,
        "ends": moment | {"description": "instead of lasts_min"},
        "when": {"type": "string", "description": "instead of begins; such as 'streams.viewers >= 3000'"},
        "after_min": {"type": "number", "minimum": 0, "description": "from when the condition holds"},
    }
    required = [name for name in told["required"] if name != "lasts_min"]
    return _table(str(kind.__doc__), told["properties"] | timing) | {"required": required}


def _table(description: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "description": description, "additionalProperties": False, "properties": fields}


def _parameter(row: Row, wanted: Any) -> dict[str, Any]:
    said = f"{row.unit}; {row.kind}: {row.source}; {row.value} unless changed"
    if wanted is date:
        return {"type": "string", "format": "date", "description": said}
    listed = getattr(wanted, "__origin__", None) is tuple
    number: dict[str, Any] = {"type": "integer" if int in (wanted, *getattr(wanted, "__args__", ())) else "number"}
    if row.low is not None and row.high is not None:
        number |= {"minimum": row.low, "maximum": row.high}
    if not listed:
        return number | {"description": said}
    length = {"minItems": 24, "maxItems": 24} if row.name.endswith("hour_profile") else {"minItems": 1}
    return {"type": "array", "items": number, **length, "description": said}
