"""Stands: how many each zone wants, and what a fair states of exhibitors and cannot have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fairfacts.interchange.reading import Remark
from fairsim.inputs.kinds import Kinds
from fairsim.inputs.parameters import OrganisationNumbers, Parameters
from fairsim.inputs.zones import FILE, Zone


def net_m2_of(zone: Zone, scale: float) -> int:
    """Return a zone's stand space at a scale; at least 1 m2."""
    return max(1, round(zone.net_m2 * scale))


def stands_of(zone: Zone, parameters: Parameters, scale: float) -> int:
    """Return the stands that a zone wants: the stated exhibitors of its kind, or as many as its space holds."""
    stated = {kind.key: kind.exhibitors for kind in parameters.venue.kinds}
    return stated.get(zone.kind, round(net_m2_of(zone, scale) / parameters.venue.stand_m2))


def without_zone(parameters: Parameters, zones: tuple[Zone, ...]) -> Iterator[tuple[str, str]]:
    """Yield each parameter that states exhibitors of zones which the fair does not have, and what to do."""
    for kind in parameters.venue.kinds:
        if kind.exhibitors and parameters.venue.days and not any(zone.kind == kind.key for zone in zones):
            name = f"venue.{kind.key}.exhibitors"
            yield (
                name,
                f"{name} is {kind.exhibitors}, and no zone is of the kind {kind.key}; write one into {FILE}, or 0",
            )


def note_stands(parameters: Parameters, kinds: Kinds, zones: tuple[Zone, ...], scale: float) -> Iterator[Remark]:
    """Yield a remark about what is stated of exhibitors and cannot be had, as far as that is known before the run."""
    stated, possible = parameters.organisations.exhibitors, possible_exhibitors(parameters, kinds)
    if stated > possible:
        message = f"organisations.exhibitors is {stated:,}, and {possible:,} organisations are of kinds that exhibit"
        yield Remark("", "left out", "exhibitors", f"{message}; lower it, or raise an exhibitor_share or a count")
    if not parameters.venue.days:
        return
    for kind in parameters.venue.kinds:
        if not kind.exhibitors and scale == 1 and any(zone.kind == kind.key for zone in zones):
            message = f"venue.{kind.key}.exhibitors is 0 and the kind has stated = true: its zones stay empty"
            yield Remark("", "assumed", "stands", f"{message}; give it a row, or leave stated out")
    wanted, exhibitors = (
        sum(stands_of(zone, parameters, scale) for zone in zones),
        expected_exhibitors(parameters, kinds),
    )
    if wanted > exhibitors:
        about = "" if parameters.organisations.exhibitors else "about "
        message = f"the zones want {wanted:,} stands, and {about}{exhibitors:,} organisations exhibit"
        yield Remark(
            "", "left out", "stands",
            f"{message}: the last zones of {FILE} stay emptier; lower net_m2 or venue.*.exhibitors, or raise"
            " organisations.exhibitors",
        )  # fmt: skip


def expected_exhibitors(parameters: Parameters, kinds: Kinds) -> int:
    """Return how many organisations exhibit at the opening: as many as are stated, or as the shares let expect."""
    organisations = parameters.organisations
    if organisations.exhibitors:
        return min(organisations.exhibitors, possible_exhibitors(parameters, kinds))
    counted, others, rest = _by_count(parameters, kinds)
    weight = sum(numbers.weight for numbers in others) if len(others) > 1 else 1
    of_rest = sum(numbers.exhibitor_share * (numbers.weight / weight if len(others) > 1 else 1) for numbers in others)
    return round(sum(numbers.count * numbers.exhibitor_share for numbers in counted) + rest * of_rest)


def possible_exhibitors(parameters: Parameters, kinds: Kinds) -> int:
    """Return how many organisations of the opening are of kinds of which some exhibit."""
    counted, others, rest = _by_count(parameters, kinds)
    of_rest = rest if any(numbers.exhibitor_share and (numbers.weight or len(others) == 1) for numbers in others) else 0
    return sum(numbers.count for numbers in counted if numbers.exhibitor_share) + of_rest


def _by_count(parameters: Parameters, kinds: Kinds) -> tuple[list[OrganisationNumbers], list[OrganisationNumbers], int]:
    """Return the kinds with a count, those that are all others, and how many all others are at the opening."""
    organisations = parameters.organisations
    pairs = list(zip(kinds.organisations, organisations.kinds, strict=True))
    counted = [numbers for kind, numbers in pairs if not kind.others]
    rest = max(organisations.at_opening - sum(numbers.count for numbers in counted), 0)
    return counted, [numbers for kind, numbers in pairs if kind.others], rest


def missing_stands(
    parameters: Parameters, zones: tuple[Zone, ...], scale: float, placed: Mapping[str, int], exhibitors: int
) -> list[str]:
    """Return a line about each zone that has fewer stands than it wants.

    Args:
        parameters: that were played.
        zones: of the fair.
        scale: at which it was played.
        placed: the stands by zone, as the run has them.
        exhibitors: that there were in the run.
    """
    return [
        f"{zone.name}: {placed[zone.name]:,} of {wanted:,} stands, as {exhibitors:,} organisations exhibit"
        for zone in zones
        if (wanted := stands_of(zone, parameters, scale)) > placed.get(zone.name, wanted)
    ]
