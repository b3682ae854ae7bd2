"""Differences: the measures of two runs side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from fairfacts.errors import ScenarioError, did_you_mean
from fairfacts.evidence.chance import Chance, apart, at_least, load_chance
from fairfacts.measures import MEASURES, is_nothing, value_at


class Difference(msgspec.Struct, frozen=True):
    """A measure of two runs."""

    measure: str
    """Its path in the snapshot, or the key in a series."""
    a: float | None
    b: float | None
    """None of a mean, a quantile or a share that the run has nothing to take of."""
    difference: float | None
    """b - a, in the measure's unit; None where one of them is."""
    ratio: float | None
    """b / a; None where a is 0, or there is no difference."""
    chance: float | None = None
    """The difference that 95 of 100 pairs of independent seeds do not exceed, as the fair's `chance.csv` estimates it.
    None where it does not say."""


def differences(a: dict[str, Any], b: dict[str, Any]) -> list[Difference]:
    """Return the difference of two snapshots in every measure that is one number, in the order of the measures."""
    pairs = ((path, value_at(a, path), value_at(b, path)) for path in MEASURES)
    numbers = ((path, of) for path, *of in pairs if all(map(_is_number, of)))
    rows = [
        _difference(path, *(None if is_nothing(path, side) else value for value, side in zip(of, (a, b), strict=True)))
        for path, of in numbers
    ]
    known = [load_chance(snapshot["run"]["fair"]) for snapshot in (a, b)]
    scales = [snapshot["run"]["scale"] for snapshot in (a, b)]
    return [_beside_chance(row, known, scales) for row in rows] if all(known) else rows


def series_differences(series: str, a: dict[str, Any], b: dict[str, Any]) -> list[Difference]:
    """Return the differences in a breakdown, such as `negotiations.per_hour`, key by key; absent keys count 0.

    Raises:
        ScenarioError: there is no such breakdown; names the nearest.
    """
    series_a, series_b = (value_at(snapshot, series) if series in MEASURES else None for snapshot in (a, b))
    if not isinstance(series_a, dict) or not isinstance(series_b, dict):
        known = [path for path in MEASURES if isinstance(value_at(a, path), dict)]
        raise ScenarioError(f"{series}: is no series; {did_you_mean(series, known)}")
    counts_a, counts_b = dict(_leaves(series_a)), dict(_leaves(series_b))
    keys = sorted(counts_a.keys() | counts_b.keys(), key=_in_order)
    return [_difference(".".join(key), counts_a.get(key, 0), counts_b.get(key, 0)) for key in keys]


def _beside_chance(row: Difference, known: Sequence[Mapping[str, Chance]], scales: Sequence[float]) -> Difference:
    of_a, of_b = (of.get(row.measure) for of in known)
    if of_a is None or of_b is None or row.a is None or row.b is None:
        return row
    value_a, value_b = (at_least(row.measure, value) for value in (row.a, row.b))
    if not (value_a or value_b) and any(of.lasting or of.shrinking for of in (of_a, of_b)):
        return row  # it varies, and by how much near 0 nobody knows
    chance = apart((of_a, value_a, scales[0]), (of_b, value_b, scales[1]))
    return msgspec.structs.replace(row, chance=float(f"{chance:.4g}"))


def _leaves(breakdown: dict[str, Any], *above: str) -> Iterator[tuple[tuple[str, ...], float]]:
    for key, value in breakdown.items():
        if isinstance(value, dict):
            yield from _leaves(value, *above, key)
        else:
            yield (*above, key), value


def _in_order(key: tuple[str, ...]) -> list[tuple[int, str]]:
    """Hours and sessions by number, names by letter."""
    return [(int(name), "") if name.isdecimal() else (0, name) for name in key]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _difference(measure: str, a: float | None, b: float | None) -> Difference:
    if a is None or b is None:
        return Difference(measure, a, b, None, None)
    return Difference(measure, a, b, round(b - a, 6), round(b / a, 4) if a else None)
