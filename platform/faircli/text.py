"""Numbers and moments as people read them."""

from __future__ import annotations

import re
from pathlib import Path

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""All but the tab and the line break, and the marks by which Unicode turns the direction of a text."""


def visible(text: str) -> str:
    """Return a text with its control characters written out, so that a terminal shows them and obeys none."""
    return _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def short(value: float | str) -> str:
    """Return a number in little room, from a hundred million on in millions; a moment to the minute."""
    if isinstance(value, str):
        return f"{value[5:10]} {value[11:16]}" if "T" in value else value
    if abs(value) >= 1000:
        return f"{value / 1e6:,.0f} M" if abs(value) >= 1e8 else f"{value:,.0f}"
    return number(value)


def number(value: float | str) -> str:
    """Return a number with separated thousands and no needless decimals; text as it is."""
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"


def interval(low: float, high: float, path: str = "") -> str:
    """Return an interval in words; that of a measure without what it cannot be."""
    from fairfacts.measures import within

    if high == float("inf"):
        return "unknown"
    low, high = within(path, low, high) if path else (low, high)
    return f"{number(low)} to {number(high)}"


def how_to_go_on(resume: Path | None) -> str:
    """Return what an experiment says that was stopped, whose runs are kept in a file, or nowhere."""
    if resume is None:
        return "stopped, and the runs are lost; with --resume FILE the next call reuses them"
    return f"stopped; the same command goes on from the runs in {resume}"
