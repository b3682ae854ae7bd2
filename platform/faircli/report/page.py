"""The page of a report: its content and plots laid out as one HTML file."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from faircli.comparison import by_worth, is_scaled
from faircli.report.assumptions import sensitivities
from faircli.report.content import Content, is_online, moment, zones
from faircli.report.plot import Plot
from fairfacts.clock import moment_at
from fairfacts.evidence.roles import ROLES
from fairfacts.evidence.summary import THIN

CLASSES = {
    "documented": "a figure that was reported says so",
    "derived": "computed from a figure, or from a published number of other fairs",
    "calibrated": "fitted, so that totals come to what was reported",
    "assumed": "no source gives it; the reason is the author's",
}
"""What the class of a parameter means."""


def render(content: Content, plots: dict[str, Plot]) -> str:
    """Return the report as one HTML page."""
    environment = Environment(
        loader=PackageLoader("faircli.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = number
    by_role = {role: [row for row in content.rows if row.role == role] for role in ROLES}
    ends = moment_at(content.began, content.duration_ms - 1)
    return environment.get_template("page.html.j2").render(
        content=content,
        by_role=by_role,
        worth=list(by_worth(content.rows)),
        scaled=is_scaled(content.rows),
        thin=THIN,
        classes={kind: [parameter for parameter in content.parameters if parameter.kind == kind] for kind in CLASSES},
        meanings=CLASSES,
        svg={name: Markup(plot.svg) for name, plot in plots.items()},  # noqa: S704  # our own drawing, its text escaped
        changed=[parameter for parameter in content.parameters if parameter.changed],
        silent=[parameter for parameter in content.parameters if "identifiable" in parameter.source.lower()],
        zones=zones(content),
        assumptions=[row for table in sensitivities(content) for row in table.rows],
        begins=moment(content, 0),
        ends=ends,
        clock=lambda hour: moment(content, hour),
        several=len(content.snapshots) > 1,
        online=is_online(content),
    )


def number(value: Any) -> str:
    """Return a number as people read it; text as it is, and nothing where there is none."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value[:16].replace("T", " ") if value[:4].isdecimal() and "T" in value else value
    if abs(value) >= 1e8:
        return f"{value / 1e6:,.0f} M"
    if float(value).is_integer() or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:,.4g}"
