"""Pairs: the same fair played twice with the same random numbers, and what one side has more of than the other.

A mean, a quantile or a share is 0 where there is nothing to take it of. Such a 0 says nothing, and a difference from it
says less: the pair is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from fairfacts.measures import is_nothing, value_at
from fairlab.estimates import Estimate, estimate
from fairlab.replications import numbers

Pair = tuple[dict[str, Any], dict[str, Any]]
"""The snapshots of both sides."""


class Paired(msgspec.Struct, frozen=True):
    """A measure on both sides of the pairs in which both have it."""

    a: Estimate
    b: Estimate
    difference: Estimate
    """b - a, pair by pair."""
    gain: float | None
    """Factor on the number of replications that would be needed without common random numbers; None if all agree."""


def pairs_by_measure(pairs: Sequence[Pair]) -> dict[str, Paired]:
    """Return every measure that is one number on both sides; without those that no pair has on both."""
    return {path: _paired(of) for path in _in_both(pairs) if (of := values(path, pairs))}


def in_no_pair(pairs: Sequence[Pair]) -> list[str]:
    """Return the measures of which no pair has something on both sides, and a pair has something on one."""
    return [
        path
        for path in _in_both(pairs)
        if not values(path, pairs) and not all(is_nothing(path, side) for pair in pairs for side in pair)
    ]


def values(path: str, pairs: Iterable[Pair]) -> list[tuple[float, float]]:
    """Return a measure on both sides of each pair that has something to take it of on both."""
    whole = (pair for pair in pairs if not any(is_nothing(path, side) for side in pair))
    return [(float(value_at(a, path)), float(value_at(b, path))) for a, b in whole]


def _in_both(pairs: Sequence[Pair]) -> list[str]:
    of_a, of_b = (numbers(side) for side in pairs[0])
    return [path for path in of_a if path in of_b]


def _paired(of: Sequence[tuple[float, float]]) -> Paired:
    a, b = (estimate(side) for side in zip(*of, strict=True))
    difference = estimate([in_b - in_a for in_a, in_b in of])
    return Paired(a, b, difference, (a.sd**2 + b.sd**2) / difference.sd**2 if difference.sd else None)
