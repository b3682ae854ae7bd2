"""A fair's folder with the usual course of a fair, as `fairlab.profile` and `fairlab.usual` write it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fairfacts.evidence.profiles import HEADLINES

Course = Sequence[tuple[float, float]]
"""Share and spread by the hour."""


def write_course(
    folder: Path, course: Course, inside: Sequence[int], waiting: int = 0, in_sessions: float = 0.0
) -> None:
    """Write a folder whose headlines all take one course, with so many people inside at each half hour.

    A share of them attends sessions. So many requests usually wait for long in the first half hour, twice as many in
    the next one, and so on.
    """
    folder.mkdir()
    (folder / "fair.toml").touch()
    rows = [
        f"{measure},{hour},{share},{spread}" for measure in HEADLINES for hour, (share, spread) in enumerate(course)
    ]
    _write(folder / "profile.csv", "measure,hour,share,spread", rows)
    totals = [f"{measure},{total}000,1.5" for total, measure in enumerate(HEADLINES, 1)]
    _write(folder / "headlines.csv", "measure,total,dispersion", totals)
    gauges = [
        f"{place},{people},{people * in_sessions:g},{(place + 1) * waiting},0.1" for place, people in enumerate(inside)
    ]
    _write(folder / "usual.csv", "half_hour,inside,in_sessions,waiting_over_30min,spread", gauges)


def _write(file: Path, head: str, rows: list[str]) -> None:
    file.write_text("\n".join([head, *rows, ""]))
