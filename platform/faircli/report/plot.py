"""A plot: its style, and how it becomes SVG and a picture.

The colours are those of Okabe and Ito, which colour-blind readers can tell apart.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE, INK, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7", "#222222", "#767676",
)  # fmt: skip
DOMESTIC, OVERSEAS = BLUE, ORANGE
WIDTH_IN = 7.2
"""The text width of a printed page."""
IDS = re.compile(r'((?:\bid="|href="#|url\(#))([^")]+)')
"""Ids in a drawing, and what refers to them: matplotlib gives every drawing the same, and a page has several."""
STYLE: dict[Any, Any] = {
    "font.size": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "svg.fonttype": "none",
    "svg.image_inline": True,
    "text.parse_math": False,  # names are drawn as they are written: a $ begins no formula
    "figure.constrained_layout.use": True,
}


@dataclass(frozen=True)
class Plot:
    """A plot as SVG text, and as a picture where one is asked for."""

    name: str
    svg: str
    """To be put into a page: no XML head, and a name that a screen reader says."""
    figure: Figure

    def png(self) -> bytes:
        """Return the picture, of 200 dots an inch."""
        png = io.BytesIO()
        with matplotlib.rc_context(STYLE):
            self.figure.savefig(png, format="png", dpi=200, metadata={"Software": None})
        return png.getvalue()


def plot_of(name: str, label: str, drawer: Callable[[], Figure]) -> Plot:
    """Return what a drawer draws, under a name, with words for who cannot see it."""
    # ids come from a salt and the content: the same run gives the same page
    with matplotlib.rc_context(STYLE | {"svg.hashsalt": name}):
        figure = drawer()
        svg = io.StringIO()
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = svg.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    text = IDS.sub(rf"\g<1>{name}-\g<2>", text)
    text = text.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
    return Plot(name, text, figure)
