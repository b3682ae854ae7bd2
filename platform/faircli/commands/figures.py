"""`fair figures`: what was reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from faircli.completion import complete_fair
from faircli.defaults import FAIR
from faircli.options import Figures, Json, Verbose

if TYPE_CHECKING:
    from fairfacts.evidence.folder import KnownFair


def figures(
    fair: Annotated[
        str,
        typer.Argument(
            metavar="FAIR", help="Key of the fair: a shipped one, or a folder here.", autocompletion=complete_fair
        ),
    ] = FAIR,
    *,
    figures: Figures = None,
    verbose: Verbose = False,
    audit: Annotated[
        bool, typer.Option("--audit", help="Check that the figures fit together; exit status 1 where they do not.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the documented figures with their sources, or check that they fit together.

    Each row names the measure that the figure is compared with. `--audit` checks the identities that must hold among
    the figures, within their rounding; it names each contradiction, and each reading that the documents suggest and
    that does not hold.

    Examples:
    - `fair figures` lists those of the fair of 2020; `fair figures my-fair` those of a fair here.
    - `fair figures --audit` checks them.
    - `fair figures --figures mine.csv` lists yours beside them.
    - `fair figures --json` lists them for programs, each with its measure.
    """
    from faircli.console import out, print_json
    from faircli.tables import table
    from faircli.text import number
    from faircli.user_files import known_to_play
    from fairfacts.errors import FigureError, did_you_mean
    from fairfacts.evidence.folder import known_fair
    from fairfacts.resources import fair_folder, fairs_here
    from fairsim.inputs.fair import fair_names
    from fairsim.inputs.scenario import load_scenario

    if fair_folder(fair) is None:
        raise FigureError(f"{fair} is no fair; {did_you_mean(fair, [*fair_names(), *fairs_here()])}")
    known = known_to_play(load_scenario(fair), figures, verbose=verbose)[0] if figures else known_fair(fair)
    if not known.figures:
        raise FigureError(known.missing)
    if audit:
        _audit(known, as_json=as_json)
        return
    if as_json:
        print_json(list(known.figures.values()))
        return
    columns = [("figure", "left"), ("value", "right"), ("unit", "left"), ("status", "left"), ("counts", "text")]
    columns += [("source", "text"), ("measure", "text")]
    rows = (
        (
            figure.id,
            f"{'' if figure.op == '=' else figure.op + ' '}{number(figure.value)}",
            figure.unit,
            figure.status,
            figure.counts,
            f"{figure.source} {figure.paragraph or ''}",
            figure.measure,
        )
        for figure in known.figures.values()
    )
    out.print(table("Documented figures", columns, rows))


def _audit(known: KnownFair, *, as_json: bool) -> None:
    """Show the result of every identity among the figures."""
    from faircli.console import out, print_json, say
    from faircli.tables import table
    from fairfacts.evidence.folder import IDENTITIES
    from fairfacts.evidence.identities import audit

    checks = audit(known.figures, known.identities)
    contradictions = [check for check in checks if check.finding == "contradiction"]
    if as_json:
        print_json({"ok": not contradictions, "checks": checks})
    else:
        columns = (("finding", "left"), ("identity", "text"), ("figures", "text"), ("because", "text"))
        rows = ((check.finding, check.name, check.said, check.because) for check in checks)
        if not checks:
            say(f"Nothing to check: the folder of {known.key} has no identities in {IDENTITIES}.")
            return
        out.print(table("Identities among the figures", columns, rows))
        holding = sum(check.finding == "holds" for check in checks)
        say(f"\n{len(checks)} identities: {holding} hold, {len(contradictions)} contradict each other")
    if contradictions:
        raise typer.Exit(1)
