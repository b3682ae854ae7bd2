"""What a small fair lacks of the whole one: things are whole, an economy is there or is not, and peaks vary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from fairfacts.parts.disruptions import AnyDisruption, EntryCap, LanesClosed
from fairsim.inputs.kinds import OrganisationKind
from fairsim.inputs.parameters import Organisations

LANES = "venue.gate_lanes"
NOTICED = 0.1
"""By so large a share lanes and counts may differ before a user is told."""
FEW = 10
"""Counts below this one are not told: they are rounded at nearly any scale, and decide little."""
NAMED = 8
"""Counts that are named."""
PEAKED = 0.1
"""Up to this scale a user is told of peaks."""
PEAKS = (
    "peaks shrink less than the scale, as what few people do varies more: for its size a small fair has more requests a"
    " second at most, and more desks, rooms, visits and viewers at a time; play a larger scale to learn of them"
)
MOST_PLACED = 0.25
"""So many economies may take part for each organisation from abroad before a user is told."""


class Lanes(NamedTuple):
    """The lanes of each gate: as stated, at the documented scale, and in the run."""

    stated: Sequence[int]
    played: Sequence[int]


def rounded_disruption(what: AnyDisruption, played: AnyDisruption, scale: float, lanes: Lanes) -> str:
    """Return what to say of a disruption that closes more or fewer than it says; empty where it is nearly as many.

    Args:
        what: at the documented scale.
        played: at that of the run.
        scale: of the run.
        lanes: of the gates.
    """
    if isinstance(what, EntryCap) and isinstance(played, EntryCap) and 0 < what.people * scale < 1:
        return (
            f"entry_cap: {what.people:,} people are {what.people * scale:.2g} at scale {scale:g}, and {played.people}"
            " may be inside: play a larger scale to learn of such a cap"
        )
    if isinstance(what, LanesClosed) and isinstance(played, LanesClosed):
        stated, there = lanes.stated[what.gate], lanes.played[what.gate]
        if abs(what.lanes / stated - played.lanes / there) > NOTICED:
            return (
                f"lanes_closed: {what.lanes} of {stated} lanes of gate {what.gate} are closed as {played.lanes} of"
                f" {there} at scale {scale:g}, as a gate has whole lanes: play a larger scale to learn of such a"
                " closure"
            )
    return ""


def of_small(stated: Mapping[str, Any], scale: float) -> Iterator[tuple[str, str]]:
    """Yield what a small fair has more or less of than its scale says: what it is about, and what to say.

    Args:
        stated: the parameters that go by the scale, at the documented one; lists, such as lanes, are not looked at.
        scale: of the run.
    """
    if counts := rounded_counts({name: value for name, value in stated.items() if isinstance(value, int)}, scale):
        yield "counts", counts
    if scale <= PEAKED:
        yield "peaks", PEAKS


def rounded_counts(stated: Mapping[str, int], scale: float) -> str:
    """Return what to say of counts that are rounded far off, the farthest first; empty where none is."""
    wanted = {name: count * scale for name, count in stated.items() if count >= FEW}
    off = {name: abs(round(exact) / exact - 1) for name, exact in wanted.items()}
    far = sorted((name for name in off if off[name] > NOTICED), key=lambda name: -off[name])
    if not far:
        return ""
    named = ", ".join(f"{name} ({wanted[name]:.2g} is {round(wanted[name])})" for name in far[:NAMED])
    more = f" and {len(far) - NAMED} more" if len(far) > NAMED else ""
    return (
        f"at scale {scale:g} these are rounded to whole ones by over {NOTICED:.0%}".replace("%", " %")
        + f": {named}{more}; what comes of them does not go by the scale, such as routes.taken of routes.seats"
    )


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


def spread_economies(numbers: Organisations, kinds: Sequence[OrganisationKind], scale: float) -> str:
    """Return what to say of economies where a small fair has few organisations of each; empty where it has enough.

    Args:
        numbers: of the organisations in the run.
        kinds: of organisations, in the order of their numbers.
        scale: of the run.
    """
    stated = sum(of_kind.count for of_kind in numbers.kinds)
    abroad = sum(of_kind.count * of_kind.overseas_share for of_kind in numbers.kinds)
    others = [of_kind for kind, of_kind in zip(kinds, numbers.kinds, strict=True) if kind.others]
    weights = [of_kind.weight for of_kind in others] if len(others) > 1 else [1.0] * len(others)
    if total := sum(weights):
        share = sum(weight * of_kind.overseas_share for weight, of_kind in zip(weights, others, strict=True)) / total
        abroad += share * max(numbers.at_opening - stated, 0)
    if scale >= 1 or numbers.foreign_economies <= MOST_PLACED * abroad:
        return ""
    return (
        f"organisations.foreign_economies is {numbers.foreign_economies}, and some {abroad:,.0f} organisations of the"
        f" fair at scale {scale:g} are from abroad: each economy has one first, so that the large ones have a smaller"
        " share than in the whole fair, of visits and negotiations as well; play a larger scale to learn of them"
    )
