"""Two runs, or two ensembles, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from rich.table import Table

from faircli.comparison import is_scaled, reported
from faircli.console import out, print_json, say
from faircli.pairs import about_pairs, pairs_table
from faircli.reader import run_columns
from faircli.resolve import Subject
from faircli.tables import table
from faircli.text import number, short
from fairfacts.clock import HOUR_MS, moment_text
from fairfacts.errors import ScenarioError
from fairfacts.evidence.chance import TAIL
from fairfacts.evidence.comparison import Row
from fairfacts.evidence.differences import Difference, differences, series_differences
from fairfacts.evidence.settings import PARAMETERS
from fairlab.ensemble import Ensemble, paired, pairs_of
from fairlab.pairs import Paired
from fairlab.replications import numbers

OTHER_PARAMETERS = (
    "parameters: A and B were set alike, and yet played with others; the fair's files, or the model, were changed"
    " between them, so that more than chance lies between A and B"
)


def as_plain(subject: Subject) -> dict[str, Any]:
    """Return what JSON shows of a run or an ensemble."""
    if subject.row:
        return {"run": subject.name, "state": subject.row.state}
    assert subject.ensemble is not None, "it is a run or an ensemble"
    return {"ensemble": subject.name, "replications": len(subject.ensemble.replications)}


def compare_two(
    a: Subject, b: Subject, series: str | None, rows_a: list[Row], rows_b: list[Row], *, as_json: bool
) -> None:
    """Show the measures of two runs or ensembles, or a breakdown of two runs, side by side."""
    differing, settings = _differences(a, b, series), a.settings.against(b.settings)
    if as_json:
        names = {
            "a": run_columns(a.row) if a.row else as_plain(a),
            "b": run_columns(b.row) if b.row else as_plain(b),
        }
        head = names | {"series": series, "settings": settings, "differences": differing}
        print_json(head | {"comparison": {"a": rows_a, "b": rows_b}})
        return
    if settings:
        columns = (("setting", "left"), ("A", "left"), ("B", "left"))
        rows = ((each.setting, each.a or "none", each.b or "none") for each in settings)
        out.print(table("What differs", columns, rows), "")
    if isinstance(differing, dict):
        _show_ensembles(differing, _ensembles(a, b))
    elif differing:
        out.print(_table_of_runs(differing, series, a.run.began))
    if series is None:
        _show_figures_of_both(rows_a, rows_b)
    if isinstance(differing, list):
        for line in _about_chance(differing):
            say((line, "dim"))
    if any(each.setting == PARAMETERS for each in settings):
        say((OTHER_PARAMETERS, "bold"))
    for letter, subject in (("A", a), ("B", b)):
        say(f"{letter}: {subject.line}")


def _differences(a: Subject, b: Subject, series: str | None) -> list[Difference] | dict[str, Paired]:
    """Return how two runs differ, or two ensembles replication by replication; for a run and an ensemble, nothing."""
    if a.state and b.state:
        measures = a.state.snapshot(), b.state.snapshot()
        if series is None:
            return differences(*measures)
        try:
            return series_differences(series, *measures)
        except ScenarioError as fault:
            raise ScenarioError(f"--series {fault}") from fault
    if series is not None:
        raise ScenarioError(f"--series {series}: compares two runs; {a.name} and {b.name} are not both runs")
    both = _ensembles(a, b)
    return paired(*both) if len(both) == 2 else []


def _ensembles(*both: Subject) -> list[Ensemble]:
    return [each.ensemble for each in both if each.ensemble]


def _show_ensembles(differing: dict[str, Paired], both: Sequence[Ensemble]) -> None:
    out.print(pairs_table("Two ensembles, replication by replication", "A", "B", differing), "")
    for line in about_pairs(differing, pairs_of(*both)):
        say((line, "dim"))
    if unpaired := _in_one_alone(both):
        say((f"not compared, as one of the two files is of a release without them: {', '.join(unpaired)}", "dim"))


def _about_chance(rows: Sequence[Difference]) -> Iterator[str]:
    """Yield what "by chance" says, and of how many rows it is not true although nothing differs but the seeds."""
    known = [(row.difference, row.chance) for row in rows if row.chance is not None and row.difference is not None]
    if not known:
        return
    beyond = sum(abs(difference) > chance for difference, chance in known)
    yield (
        "by chance: row by row, 95 of 100 pairs of runs of unlike seeds are no farther apart (estimated). Of"
        f" {len(known)} rows, some {round(2 * TAIL * len(known))} are farther apart by chance alone, and they come"
        f" together: at times none, at times many. Here {beyond} {'is' if beyond == 1 else 'are'}"
    )


def _in_one_alone(both: Sequence[Ensemble]) -> list[str]:
    """Return the measures that are one number in one of two ensembles alone: they are of two releases."""
    measures_a, measures_b = (numbers(each.replications[0].measures) for each in both)
    return [path for path in {**measures_a, **measures_b} if path not in measures_a or path not in measures_b]


def _table_of_runs(rows: Sequence[Difference], series: str | None, epoch: datetime) -> Table:
    by_chance = [] if series else ["by chance"]
    columns = [(series or "measure", "left"), *((name, "right") for name in ("A", "B", "B - A", *by_chance, "B / A"))]
    shown = (
        (
            _clocked(row.measure, epoch) if series and series.endswith("per_hour") else row.measure,
            *("–" if value is None else number(value) for value in (row.a, row.b)),
            "" if row.difference is None else number(row.difference),
            *("" if row.chance is None else f"+-{short(row.chance)}" for _ in by_chance),
            "" if row.ratio is None else f"{row.ratio:.3f}",
        )
        for row in rows
        if row.a is not None or row.b is not None
    )
    return table("Two runs", columns, shown)


def _show_figures_of_both(rows_a: list[Row], rows_b: list[Row]) -> None:
    """Show both beside what was reported; leave out what was given to the model, and what one of them lacks."""
    head = "reported, at this scale" if is_scaled([*rows_a, *rows_b]) else "reported"
    columns = [("figure", "left"), *((name, "right") for name in (head, "A", "B", "A ratio", "B ratio"))]
    of_b = {row.figure: row for row in rows_b}
    both = [(row, of_b[row.figure]) for row in rows_a if row.figure in of_b]
    pairs = [(row_a, row_b) for row_a, row_b in both if "input" not in (row_a.role, row_b.role)]
    cells = (
        (
            row_a.figure,
            "; ".join(dict.fromkeys(reported(row, row.reported) for row in (row_a, row_b))),
            *(short(row.simulated) for row in (row_a, row_b)),
            *("" if row.ratio is None else f"{row.ratio:.3f}" for row in (row_a, row_b)),
            row_a.role,
        )
        for row_a, row_b in pairs
    )
    if not pairs:
        return
    out.print("", table("Reported beside both", [*columns, ("role", "left")], cells), "")


def _clocked(key: str, epoch: datetime) -> str:
    """Return the key of an hour, such as `overseas.33`, with the hour in the fair's time."""
    *origin, hour = key.split(".")
    return " ".join([*origin, moment_text(epoch, int(hour) * HOUR_MS)])
