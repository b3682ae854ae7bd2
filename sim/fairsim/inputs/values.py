"""Values: what files and the command line state, in the types of the parameters, checked against their ranges."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from fairfacts.errors import did_you_mean
from fairsim.inputs.checks.consistency import check_consistency
from fairsim.inputs.checks.references import find_beyond, is_meant
from fairsim.inputs.faults import Faults
from fairsim.inputs.kinds import Kinds
from fairsim.inputs.parameter_names import parameter_type
from fairsim.inputs.parameters import Parameters
from fairsim.inputs.rows import Row

Changes = Mapping[str, tuple[Any, str]]
"""Values by the parameter's name, each with where it was stated."""
DAY_HOURS = 24
EXAMPLES: Mapping[Any, str] = {date: "2027-05-07", int: "100", float: "1.5"}
_EXPONENT = re.compile(r"[+-]?\d+(\.\d+)?[eE][+-]?\d{1,2}", re.ASCII)


class Stated(msgspec.Struct, frozen=True):
    """A value in its parameter's type, and where it was stated."""

    value: Any
    place: str


def resolve(rows: Mapping[str, Row], kinds: Kinds, changes: Changes, scale: float, faults: Faults) -> Parameters:
    """Return typed parameters: the rows' values, with changes, at a scale.

    In place of a value that has a fault a usual one stands, so that all faults are found at once.

    Args:
        rows: of the fair's parameters.
        kinds: of the fair.
        changes: what a scenario states.
        scale: size of the fair as a share of the documented one.
        faults: takes a change that names no parameter, has the wrong type, or lies out of the range, and values that
            cannot stand together.
    """
    stated = read_values(rows, changes, faults)
    nested: dict[str, dict[str, Any]] = {part: {} for part in Parameters.__struct_fields__}
    of_kinds: dict[str, dict[str, dict[str, Any]]] = {
        part: {key: {"key": key} for key in keys} for part, keys in kinds.of_parts().items()
    }
    for name, row in rows.items():
        part, *kind, field = name.split(".")
        value = _scaled(stated[name].value, scale) if row.scales else stated[name].value
        (of_kinds[part][kind[0]] if kind else nested[part])[field] = value
    for part, by_key in of_kinds.items():
        nested[part]["kinds"] = list(by_key.values())
    parameters = msgspec.convert(nested, Parameters)
    for names, message in check_consistency(parameters, kinds):
        if not faults.doubts(names):
            faults.add(_places(names, stated, changes), message)
            faults.doubtful.update(names if len(names) == 1 else ())  # it cannot stand by itself
    for beyond in find_beyond(parameters):
        if is_meant(beyond, rows, changes) and not faults.doubts((beyond.name, *beyond.limits)):
            faults.add(stated[beyond.name].place, beyond.message)
    return parameters


def plain(value: Any) -> str:
    """Return a value as one would write it in a scenario, or with `--set`: without separators, a list with blanks."""
    if isinstance(value, list | tuple):
        return " ".join(map(plain, value))
    return f"{value:.15g}" if isinstance(value, float) else f"{value}"


def stated_value(name: str, rows: Mapping[str, Row], changes: Changes) -> Any:
    """Return the value of a parameter that has no fault, as stated: at no scale."""
    source = _source(name, rows, changes)
    value, _ = changes.get(source, (rows[source].value, ""))
    return _converted(value, parameter_type(name))


def read_values(rows: Mapping[str, Row], changes: Changes, faults: Faults) -> dict[str, Stated]:
    """Return the value of each parameter, a usual one where it has a fault."""
    for name, (_, place) in changes.items():
        if name not in rows:
            part = name.partition(".")[2]
            is_part = part in {known.partition(".")[0] for known in rows}
            faults.add(place, f"{name} is no key; {f'write a table [{part}]' if is_part else did_you_mean(name, rows)}")
    stated: dict[str, Stated] = {}
    sources = {name: _source(name, rows, changes) for name in rows}
    for name, source in sorted(
        sources.items(), key=lambda pair: pair[0] != pair[1]
    ):  # what others refer to comes first
        value, place = changes.get(source, (rows[source].value, rows[source].file))
        if source in faults.doubtful and name != source:
            faults.doubtful.add(name)  # its fault is told where it stands
            stated[name] = Stated(_usual(name, rows), place)
            continue
        try:
            stated[name] = Stated(_checked(value, rows[name], place), place)
        except ValueError as fault:
            faults.add(place, str(fault).replace(name, source, 1))
            faults.doubtful.add(name)
            stated[name] = Stated(_usual(name, rows), place)
    return stated


