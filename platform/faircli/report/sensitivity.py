"""The plot of a sensitivity analysis: for each measure the parameters that move it most."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import matplotlib
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from faircli.report.plot import BLUE, ORANGE, STYLE, WIDTH_IN, Plot, plot_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from fairlab.sensitivity import Effect, Sensitivity


def plot(sensitivity: Sensitivity, suffix: str, most: int) -> bytes:
    """Return the plot as an `svg` or `png` file, with so many parameters of each measure at most."""
    with matplotlib.rc_context(STYLE | {"svg.hashsalt": "sensitivity"}):
        figure, file = _figure(sensitivity, most), io.BytesIO()
        figure.savefig(file, format=suffix, dpi=200, metadata={"Date": None} if suffix == "svg" else {"Software": None})
    return file.getvalue()


def in_report(sensitivity: Sensitivity, most: int) -> dict[str, Plot]:
    """Return the plot of a report, by its name."""
    label = "For each headline, the assumed parameters that move it most"
    return {"sensitivity": plot_of("sensitivity", label, lambda: _figure(sensitivity, most))}


def _figure(sensitivity: Sensitivity, most: int) -> Figure:
    moved = {measure: effects for measure, effects in sensitivity.moving.items() if effects} or sensitivity.effects
    heights = [0.75 + 0.2 * min(most, len(effects)) for effects in moved.values()]
    figure = Figure(figsize=(WIDTH_IN, sum(heights)))
    every = figure.subplots(len(moved), squeeze=False, height_ratios=heights)[:, 0]
    for axes, measure in zip(every, moved, strict=True):
        _bars(axes, sensitivity, measure, moved[measure][:most][::-1])
    shares = "\norange: a tenth of the variance and more" if sensitivity.indices else ""
    every[-1].set_xlabel(
        f"mean change as a parameter goes from 1/{sensitivity.by:g} to {sensitivity.by:g} times its value{shares}"
    )
    return figure


def _bars(axes: Axes, sensitivity: Sensitivity, measure: str, effects: Sequence[Effect]) -> None:
    leads = {index.parameter for index in sensitivity.indices.get(measure, ()) if index.total >= 0.1}
    colours = [ORANGE if effect.parameter in leads else BLUE for effect in effects]
    axes.barh([effect.parameter for effect in effects], [effect.mean_absolute for effect in effects], color=colours)
    axes.set_title(measure)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:.0%}"))
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
