"""`fair count`: the headlines of a run under other definitions."""

from __future__ import annotations

from typing import Annotated

import typer

from faircli.completion import complete_rule
from faircli.defaults import DATABASE
from faircli.options import Database, Json, RunId


def count(
    run: RunId = None,
    *,
    rules: Annotated[
        list[str] | None,
        typer.Option(
            "--rule",
            metavar="RULE",
            help="A rule, such as sessions.without_evening, or sessions for all of its rules; by default all.",
            autocompletion=complete_rule,
        ),
    ] = None,
    database: Database = DATABASE,
    as_json: Json = False,
) -> None:
    """Count the headlines of a run that has ended by other definitions, beside what was reported.

    A reported number is a definition and a count: 190 sessions are 185 without the evening events, negotiations are
    initiated or held, organisations registered or seen, visits are not visitors. `*` marks the documents' own rule.

    Examples:
    - `fair count` counts the latest run by every rule.
    - `fair count RUN --rule sessions --rule visitors` chooses two headlines.
    """
    from cloudfair.errors import UnfinishedError
    from cloudfair.projections.live import measures_of
    from cloudfair.store.log import Log
    from faircli.comparison import reported_at
    from faircli.console import out, print_json, say
    from faircli.reader import find_run, read_events
    from faircli.tables import table
    from faircli.text import number
    from fairfacts.evidence.counting import Counting, chosen, counted
    from fairfacts.evidence.folder import known_fair

    log = Log.open(database, read_only=True)
    row = find_run(log, run)
    if not row.ended:
        raise UnfinishedError(f"run {row.id} goes on: its headlines are counted by other rules once it has ended")
    fair = known_fair(measures_of(log, row.id).parts.run.fair.key)
    wanted = chosen(rules or [], fair.rules)
    counting = Counting(fair.rules)
    for events, _ in read_events(log, row.id, "Counting"):
        counting.handle(events)
    rows = counted(counting.counts(), wanted, fair.figures, row.scale)
    if as_json:
        print_json({"run": row.id, "scale": row.scale, "counts": rows})
        return
    columns = [
        ("rule", "left"),
        ("", "left"),
        ("count", "right"),
        (reported_at(row.scale), "right"),
        ("ratio", "right"),
    ]
    cells = (
        (
            each.rule,
            "*" if each.as_reported else "",
            number(each.count),
            "" if each.reported is None else number(each.reported),
            "" if each.ratio is None else f"{each.ratio:.3f}",
            each.meaning,
        )
        for each in rows
    )
    out.print(table("Headlines by counting rule", [*columns, ("meaning", "text")], cells))
    say("\n* how the documents count")
    say(f"run {row.id}, scale {row.scale:g}")