def _usual(name: str, rows: Mapping[str, Row]) -> Any:
    """Return the usual value of a parameter."""
    row = msgspec.structs.replace(rows[name], value=rows[name].usual)
    return _usual(row.refers_to, rows) if row.refers_to else _converted(row.usual, parameter_type(name))


def _source(name: str, rows: Mapping[str, Row], changes: Changes) -> str:
    """Return the parameter whose value a parameter takes: its own, unless that refers to another one."""
    while name not in changes and rows[name].refers_to:
        name = rows[name].refers_to
    return name


def _places(names: tuple[str, ...], stated: Mapping[str, Stated], changes: Changes) -> str:
    """Return where values that cannot stand together were stated: what a scenario states, else the fair's files."""
    changed = dict.fromkeys(stated[name].place for name in names if name in changes)
    return " and ".join(changed or dict.fromkeys(stated[name].place for name in names if name in stated))


def _checked(value: Any, row: Row, place: str) -> Any:
    """Return a value in its parameter's type.

    Raises:
        ValueError: what is wrong with it, and what to write instead.
    """
    wanted = parameter_type(row.name)
    try:
        converted = _converted(value, wanted)
    except ValueError as fault:
        of_part = f": {fault}" if wanted not in (int, float, date) and str(fault) else ""
        raise ValueError(f"{row.name} is {value!r}{of_part}; {_remedy(value, wanted, row, place)}") from fault
    listed = isinstance(converted, tuple)
    if listed and not converted:
        raise ValueError(f"{row.name} is empty; it has at least one number ({row.unit})")
    for number in converted if listed else (converted,):
        if row.low is not None and row.high is not None and not row.low <= number <= row.high:  # NaN is out as well
            raise ValueError(f"{row.name} is {number}; allowed is {row.low:g} to {row.high:g} ({row.unit})")
    if listed and row.name.endswith("hour_profile"):
        if len(converted) != DAY_HOURS:
            raise ValueError(f"{row.name} has {len(converted)} numbers; it has one for each of {DAY_HOURS} hours")
        if not any(converted):
            raise ValueError(f"{row.name} has no hour with a weight; give one hour at least more than 0")
    if listed and row.name.endswith("day_profile") and not any(converted):
        raise ValueError(f"{row.name} has no day with a weight; give one day at least more than 0")
    return converted


def _converted(value: Any, wanted: Any) -> Any:
    """Return a value in a type.

    Raises:
        ValueError: it is none; of a list, the message names the part.
    """
    if wanted is date:
        return value if type(value) is date else date.fromisoformat(value if isinstance(value, str) else "")
    if wanted in (int, float):
        return _number(value, wanted)
    whole = int if int in wanted.__args__ else float
    if isinstance(value, str):
        value = value.split()
    if not isinstance(value, list | tuple):
        raise ValueError  # noqa: TRY004  # whoever catches it tells type and value alike
    numbers = []
    for part in value:
        try:
            numbers.append(_number(part, whole))
        except ValueError as fault:
            raise ValueError(f"{part!r} is not {_described(whole)}") from fault
    return tuple(numbers)


def _number(value: Any, wanted: type) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError  # noqa: TRY004  # as above
    if isinstance(value, str):
        if "_" in value or not value.isascii():
            raise ValueError
        if wanted is float or not _EXPONENT.fullmatch(value):
            return int(value) if wanted is int else float(value)
        value = float(value)  # LibreOffice writes 1500 like that
    if wanted is int and not (math.isfinite(value) and value == int(value)):
        raise ValueError
    return wanted(value)


def _remedy(value: Any, wanted: Any, row: Row, place: str) -> str:
    """Return what to write instead."""
    known = [text for text in (row.value, row.usual) if text != value and not text.startswith("=")]
    example = next(iter(known), EXAMPLES.get(wanted, "1 2"))  # a fair's own row may be what is wrong
    if wanted is date:
        return f"write a date, such as {EXAMPLES[date]}"
    if wanted in (int, float):
        comma = " with a point before decimals" if isinstance(value, str) and "," in value else ""
        return f"write {_described(wanted)}{comma} ({row.unit}), such as {example}"
    if isinstance(value, str) or place.startswith("--set"):
        return f"write numbers separated by spaces ({row.unit}), such as {example}"
    return f"write a list ({row.unit}), such as [{', '.join(example.split())}]"


def _described(wanted: Any) -> str:
    return {int: "a whole number", float: "a number", date: "a date"}[wanted]


def _scaled(value: Any, scale: float) -> Any:
    if isinstance(value, tuple):
        return tuple(max(1, round(number * scale)) for number in value)
    return round(value * scale) if isinstance(value, int) else value * scale
