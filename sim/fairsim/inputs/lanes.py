"""Lanes of the gates at a scale: a gate has whole lanes, so a small fair has not as many as the scale says."""

from __future__ import annotations

from collections.abc import Sequence

LANES = "venue.gate_lanes"
NOTICED = 0.1
"""By so large a share the lanes may differ before a user is told."""


def rounded_lanes(stated: Sequence[int], played: Sequence[int], scale: float) -> str:
    """Return what to say of lanes that are others than the scale says; empty where they are nearly as many.

    Args:
        stated: lanes by gate at the documented scale.
        played: lanes by gate in the run.
        scale: of the run.
    """
    wanted, lanes = sum(stated) * scale, sum(played)
    times = lanes / wanted
    if abs(times - 1) <= NOTICED:
        return ""
    many = f"{times:.1f} times as many" if times >= 2 else f"{abs(times - 1):.0%} {'more' if times > 1 else 'fewer'}"
    return (
        f"{LANES} is {wanted:.3g} lanes at scale {scale:g}; a gate has whole lanes, so {lanes:,} are played,"
        f" {many.replace('%', ' %')}: gates are {'less' if times > 1 else 'more'} loaded than those of the whole fair,"
        " and queues and waits are not its own; play a larger scale to learn of them"
    )
