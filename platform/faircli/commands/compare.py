"""`fair compare`: what was reported beside what was simulated; or two runs or ensembles side by side."""

from __future__ import annotations

from typing import Annotated

import typer

from faircli.completion import complete_measure, complete_run_or_file
from faircli.defaults import DATABASE
from faircli.options import Database, Figures, Json, RunOrEnsemble, Verbose


def compare(
    run: RunOrEnsemble = None,
    other: Annotated[
        str | None,
        typer.Argument(
            metavar="OTHER",
            help="A second run or ensemble, to show beside the first.",
            autocompletion=complete_run_or_file,
        ),
    ] = None,
    *,
    series: Annotated[
        str | None,
        typer.Option(
            metavar="MEASURE",
            help="Compare a breakdown of two runs, such as negotiations.per_hour, key by key.",
            autocompletion=complete_measure,
        ),
    ] = None,
    figures: Figures = None,
    verbose: Verbose = False,
    database: Database = DATABASE,
    as_json: Json = False,
) -> None:
    """Show what was reported beside what was simulated, or two runs side by side.

    Each row has a role. Only a `held out` figure is evidence for the model: an `input` was given to it, and a
    `calibrated` one was fitted to. A `changed` one was played with other parameters, or after a disruption. One run
    lies within a figure's rounding or leaves the question open; an ensemble decides.

    `--figures FILE.csv` adds your own figures as held out, such as `mine,19000,organisations.registered,2020-09-05`
    under the head `id,value,measure,as_of`; they replace documented ones of the same id.

    Examples:
    - `fair compare` compares the latest run with what was reported.
    - `fair compare ensemble.json` compares an ensemble, which decides more.
    - `fair compare RUN OTHER --series negotiations.per_hour` compares two runs hour by hour.
    """
    from faircli.comparison import caveats, comparison_tables, why_open
    from faircli.console import out, print_json, say
    from faircli.reader import check_begun
    from faircli.resolve import subject_of
    from faircli.side_by_side import as_plain, compare_two
    from faircli.user_files import check_figures, known_of
    from fairfacts.errors import ScenarioError
    from fairfacts.evidence.summary import headline

    check_figures(figures)
    first = subject_of(run, database)
    second = None if other is None else subject_of(other, database)
    for each in (first, second):
        if each and each.row:
            check_begun(each.row, "compare")
    fair, report = known_of(first.run, figures, verbose=verbose)
    known = fair.figures.values()
    if second is not None:
        beside = known_of(second.run, figures, verbose=False)[0].figures.values()
        compare_two(first, second, series, first.compare(known), second.compare(beside), as_json=as_json)
        return
    if series is not None:
        raise ScenarioError(f"--series {series}: compares two runs; name another: fair compare {first.name} OTHER")
    rows, beyond = first.compare(known), first.emergent()
    without = first.left_out(known)
    verdict = fair.missing if fair.missing and not rows else headline(rows, without)
    if as_json:
        head = as_plain(first) | {"scale": first.run.scale, "headline": verdict}
        reports = [report] if report else []
        print_json(head | {"comparison": rows, "emergent": beyond, "left_out": without, "reports": reports})
        return
    out.print(comparison_tables([*rows, *beyond]))
    say()
    say((verdict, "bold"))
    say(first.line)
    for line in (*caveats(rows), *why_open(rows, is_over=first.decided, is_one=first.ensemble is None)):
        say((line, "dim"))
