"""Checks that a file's measures are ones that the model counts: files are also written by hand, or cut short."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fairfacts.measure import Measure
from fairfacts.measures import MEASURES, State, shape_of, value_at
from fairlab.replications import Replication

TEXTS = ("text", "moment", "date")
"""The formats of measures that are no numbers."""


def fault_of(replications: Sequence[Replication]) -> str | None:
    """Return what is wrong with the replications of a file; None if nothing is.

    A measure may be missing: an earlier release did not count it.
    """
    if not replications:
        return "it has no replication"
    empty, moments = State().snapshot(), replications[0].moments.keys()
    if not all(moment.isdecimal() for moment in moments):
        return "a moment is no number of milliseconds"
    for each in replications:
        if each.moments.keys() != moments:
            return f"replication {each.replication} holds other moments than the first"
        for snapshot in (each.measures, *each.moments.values()):
            if not all(isinstance(part, dict) for part in snapshot.values()):
                return f"a part of replication {each.replication} is no object with measures"
            for path, measure in MEASURES.items():
                if not _is_of(value_at(snapshot, path), value_at(empty, path), measure):
                    return f"{path} of replication {each.replication} is no {shape_of(value_at(empty, path))}"
    return None


def _is_of(value: Any, like: Any, measure: Measure) -> bool:
    """Return whether a value has the shape of the measure; 0 also stands for a missing one."""
    if isinstance(like, dict):
        # the entries of a breakdown without levels are no numbers, and none is compared
        return value == 0 or (isinstance(value, dict) and (measure.levels == 0 or _is_leaf(value, measure)))
    return value == 0 or (_is_leaf(value, measure) and not isinstance(value, dict))


def _is_leaf(value: Any, measure: Measure) -> bool:
    if isinstance(value, dict):
        return all(_is_leaf(entry, measure) for entry in value.values())
    if measure.format in TEXTS:
        return isinstance(value, str)
    return isinstance(value, int | float) and not isinstance(value, bool)
