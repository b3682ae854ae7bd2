"""An ensemble, or two in step: as JSON, as tables, and held against figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from rich.table import Table

from faircli.comparison import comparison_tables
from faircli.console import out, say
from faircli.pairs import about_pairs, of_fewer, pairs_table
from faircli.resolve import of_ensemble
from faircli.tables import table
from faircli.text import interval, number
from fairfacts.evidence.comparison import Row
from fairfacts.evidence.folder import KnownFair
from fairfacts.evidence.roles import LeftOut
from fairfacts.evidence.summary import headline
from fairlab.ensemble import Ensemble, pairs_of
from fairlab.estimates import Estimate
from fairlab.pairs import Paired

Ensembles = tuple[Ensemble, ...]
"""One, or two in step."""
LOPSIDED = (
    "* the median replication is the least or the largest: the interval of this mean holds the true one"
    " less often than 95 times in 100; more replications tell"
)


class Held(NamedTuple):
    """An ensemble held against figures."""

    rows: list[Row]
    without: list[LeftOut]
    headline: str

    @classmethod
    def of(cls, ensemble: Ensemble, known: KnownFair, name: str) -> Held:
        """Return an ensemble of this name as it is held against the figures that are known of its fair."""
        subject, figures = of_ensemble(name, ensemble), known.figures.values()
        rows, without = subject.compare(figures), subject.left_out(figures)
        return cls(rows, without, headline(rows, without))

    def plain(self) -> dict[str, Any]:
        """Return what JSON shows of it."""
        return {"headline": self.headline, "comparison": self.rows, "left_out": self.without}

    def show(self) -> None:
        """Show it as tables."""
        say()
        out.print(comparison_tables(self.rows))
        say()
        say((self.headline, "bold"))


def half(estimate: Estimate) -> str:
    """Return a mean with half the width of its interval."""
    return f"{number(estimate.mean)} ± {number(estimate.half_width)}"


def plain(ensembles: Ensembles, pairs: dict[str, Paired] | None, wall_s: float) -> dict[str, Any]:
    """Return what JSON shows of ensembles, with their differences if there are two."""
    each = [_plain_one(ensemble) for ensemble in ensembles]
    second = {"against": each[1], "differences": pairs} if pairs is not None else {}
    return each[0] | {"wall_s": round(wall_s, 3)} | second


def _plain_one(ensemble: Ensemble) -> dict[str, Any]:
    names = ("scenario", "changes", "scale", "seed", "version", "parameters_sha256")
    return {name: getattr(ensemble, name) for name in names} | {
        "digest": ensemble.digest,
        "refused": ensemble.left_out,
        "replications": [
            {"replication": replication.replication, "events": replication.events, "digest": replication.digest}
            for replication in ensemble.replications
        ],
        "estimates": ensemble.estimates(),
        "moments": {moment: ensemble.estimates(int(moment))
                    for moment in ensemble.replications[0].moments},
    }  # fmt: skip


def show(ensembles: Ensembles, pairs: dict[str, Paired] | None, wall_s: float) -> None:
    """Show ensembles as a table of their measures, or of what differs between two."""
    first = ensembles[0]
    title = f"{len(first.replications)} replications, seed {first.seed}, scale {first.scale:g}"
    if pairs is None:
        out.print(table_of(title, first), "")
        notes = list(_about(first))
    else:
        other = ensembles[1]
        b = "the other" if first.scenario == other.scenario else other.scenario
        out.print(pairs_table(title, first.scenario, b, pairs, gains=True), "")
        notes = list(about_pairs(pairs, pairs_of(first, other)))
        if any(pair.gain is not None for pair in pairs.values()):
            notes.append("gain: without common random numbers, this many times as many replications are needed")
    for line in notes:
        say((line, "dim"))
    for name, why in first.left_out.items():
        say(f"left out: {name} {why}")
    say(f"\n{len(first.replications) * len(ensembles)} runs in {wall_s:.1f} s")
    for each in ensembles:
        say(f"digest {each.digest} {each.scenario}")


def table_of(title: str, ensemble: Ensemble) -> Table:
    """Return the mean and the intervals of every measure; of members, whose parameters differ, the median as well."""
    medians = ["median"] if ensemble.as_of else []
    heads = ("mean", "95 % interval", *medians, "the next one")
    rows = (
        (
            path,
            number(each.mean),
            interval(each.low, each.high, path) + (" *" if each.is_lopsided else ""),
            *(number(each.median or 0.0) for _ in medians),
            interval(each.next_low, each.next_high, path),
        )
        for path, each in ensemble.estimates().items()
    )
    return table(title, [("measure", "left"), *((head, "right") for head in heads)], rows)


def _about(ensemble: Ensemble) -> Iterator[str]:
    estimates = ensemble.estimates()
    if any(each.is_lopsided for each in estimates.values()):
        yield LOPSIDED
    yield from of_fewer(estimates, len(ensemble.replications), "replications")
