"""What msgspec finds wrong with data, as a person says it."""

from __future__ import annotations

import re

_TYPES = {
    "str": "a text", "int": "a whole number", "float": "a number", "bool": "true or false", "array": "a list",
    "object": "a table", "date": "a date", "datetime": "a moment", "null": "empty",
}  # fmt: skip
_BOUNDS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}


def plain_words(fault: Exception) -> str:
    """Return what msgspec found wrong, and where, in plain words."""
    place, reason = plain_fault(fault)
    return f"{place}: {reason}" if place else reason


def plain_fault(fault: Exception) -> tuple[str, str]:
    """Return where msgspec found something wrong, such as `disruption.share`, and what, in plain words."""
    place, reason = placed(fault)
    return place, _reason(reason)


def placed(fault: Exception) -> tuple[str, str]:
    """Return where msgspec found something wrong, empty for the whole, and what, in its own words."""
    reason, _, path = str(fault).partition(" - at `")
    return path.removesuffix("`").removeprefix("$").lstrip("."), reason


def _reason(text: str) -> str:
    if match := re.fullmatch(r"Expected `([\w| ]+)`, got `(\w+)`", text):
        wanted, given = match[1].removesuffix(" | null"), match[2]
        return f"it is {_TYPES.get(given, given)}, and {_TYPES.get(wanted, wanted)} is wanted"
    if match := re.fullmatch(r"Object missing required field `(\w+)`", text):
        return f"{match[1]} is missing; give it"
    if match := re.fullmatch(r"Object contains unknown field `(\w+)`", text):
        return f"{match[1]} is no key of it; leave it out"
    if match := re.fullmatch(r"Expected `[\w| ]+` (>=|<=|>|<) (\S+)", text):
        return f"it is out of range; {_BOUNDS[match[1]]} {match[2]} is allowed"
    if match := re.fullmatch(r"Expected `[\w| ]+` of length (>=|<=) (\d+)", text):
        return f"its length is out of range; {_BOUNDS[match[1]]} {match[2]} is allowed"
    if re.fullmatch(r"Expected `datetime` with a timezone component", text):
        return "it has no offset; write it like 2027-05-07T20:00:00+08:00"
    if text == "Invalid RFC3339 encoded datetime":
        return "it is no moment; write it like 2027-05-07T20:00:00+08:00"
    if match := re.fullmatch(r"Expected `(\w+)`", text):
        return f"{_TYPES.get(match[1], match[1])} is wanted"
    if match := re.fullmatch(r"Invalid (?:enum )?value ('.*')", text):
        return f"{match[1]} is none of those that are allowed"
    return text
