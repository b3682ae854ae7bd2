"""Pairs of fairs with the same random numbers, as a table: both means, the difference, and its interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table

from faircli.tables import table
from faircli.text import interval, number
from fairlab.estimates import Estimate
from fairlab.pairs import Pair, Paired, in_no_pair


def pairs_table(title: str, a: str, b: str, pairs: Mapping[str, Paired], *, gains: bool = False) -> Table:
    """Return a table of the measures that differ; one pair alone has no interval."""
    differing = {path: pair for path, pair in pairs.items() if pair.difference.mean or pair.difference.sd}
    spread = any(pair.difference.replications > 1 for pair in pairs.values())
    heads = [a, b, "difference", *(["95 % interval"] if spread else []), *(["gain"] if gains and spread else [])]
    rows = (
        (
            path,
            *(number(estimate.mean) for estimate in (pair.a, pair.b, pair.difference)),
            *([interval(pair.difference.low, pair.difference.high)] if spread else []),
            *([f"{pair.gain:.1f}" if pair.gain is not None else ""] if gains and spread else []),
        )
        for path, pair in differing.items()
    )
    return table(title, [("measure", "left"), *((head, "right") for head in heads)], rows)


def about_pairs(by_measure: Mapping[str, Paired], pairs: Sequence[Pair]) -> Iterator[str]:
    """Yield what stands below such a table: how many measures do not differ, and what is of fewer pairs, or of none."""
    alike = sum(not pair.difference.sd and not pair.difference.mean for pair in by_measure.values())
    yield f"{alike} measures do not differ" if alike < len(by_measure) else "no measure differs"
    yield from of_fewer({path: pair.difference for path, pair in by_measure.items()}, len(pairs), "pairs")
    if nowhere := in_no_pair(pairs):
        yield f"not compared, as no pair has anything to take them of on both sides: {', '.join(nowhere)}"


def of_fewer(estimates: Mapping[str, Estimate], every: int, what: str) -> Iterator[str]:
    """Yield which measures are of fewer than all replications or pairs, and of how many: of a mean of nothing."""
    counts = sorted({each.replications for each in estimates.values() if each.replications < every})
    for count in counts:
        names = ", ".join(path for path, each in estimates.items() if each.replications == count)
        yield f"of {count} of {every} {what}, as the others have nothing to take it of: {names}"
