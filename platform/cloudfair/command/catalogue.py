"""`fair scenarios` and `fair figures`: what can be played, and what was reported."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
import typer

from cloudfair.command.options import Changes, Figures, Json, Scale
from cloudfair.command.show import number, out, print_json, simulated_clock, table
from fairfacts.comparison import counterpart_of
from fairfacts.disruptions import kind_of
from fairfacts.figures import Figure, all_figures
from fairfacts.identities import audit as audit_figures
from fairsim.parameters import FILE, load_rows
from fairsim.plan import Planned
from fairsim.scenario import Scenario, load_scenario, read_scenario, scenario_names
from fairsim.schema import scenario_schema

scenarios = typer.Typer(help="List the shipped scenarios, show one resolved, or the parameters of the model.")


@scenarios.callback(invoke_without_command=True)
def listed(context: typer.Context, *, as_json: Json = False) -> None:
    """List the shipped scenarios and the question that each asks."""
    if context.invoked_subcommand is not None:
        return
    shipped = [load_scenario(name) for name in scenario_names()]
    if as_json:
        print_json([{"name": one.name, "title": one.title, "question": one.question} for one in shipped])
        return
    columns = (("scenario", "left"), ("title", "left"), ("question", "text"))
    out.print(table("Scenarios", columns, ((one.name, one.title, one.question) for one in shipped)))


@scenarios.command()
def show(
    scenario: Annotated[str, typer.Argument(help="A shipped scenario, or the path of a .toml file.")],
    *,
    changes: Changes = None,
    scale: Scale = 1.0,
    as_json: Json = False,
) -> None:
    """Show every value that a scenario is played with, and where it comes from."""
    resolved = load_scenario(scenario, changes=changes or [], scale=scale)
    said, described = read_scenario(scenario, changes or []), load_rows()
    rows = [
        {"name": name, "value": value, "unit": described[name].unit, "from": _source(said.values, name)}
        for name, value in _values(resolved).items()
    ]
    factors = [{"economy": code, "factor": float(value), "from": _file(told)} for code, (value, told) in
               said.factors.items()]  # fmt: skip
    if as_json:
        head = {name: getattr(resolved, name) for name in ("name", "title", "question", "scale")}
        plan = [{"from": said.disruptions[1]} | msgspec.to_builtins(one) for one in resolved.disruptions
                if said.disruptions]  # fmt: skip
        print_json(head | {"sha256": resolved.sha256(), "parameters": rows, "economies": factors, "disruptions": plan})
        return
    out.print(f"[bold]{resolved.name}[/]: {resolved.title}\n{resolved.question}\n", highlight=False, soft_wrap=True)
    columns = (("parameter", "left"), ("value", "text"), ("unit", "left"), ("from", "left"))
    rows += [
        {"name": f"economies.{one['economy']}", "value": one["factor"], "unit": "times its weight", "from": one["from"]}
        for one in factors
    ]
    shown = ((str(row["name"]), _shown(row["value"]), str(row["unit"]), str(row["from"])) for row in rows)
    out.print(table(f"Parameters at scale {scale:g}", columns, shown))
    if said.disruptions:
        columns = (("disruption", "left"), ("begins", "left"), ("what", "text"), ("from", "left"))
        planned = (
            (kind_of(one.what), _when(one, resolved), _what(one), said.disruptions[1]) for one in resolved.disruptions
        )
        out.print("", table(f"Disruptions at scale {scale:g}", columns, planned))


@scenarios.command()
def card(*, as_json: Json = False) -> None:
    """Show the parameters of the model by class, each with its range and its source."""
    rows = list(load_rows().values())
    if as_json:
        print_json([{("class" if key == "kind" else key): value for key, value in msgspec.structs.asdict(row).items()}
                    for row in rows])  # fmt: skip
        return
    columns = (("parameter", "left"), ("value", "text"), ("unit", "left"), ("range", "left"), ("source", "text"))
    for kind in ("documented", "derived", "assumed", "calibrated"):
        of_kind = [row for row in rows if row.kind == kind]
        shown = (
            (row.name, row.value, row.unit, "" if row.low is None else f"{row.low:g} to {row.high:g}", row.source)
            for row in of_kind
        )
        out.print(table(f"{kind}: {len(of_kind)}", columns, shown), "")


@scenarios.command()
def schema() -> None:
    """Print the JSON Schema of a scenario file, for editors."""
    print_json(scenario_schema())


def _values(scenario: Scenario) -> dict[str, Any]:
    """Return each parameter's value by its name, in the order of the file."""
    nested: dict[str, dict[str, Any]] = msgspec.to_builtins(scenario.parameters)
    return {name: nested[name.partition(".")[0]][name.partition(".")[2]] for name in load_rows()}


def _when(planned: Planned, scenario: Scenario) -> str:
    """Return when a disruption begins, for people to read."""
    if isinstance(planned.when, int):
        return simulated_clock(scenario.epoch.isoformat(), planned.when)
    after = f", {planned.after_ms / 60_000:g} min after" if planned.after_ms else ""
    return f"{planned.when.gauge} {planned.when.operator} {planned.when.threshold:g}{after}"


def _what(planned: Planned) -> str:
    said = msgspec.to_builtins(planned.what)
    return ", ".join(f"{name} {_shown(value)}" for name, value in said.items() if name != "kind" and value is not None)


def _source(values: dict[str, tuple[Any, str]], name: str) -> str:
    return _file(values[name][1]) if name in values else FILE


def _file(said_in: str) -> str:
    return "--set" if said_in.startswith("--set ") else said_in


def _shown(value: Any) -> str:
    if isinstance(value, tuple | list):
        return " ".join(map(_shown, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def figures(
    *,
    figures: Figures = None,
    audit: Annotated[
        bool, typer.Option("--audit", help="Check that the figures fit together; exit status 1 where they do not.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the documented figures, each with its source, and the measure that it is held against.

    `--audit` checks what must hold among the figures themselves, within their rounding, and names each contradiction;
    and each reading that the documents suggest and that does not hold.
    """
    known = all_figures(figures)
    if audit:
        _audit(known, as_json=as_json)
        return
    if as_json:
        print_json(list(known.values()))
        return
    columns = (
        ("figure", "left"),
        ("value", "right"),
        ("unit", "left"),
        ("status", "left"),
        ("counts", "text"),
        ("source", "left"),
        ("measure", "left"),
    )
    rows = (
        (
            figure.id,
            f"{'' if figure.op == '=' else figure.op + ' '}{number(figure.value)}",
            figure.unit,
            figure.status,
            figure.counts,
            f"{figure.source} {figure.paragraph or ''}",
            counterpart.measure if (counterpart := counterpart_of(figure)) else "",
        )
        for figure in known.values()
    )
    out.print(table("Documented figures", columns, rows))


def _audit(known: Mapping[str, Figure], *, as_json: bool) -> None:
    """Show what every identity among the figures comes to."""
    checks = audit_figures(known)
    contradictions = [check for check in checks if check.finding == "contradiction"]
    if as_json:
        print_json({"ok": not contradictions, "checks": checks})
    else:
        columns = (("finding", "left"), ("identity", "text"), ("figures", "text"), ("because", "text"))
        rows = ((check.finding, check.name, check.said, check.because) for check in checks)
        out.print(table("The figures among themselves", columns, rows))
        holding = sum(check.finding == "holds" for check in checks)
        told = f"{holding} hold, {len(contradictions)} contradict each other"
        out.print(f"\n{len(checks)} identities: {told}", highlight=False)
    if contradictions:
        sys.exit(1)
