"""`fair scenarios` and `fair figures`: what can be played, and what was reported."""

from __future__ import annotations

from cloudfair.command.options import Figures, Json
from cloudfair.command.show import number, out, print_json, table
from fairfacts.comparison import COUNTERPARTS
from fairfacts.figures import load_figures
from fairsim.scenario import load_scenario, scenario_names


def scenarios(*, as_json: Json = False) -> None:
    """List the shipped scenarios and the question that each asks."""
    shipped = [load_scenario(name) for name in scenario_names()]
    if as_json:
        print_json([{"name": one.name, "title": one.title, "question": one.question} for one in shipped])
        return
    columns = (("scenario", "left"), ("title", "left"), ("question", "text"))
    out.print(table("Scenarios", columns, ((one.name, one.title, one.question) for one in shipped)))


def figures(*, figures: Figures = None, as_json: Json = False) -> None:
    """List the documented figures, each with its source, and the measure that it is held against."""
    known = load_figures(figures)
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
            f"{figure.source} {figure.paragraph}",
            COUNTERPARTS[figure.id].measure if figure.id in COUNTERPARTS else "",
        )
        for figure in known.values()
    )
    out.print(table("Documented figures", columns, rows))
