"""`fair compare`: what was reported beside what was simulated; or two runs or ensembles side by side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import typer
from rich.table import Table

from cloudfair.command.kept import columns_of
from cloudfair.command.options import DEFAULT_DATABASE, Database, Figures, Json
from cloudfair.command.show import comparison_tables, number, out, print_json, reported, short, simulated_clock, table
from cloudfair.command.subjects import RunOrEnsemble, Subject, subject
from fairfacts.comparison import CAVEATS, Row, headline
from fairfacts.differences import Difference, differences, series_differences
from fairfacts.errors import ScenarioError
from fairfacts.figures import all_figures
from fairfacts.series import HOUR_MS
from fairlab.ensemble import Ensemble, Paired, paired


def compare(
    run: RunOrEnsemble = None,
    other: Annotated[
        str | None, typer.Argument(metavar="OTHER", help="A second run or ensemble, to put beside the first.")
    ] = None,
    *,
    series: Annotated[
        str | None, typer.Option(help="Compare a breakdown of two runs, such as negotiations.per_hour, key by key.")
    ] = None,
    figures: Figures = None,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Show what was reported beside what a kept run, or an ensemble, simulated; or two of them side by side.

    Each row has a role: only a `held out` figure speaks for the model, since `input` was given to it and `calibrated`
    fitted to. One run either falls into a figure's rounding or leaves the question open; an ensemble decides.

    `--figures FILE.csv` adds figures of your own as held out, such as `mine,19000,organisations.registered,2020-09-05`
    under `id,value,measure,as_of`; they replace documented ones of the same id.
    """
    known = all_figures(figures).values()
    one = subject(run, database)
    if other is not None:
        two = subject(other, database)
        _compare_two(one, two, series, one.compare(known), two.compare(known), as_json=as_json)
        return
    if series is not None:
        raise ScenarioError(f"--series {series}: compares two runs; name another: fair compare {one.name} OTHER")
    rows, beyond = one.compare(known), one.emergent()
    verdict = headline(rows)
    if as_json:
        told = _plain(one) | {"scale": one.run.scale, "headline": verdict}
        print_json(told | {"comparison": rows, "emergent": beyond})
        return
    out.print(comparison_tables([*rows, *beyond]))
    out.print(f"\n[bold]{verdict}[/]\n{one.told}", highlight=False, soft_wrap=True)
    for row in rows:
        if row.role == "held out" and row.figure in CAVEATS:
            out.print(f"[dim]{row.figure}: {CAVEATS[row.figure]}[/]", soft_wrap=True)
    if any(row.verdict == "open" for row in rows) and one.ensemble is None:
        out.print("[dim]open: one run cannot tell chance from disagreement; fair ensemble plays several[/]")


def _plain(one: Subject) -> dict[str, Any]:
    """Return what JSON says of a run or an ensemble."""
    if one.kept:
        return {"run": one.name, "state": columns_of(one.kept)["state"]}
    assert one.ensemble is not None, "it is a run or an ensemble"
    return {"ensemble": one.name, "replications": len(one.ensemble.replications)}


def _compare_two(
    a: Subject, b: Subject, series: str | None, rows_a: list[Row], rows_b: list[Row], *, as_json: bool
) -> None:
    """Show the measures of two runs or ensembles, or a breakdown of two runs, side by side."""
    found = _differences(a, b, series)
    if as_json:
        names = {"a": columns_of(a.kept) if a.kept else _plain(a), "b": columns_of(b.kept) if b.kept else _plain(b)}
        told = names | {"series": series, "differences": found}
        print_json(told | {"comparison": {"a": rows_a, "b": rows_b}})
        return
    if isinstance(found, dict):
        out.print(_table_of_pairs(found))
    elif found:
        out.print(_table_of_runs(found, series, a.run.epoch))
    if series is None:
        _show_figures_of_both(rows_a, rows_b)
    for letter, one in (("A", a), ("B", b)):
        out.print(f"{letter}: {one.told}", highlight=False, soft_wrap=True)


def _differences(a: Subject, b: Subject, series: str | None) -> list[Difference] | dict[str, Paired]:
    """Return how two runs differ, or two ensembles replication by replication; nothing of a run and an ensemble."""
    if a.state and b.state:
        one, two = a.state.snapshot(), b.state.snapshot()
        return differences(one, two) if series is None else series_differences(series, one, two)
    if series is not None:
        raise ScenarioError(f"--series {series}: compares two runs; {a.name} and {b.name} are not both runs")
    both = [one.ensemble for one in (a, b) if isinstance(one.ensemble, Ensemble)]
    return paired(*both) if len(both) == 2 else []


def _table_of_runs(rows: Iterable[Difference], series: str | None, epoch: str) -> Table:
    columns = ((series or "measure", "left"), ("A", "right"), ("B", "right"), ("B - A", "right"), ("B / A", "right"))
    shown = (
        (
            _clocked(row.measure, epoch) if series and series.endswith("per_hour") else row.measure,
            number(row.a),
            number(row.b),
            number(row.difference),
            "" if row.ratio is None else f"{row.ratio:.3f}",
        )
        for row in rows
    )
    return table("Two runs", columns, shown)


def _table_of_pairs(pairs: dict[str, Paired]) -> Table:
    columns = (("measure", "left"), ("A", "right"), ("B", "right"), ("B - A", "right"), ("its 95 % interval", "right"))
    shown = (
        (
            measure,
            *(number(found.mean) for found in (pair.a, pair.b, pair.difference)),
            f"{number(pair.difference.low)} to {number(pair.difference.high)}",
        )
        for measure, pair in pairs.items()
    )
    return table("Two ensembles, replication by replication", columns, shown)


def _show_figures_of_both(rows_a: list[Row], rows_b: list[Row]) -> None:
    """Show both beside what was reported, but for what was given to the model."""
    columns = [("figure", "left"), *((name, "right") for name in ("reported", "A", "B", "A ratio", "B ratio"))]
    pairs = [(one, two) for one, two in zip(rows_a, rows_b, strict=True) if "input" not in (one.role, two.role)]
    cells = (
        (
            one.figure,
            reported(one) if one.reported == two.reported else f"{reported(one)}; {reported(two)}",
            *(short(row.simulated) for row in (one, two)),
            *("" if row.ratio is None else f"{row.ratio:.3f}" for row in (one, two)),
            one.role,
        )
        for one, two in pairs
    )
    out.print("", table("Reported beside both", [*columns, ("role", "left")], cells), "")


def _clocked(key: str, epoch: str) -> str:
    """Return the key of an hour, such as `overseas.33`, with the hour as the fair's clocks show it."""
    *origin, hour = key.split(".")
    return " ".join([*origin, simulated_clock(epoch, int(hour) * HOUR_MS)])
