"""`fair fairs`: the fairs that can be played."""

from __future__ import annotations

from typing import Any

from faircli.options import Json


def fairs(*, as_json: Json = False) -> None:
    """List the fairs that can be played: those that are shipped, and those in this folder.

    A fair's name plays its baseline wherever a command takes a scenario. A folder with faults is listed as faulty;
    `fair check` names its faults.

    Examples:
    - `fair fairs` lists them.
    - `fair run my-fair` plays one.
    """
    from faircli.console import note, out, print_json
    from faircli.tables import table
    from fairfacts.resources import fairs_here
    from fairsim.inputs.fair import fair_names

    rows = [_row(name) for name in [*fair_names(), *fairs_here()]]
    if as_json:
        print_json(rows)
        return
    columns = [("fair", "left"), ("name", "text"), ("opens", "left"), ("days", "right"), ("time zone", "left")]
    columns += [("organisations", "right"), ("folder", "left")]
    out.print(table("Fairs", columns, map(_cells, rows)))
    for row in rows:
        if row["fault"]:
            note(f"{row['fair']} has faults: fair check {row['fair']} names them")


def _row(name: str) -> dict[str, Any]:
    """Return what a list says of a fair; of a faulty one, why it cannot be played."""
    from fairfacts.errors import ScenarioError
    from fairsim.inputs.fair import load_fair
    from fairsim.inputs.scenario import load_scenario

    row: dict[str, Any] = dict.fromkeys(("fair", "name", "opens_on", "days", "time_zone", "organisations"))
    row |= {"fair": name, "folder": name, "fault": None}
    try:
        fair, parameters = load_fair(name), load_scenario(name).parameters
    except ScenarioError as fault:
        return row | {"fault": str(fault)}
    return row | {
        "name": fair.names["en"],
        "opens_on": parameters.fair.opens_on.isoformat(),
        "days": parameters.fair.days,
        "time_zone": fair.time_zone,
        "organisations": parameters.organisations.at_opening,
        "folder": fair.folder,
    }


def _cells(row: dict[str, Any]) -> list[str]:
    shown = row | ({"name": "has faults"} if row["fault"] else {})
    cells = [value for key, value in shown.items() if key != "fault"]
    return ["" if cell is None else f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in cells]
