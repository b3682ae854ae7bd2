"""`fair check`: whether a fair can be played, and how far it can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Annotated

import typer

from faircli.completion import complete_fair
from faircli.options import Json, Verbose

if TYPE_CHECKING:
    from fairsim.inputs.rows import Row
    from fairsim.inputs.scenario import Scenario

MEANS: Mapping[str, str] = {
    "documented": "reported: what the model gives back of these is no evidence for it",
    "derived": "computed from a reported or published number",
    "calibrated": "fitted to reported figures",
    "assumed": "guesses with a reason: what depends on them is a what-if, and no forecast",
}


def check(
    fair: Annotated[
        str,
        typer.Argument(
            metavar="FAIR", help="The folder of a fair, or a shipped one's name.", autocompletion=complete_fair
        ),
    ],
    *,
    verbose: Verbose = False,
    as_json: Json = False,
) -> None:
    """Check every file and row of a fair, and show what is documented, derived, assumed and calibrated in it.

    All faults are named at once, with file, row, value and remedy; the exit status is then 2. What can be played, but
    not as it is stated, is said as well.

    Examples:
    - `fair check my-fair` checks a folder.
    - `fair check my-fair --json` for programs.
    """
    from faircli.console import out, print_json, say
    from faircli.tables import table
    from faircli.user_files import show_reports

    scenario = _checked(fair)
    show_reports(scenario.reports, verbose=verbose)
    rows = list(scenario.fair.rows.values())
    own = [row for row in rows if row.is_own]
    if as_json:
        defaults = [row for row in rows if row not in own]
        counts = {"own": _counts(own), "defaults": _counts(defaults)}
        print_json({"fair": scenario.fair.key, **counts, "reports": scenario.reports})
        return
    say((scenario.fair.names["en"], "bold"), f": every file can be read, and the fair can be played (fair run {fair})")
    cells = ((kind, str(count), str(_counts(rows)[kind] - count), MEANS[kind]) for kind, count in _counts(own).items())
    columns = [("parameters", "left"), ("its own", "right"), ("defaults", "right"), ("which are", "text")]
    out.print("", table("What stands behind it", columns, cells))
    say(f"\n{_trust(own, {figure.id for figure in scenario.fair.figures})}")


def _checked(fair: str) -> Scenario:
    """Return the baseline of a fair, once each of its files was read."""
    from fairfacts.errors import FigureError, ScenarioError
    from fairfacts.evidence.chance import read_chance
    from fairfacts.evidence.profiles import read_profiles
    from fairfacts.evidence.usual import read_usual
    from fairsim.inputs.fair import find_fair
    from fairsim.inputs.faults import Faults
    from fairsim.inputs.scenario import load_scenario

    faults, location = Faults(), find_fair(fair)
    try:
        scenario = load_scenario(fair)
    except ScenarioError as fault:
        faults.take(fault)
    for read in (read_profiles, read_usual, read_chance):
        try:
            if location:
                read(*location)
        except FigureError as fault:
            faults.take(fault)
    faults.refuse()
    return scenario


def _counts(rows: list[Row]) -> dict[str, int]:
    return {kind: sum(row.kind == kind for row in rows) for kind in MEANS}


def _trust(own: list[Row], known: AbstractSet[str]) -> str:
    """Return what the classes of a fair's own parameters mean for trust, and the figures that they name."""
    called = [row for row in own if row.kind == "calibrated"]
    fitted = [row for row in called if known & set(row.figures)]
    names = ", ".join(row.name for row in called if row not in fitted)
    unnamed = f"{names}: called calibrated, and figures.csv has no figure that the row names. " if names else ""
    if to := {figure for row in fitted for figure in row.figures if figure in known}:
        count = "one reported figure" if len(to) == 1 else f"{len(to)} reported figures"
        parts = f"Of its {len(own)} parameters, {len(fitted)} {'is' if len(fitted) == 1 else 'are'} fitted to {count}"
        return f"{unnamed}{parts}: intervals of what it predicts are worth comparing with what comes."
    return (
        f"{unnamed}Nothing of it was fitted to what was reported: compare its scenarios with each other, and put no"
        " number of it into a report as a forecast. Figures of your own (figures.csv) and fair calibrate change that."
    )
