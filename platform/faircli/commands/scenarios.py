"""`fair scenarios`: what can be played, and the parameters of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from faircli.completion import complete_fair
from faircli.options import Changes, Json, Scale, ScenarioName, Verbose

if TYPE_CHECKING:
    from fairsim.inputs.plan import Planned
    from fairsim.inputs.rows import Row
    from fairsim.inputs.scenario import Scenario

HELP = """List the shipped scenarios, show one resolved, or the parameters of the model.

Examples:

- `fair scenarios` lists the scenarios, each with its question.
- `fair scenarios show matchmaking` shows every value that it is played with.
- `fair scenarios card` shows the parameters with range and source.
"""
scenarios = typer.Typer(help=HELP, rich_markup_mode="markdown")


@scenarios.callback(invoke_without_command=True, help=HELP)
def list_all(context: typer.Context, *, as_json: Json = False) -> None:
    """List the shipped scenarios and the question that each asks."""
    if context.invoked_subcommand is not None:
        return
    from faircli.console import out, print_json
    from faircli.tables import table
    from fairfacts.resources import scenario_names, shipped_names
    from fairsim.inputs.scenario import load_scenario

    shipped = [load_scenario(name) for name in dict.fromkeys([*scenario_names(), *shipped_names()])]
    if as_json:
        print_json([{"name": each.name, "title": each.title, "question": each.question} for each in shipped])
        return
    columns = (("scenario", "left"), ("title", "text"), ("question", "text"))
    out.print(table("Scenarios", columns, ((each.name, each.title, each.question) for each in shipped)))


@scenarios.command()
def show(
    scenario: ScenarioName,
    *,
    changes: Changes = None,
    scale: Scale = 1.0,
    verbose: Verbose = False,
    as_json: Json = False,
) -> None:
    """Show every value that a scenario is played with, and where it comes from.

    Example: `fair scenarios show mine.toml --set fair.days=2 --scale 0.1`
    """
    import msgspec

    from faircli.console import out, print_json, say
    from faircli.tables import table
    from faircli.user_files import show_reports
    from fairfacts.parts.disruptions import kind_of
    from fairsim.inputs.scenario import load_scenario
    from fairsim.inputs.scenario_files import read_scenario
    from fairsim.inputs.values import plain

    resolved = load_scenario(scenario, changes=changes or [], scale=scale)
    show_reports(resolved.reports, verbose=verbose)
    written, described = read_scenario(scenario, changes or []), resolved.fair.rows
    rows = [
        {"name": name, "value": value, "unit": described[name].unit, "from": source_of(written.values, described[name])}
        for name, value in _values(resolved).items()
    ]
    factors = [
        {"economy": code, "factor": float(value), "from": _file(where)}
        for code, (value, where) in written.factors.items()
    ]
    if as_json:
        head = {name: getattr(resolved, name) for name in ("name", "title", "question", "scale")}
        head |= {"fair": resolved.fair.key}
        plan = [
            {"from": written.disruptions[1]} | msgspec.to_builtins(each)
            for each in resolved.disruptions
            if written.disruptions
        ]
        parts = {"parameters": rows, "economies": factors, "disruptions": plan, "reports": resolved.reports}
        print_json(head | {"sha256": resolved.sha256()} | parts)
        return
    say((resolved.name, "bold"), f": {resolved.title}")
    say(resolved.question)
    rows += [
        {"name": f"economies.{each['economy']}", "value": each["factor"], "unit": "factor on its weight"}
        | {"from": each["from"]}
        for each in factors
    ]
    columns = (("parameter", "left"), ("value", "text"), ("unit", "left"), ("from", "left"))
    cells = ((str(row["name"]), plain(row["value"]), str(row["unit"]), str(row["from"])) for row in rows)
    out.print("", table(f"Parameters at scale {scale:g}", columns, cells))
    if written.disruptions:
        columns = (("disruption", "left"), ("begins", "left"), ("what", "text"), ("from", "left"))
        planned = (
            (kind_of(each.what), _when(each, resolved), _what(each), written.disruptions[1])
            for each in resolved.disruptions
        )
        out.print("", table(f"Disruptions at scale {scale:g}", columns, planned))


@scenarios.command()
def card(
    fair: Annotated[
        str,
        typer.Argument(
            metavar="[FAIR]", help="A fair; without it, the defaults of any fair.", autocompletion=complete_fair
        ),
    ] = "",
    *,
    as_json: Json = False,
) -> None:
    """Show the parameters of a fair by class, each with its range and its source.

    Example: `fair scenarios card ciftis2020 --json`
    """
    import msgspec

    from faircli.console import out, print_json
    from faircli.tables import table
    from fairsim.inputs.fair import default_rows, load_fair

    rows = list((load_fair(fair).rows if fair else default_rows()).values())
    if as_json:
        print_json(
            [
                {("class" if key == "kind" else key): value for key, value in msgspec.structs.asdict(row).items()}
                for row in rows
            ]
        )
        return
    columns = (("parameter", "left"), ("value", "text"), ("unit", "left"), ("range", "left"), ("source", "text"))
    for kind in ("documented", "derived", "assumed", "calibrated"):
        of_kind = [row for row in rows if row.kind == kind]
        cells = (
            (row.name, row.value, row.unit, "" if row.low is None else f"{row.low:g} to {row.high:g}", row.source)
            for row in of_kind
        )
        out.print(table(f"{kind}: {len(of_kind)}", columns, cells), "")


@scenarios.command()
def schema(
    what: Annotated[
        str, typer.Argument(help="scenario, fair, or a row of a fair's file: parameters, sectors, zones, figures.")
    ] = "scenario",
) -> None:
    """Print the JSON Schema of a scenario's or a fair's file, for editors.

    Examples:
    - `fair scenarios schema > scenario.schema.json`
    - `fair scenarios schema fair > my-fair/fair.schema.json`, which `#:schema ./fair.schema.json` at the head of its
      fair.toml names.
    """
    from faircli.console import print_json
    from fairfacts.errors import ScenarioError, did_you_mean
    from fairsim.inputs.fair_schema import SCHEMAS
    from fairsim.inputs.schema import scenario_schema

    schemas = {"scenario": scenario_schema, **SCHEMAS}
    if what not in schemas:
        raise ScenarioError(f"{what} has no schema; {did_you_mean(what, schemas)}")
    print_json(schemas[what]())


def _values(scenario: Scenario) -> dict[str, Any]:
    """Return each parameter's value by its name, in the order of the rows."""
    import msgspec

    from fairsim.inputs.parameter_names import values_of

    values = dict(values_of(scenario.parameters))
    return {name: msgspec.to_builtins(values[name]) for name in scenario.fair.rows}


def _when(planned: Planned, scenario: Scenario) -> str:
    """Return when a disruption begins, for people to read."""
    from fairfacts.clock import MINUTE_MS, moment_text

    if isinstance(planned.when, int):
        return moment_text(scenario.epoch, planned.when)
    after = f", {planned.after_ms / MINUTE_MS:g} min after" if planned.after_ms else ""
    return f"{planned.when.gauge} {planned.when.operator} {planned.when.threshold:g}{after}"


def _what(planned: Planned) -> str:
    import msgspec

    from fairsim.inputs.values import plain

    fields = msgspec.to_builtins(planned.what)
    return ", ".join(f"{name} {plain(value)}" for name, value in fields.items() if name != "kind" and value is not None)


def source_of(values: dict[str, tuple[Any, str]], row: Row) -> str:
    """Return where the value of a parameter stands: what a scenario states, else the file of the fair or of any."""
    return _file(values[row.name][1]) if row.name in values else row.file.partition(": ")[0]


def _file(where: str) -> str:
    return "--set" if where.startswith("--set ") else where
