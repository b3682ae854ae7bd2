"""`fair count`: the headlines of a kept run under other definitions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.progress import Progress

from cloudfair import tables
from cloudfair.command.kept import kept_run
from cloudfair.command.options import DEFAULT_DATABASE, Database, Json, KeptRun
from cloudfair.command.show import err, number, out, print_json, table
from cloudfair.log import Log, pieces
from fairfacts.counting import Counting, chosen, counted
from fairfacts.event import Event
from fairfacts.events import decode
from fairfacts.figures import load_figures


def count(
    run: KeptRun = None,
    *,
    rules: Annotated[
        list[str] | None,
        typer.Option("--rule", help="sessions.without_evening, or sessions for all of its rules; all without one."),
    ] = None,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Count the headlines of a run by other definitions, beside what was reported.

    A reported number is a definition and a count: 190 sessions are 185 without the evening events, negotiations are
    initiated or held, organisations registered or seen, visits are not visitors. `*` marks the documents' own rule.
    """
    names = chosen(rules or [])
    log = Log.open(database)
    kept = kept_run(log, run)
    rows = counted(count_run(log, kept).counts(), names, load_figures(), kept.scale)
    if as_json:
        print_json({"run": kept.id, "scale": kept.scale, "counts": rows})
        return
    columns = (
        ("rule", "left"),
        ("", "left"),
        ("count", "right"),
        ("reported", "right"),
        ("ratio", "right"),
        ("meaning", "text"),
    )
    cells = (
        (
            row.rule,
            "*" if row.as_reported else "",
            number(row.count),
            "" if row.reported is None else number(row.reported),
            "" if row.ratio is None else f"{row.ratio:.3f}",
            row.meaning,
        )
        for row in rows
    )
    out.print(table("Headlines by counting rule", columns, cells))
    out.print(f"\n* how the documents count\nrun {kept.id}, scale {kept.scale:g}", highlight=False)


def count_run(log: Log, kept: tables.Run) -> Counting:
    """Return the counts of a kept run by every rule; reads its log whole."""
    counting = Counting()
    for events, _ in reading(log, kept.id, "Counting"):
        counting.hear(events)
    return counting


def reading(log: Log, run: str, what: str) -> Iterator[tuple[list[Event], bytes]]:
    """Yield the events of a run in pieces, each with its NDJSON, under a bar that says how far it is."""
    with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task(what, total=log.run(run).head)
        for segment in log.segments(run):
            for piece in pieces(segment.ndjson):
                events = decode(piece)
                yield events, piece
                progress.advance(task, len(events))
