"""Values of SQL as JSON has them: none is changed on the way, and what JSON has no word for is text.

Python has no word either for a month, a nanosecond or a date that is infinite: DuckDB would hand over 30 days, a
microsecond and the year 9999. Such values are therefore asked for as text.
"""

from __future__ import annotations

import math
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb
    from duckdb.sqltypes import DuckDBPyType

_MOMENTS = ("timestamp", "timestamp_s", "timestamp_ms", "timestamp with time zone")
_AS_TEXT = (*_MOMENTS, "timestamp_ns", "timestamptz_ns", "time_ns", "date", "interval")
_NO_NUMBER = {math.inf: "Infinity", -math.inf: "-Infinity"}
_NESTED = ("list", "array", "map", "struct")


def exactly(relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Return a relation whose values Python has as they are: those that it would change are text in it."""
    kinds = relation.types
    if not any(map(_changes, kinds)):
        return relation
    columns = (f"#{place}" + (f"::{_cast(kind)}" if _changes(kind) else "") for place, kind in enumerate(kinds, 1))
    return relation.project(", ".join(columns))


def _changes(kind: DuckDBPyType) -> bool:
    """Return whether Python may change a value of a type."""
    return kind.id in _AS_TEXT or (_is_named(kind) and any(_changes(child) for child in _children(kind).values()))


def _is_named(kind: DuckDBPyType) -> bool:
    """Return whether a type is nested, and a cast can name its fields: those of a `row(1, 2)` have no names."""
    return kind.id in _NESTED and all(_children(kind))


def _children(kind: DuckDBPyType) -> dict[str, DuckDBPyType]:
    """Return the types within a nested type: by field, or as `child`, `key` and `value`."""
    return {name: child for name, child in kind.children if not isinstance(child, int | list)}  # an array has its size


def _cast(kind: DuckDBPyType) -> str:
    """Return the type as which a value is asked for."""
    if kind.id in _AS_TEXT:
        return "VARCHAR"
    if not _changes(kind):
        return str(kind)
    within = {name: _cast(child) for name, child in _children(kind).items()}
    match kind.id:
        case "map":
            return f"MAP({within['key']}, {within['value']})"
        case "struct":
            fields = ('"' + name.replace('"', '""') + f'" {child}' for name, child in within.items())
            return f"STRUCT({', '.join(fields)})"
    size = dict(kind.children).get("size", "")
    return f"{within['child']}[{size}]"


def plain(value: Any, kind: DuckDBPyType) -> Any:
    """Return a value of a relation that is `exactly` as it was found, as JSON has it.

    Moments are ISO 8601. Numbers are numbers where JSON's readers, who have doubles, get the same one; else text.
    """
    if value is not None and _is_named(kind):
        within = _children(kind)
        if kind.id == "struct":
            return {name: plain(value[name], child) for name, child in within.items()}
        if kind.id == "map":
            return {str(key): plain(each, within["value"]) for key, each in value.items()}
        return [plain(each, within["child"]) for each in value]
    return _moment(value) if isinstance(value, str) and kind.id in _MOMENTS else _plain(value)


def _moment(text: str) -> str:
    """Return a moment as ISO 8601 has it; as DuckDB writes it where Python has no word for it, such as `infinity`."""
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        return text


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if -(2**53) <= value <= 2**53 else str(value)  # JavaScript reads doubles
        case float():
            return value if math.isfinite(value) else _NO_NUMBER.get(value, "NaN")  # no key is equal to NaN
        case Decimal():
            return float(value) if Decimal(repr(float(value))) == value else str(value)
        case list() | tuple():
            return [_plain(each) for each in value]
        case dict():
            return {str(key): _plain(each) for key, each in value.items()}
        case bytes():
            return value.hex()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
