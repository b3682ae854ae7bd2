"""The plots of a report, drawn by matplotlib: reported is dashed or hollow, simulated is solid or filled."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from faircli.report.content import (
    FUNNEL,
    Content,
    by_day,
    by_hour,
    economies_by_hour,
    hours_of,
    is_online,
    mean_of,
    midnights,
    moment,
    zones,
)
from faircli.report.plot import (
    BLUE,
    DOMESTIC,
    GREEN,
    GREY,
    INK,
    ORANGE,
    OVERSEAS,
    PURPLE,
    SKY,
    VERMILION,
    WIDTH_IN,
    Plot,
    plot_of,
)
from fairfacts.evidence.comparison import Row

DRAWN_HOURS = 31 * 24
"""A fair that lasts longer is drawn by day."""
NAMED_DAYS = 12
"""Days below a plot that have room for their names."""
ECONOMIES = 24
"""Rows of the heat map: the economies that ask most."""
WHITE_TO_BLUE = LinearSegmentedColormap.from_list("white to blue", ("#ffffff", "#9ecae1", BLUE, "#012a4a"))
SIMULATED = {
    "held out": (GREEN, "held out"),
    "changed": (ORANGE, "another value played"),
    "calibrated": (BLUE, "fitted"),
    "recorded": (BLUE, "recorded"),
}
"""Roles of figures that were not put into the model, in the order that they are drawn: each with colour and label."""
KEPT_DISTANCE = 0.25
"""People per m2 at which everybody has 4 m2: the distance rule of Koelnmesse, 2020."""


def draw(content: Content) -> dict[str, Plot]:
    """Return the plots of a report by name, in the order of the page."""
    drawn = {name: plot for name, plot in PLOTS.items() if name not in OF_PLATFORM or is_online(content)}
    return {name: plot_of(name, label, partial(drawer, content)) for name, (label, drawer) in drawn.items()}


def reported(content: Content) -> Figure:
    """Draw each figure that was not given beside what was simulated, as a share of the figure."""
    rows = [row for role in SIMULATED for row in content.rows if row.role == role and isinstance(row.reported, float)]
    rows = [row for row in rows if row.ratio is not None]
    figure = Figure(figsize=(WIDTH_IN, 0.9 + 0.24 * max(len(rows), 1)))
    axes = figure.subplots()
    axes.axvline(1, color=INK, linestyle="--", linewidth=0.9, zorder=1)
    for place, row in enumerate(reversed(rows)):
        _ratio(axes, place, row)
    axes.set_yticks(range(len(rows)), [_name(row.figure) for row in reversed(rows)])
    for tick_label, row in zip(axes.get_yticklabels(), reversed(rows), strict=True):
        tick_label.set_fontweight("bold" if row.role == "held out" else "normal")
    axes.set_ylim(-0.6, len(rows) - 0.4)
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, 0.95), max(high, 1.05))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:.0%}"))
    axes.set_xlabel("simulated, as a share of what was reported")
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    axes.plot([], [], "o", mfc="white", mec=INK, label="reported, with its rounding")
    for role in dict.fromkeys(row.role for row in rows):
        colour, label = SIMULATED[role]
        axes.plot([], [], "o", color=colour, label=f"simulated, {label}" if role != "recorded" else label)
    figure.legend(loc="outside upper right", ncols=4, handletextpad=0.2, columnspacing=1.2)
    return figure


def _name(figure: str) -> str:
    """Return a figure's name as a label."""
    return figure.replace("_", " ").replace(".", ": ")


def _ratio(axes: Axes, place: int, row: Row) -> None:
    assert isinstance(row.reported, float), "rows with a ratio are numbers"
    assert row.ratio is not None, "rows with a ratio have one"
    colour, _ = SIMULATED[row.role]
    if row.op in ("=", "~"):
        rounding = row.rounding / row.reported
        axes.plot([1 - rounding, 1 + rounding], [place, place], color=INK, linewidth=5, alpha=0.16,
                  solid_capstyle="butt", zorder=2)  # fmt: skip
        axes.plot(1, place, "o", mfc="white", mec=INK, markersize=7, zorder=3)
    else:
        axes.plot(1, place, ">" if row.op == ">" else "<", mfc="white", mec=INK, markersize=7, zorder=3)
    if row.low is not None and row.high is not None:
        axes.plot([row.low / row.reported, row.high / row.reported], [place, place], color=colour, linewidth=1.6,
                  zorder=4)  # fmt: skip
    axes.plot(row.ratio, place, "o", color=colour, markersize=4.5, zorder=5)


HOURS: Sequence[tuple[str, Sequence[tuple[str, str, str]]]] = (
    (
        "Negotiations requested",
        (("requests, domestic", "domestic", DOMESTIC), ("requests, overseas", "overseas", OVERSEAS)),
    ),
    (
        "Requests that lapsed",
        (("lapsed, domestic", "domestic", DOMESTIC), ("lapsed, overseas", "overseas", OVERSEAS)),
    ),
    (
        "Visits to the platform",
        (("visits, domestic", "domestic", DOMESTIC), ("visits, overseas", "overseas", OVERSEAS)),
    ),
    ("Views of streams begun", (("views of streams", "", PURPLE),)),
    (
        "People entering and leaving the halls",
        (("entries to the halls", "entering", GREEN), ("people who left the halls", "leaving", VERMILION)),
    ),
    ("Projects published", (("projects published", "", SKY),)),
)
"""The panels of the hours: title, and of each series its name, label and colour."""


def hours(content: Content) -> Figure:
    """Draw what happened in each hour of the fair; of a long one, on each day."""
    daily = hours_of(content) > DRAWN_HOURS
    panels = [panel for panel in HOURS if is_online(content) or any(_happened(content, name) for name, *_ in panel[1])]
    figure = Figure(figsize=(WIDTH_IN, 0.4 + 0.9 * len(panels)))
    places = figure.subplots(len(panels), 1, sharex=True, squeeze=False).flat
    for axes, (title, series) in zip(places, panels, strict=True):
        for name, label, colour in series:
            counts = by_day(content, name) if daily else by_hour(content, name)
            at = midnights(content)[:-1] if daily else range(len(counts.mean))
            if len(content.snapshots) > 1:
                axes.fill_between(at, counts.low, counts.high, step="post", color=colour, alpha=0.25, linewidth=0)
            axes.step(at, counts.mean, where="post", color=colour, linewidth=1.2, label=label)
        axes.set_title(f"{title} {'a day' if daily else 'an hour'}")
        _days(axes, content)
        _plain_counts(axes)
        if len(series) > 1:
            axes.legend(loc="upper right", ncols=2, handlelength=1.4, borderaxespad=0, bbox_to_anchor=(1, 1.34))
    return figure


def _happened(content: Content, *names: str) -> bool:
    """Return whether one of `HOURLY` is more than 0 in any hour."""
    return any(any(by_hour(content, name).mean) for name in names)


def _days(axes: Axes, content: Content) -> None:
    """Mark midnights, and name the days in their middle."""
    hours = hours_of(content)
    axes.set_xlim(0, hours)
    axes.set_ylim(bottom=0)
    for disturbance in content.disturbances:
        ended_h = hours if disturbance.ended_h is None else disturbance.ended_h
        axes.axvspan(disturbance.began_h, ended_h, color=VERMILION, alpha=0.18, linewidth=0)
    nights = midnights(content)
    for night in nights if hours <= DRAWN_HOURS else ():
        axes.axvline(night, color="#d5d5d5", linewidth=0.8, zorder=0)
    days = nights[: -1 : max(1, (len(nights) - 1) // NAMED_DAYS)]
    names = [_day_name(content, day) for day in days]
    if len(nights) - 1 > NAMED_DAYS:
        names = [name.partition(" ")[2] for name in names]  # what weekday it was matters less than room for the month
    axes.set_xticks([day + 12 for day in days], names)
    axes.tick_params(axis="x", length=0)


def _day_name(content: Content, hour: float) -> str:
    day = moment(content, hour)
    return f"{day:%a} {day.day} {day:%b}"


def _plain_counts(axes: Axes) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda count, _: f"{count:,.0f}"))
    axes.grid(axis="y")
    axes.set_axisbelow(True)


def days(content: Content) -> Figure:
    """Draw what each day of the fair came to."""
    panels: Mapping[str, tuple[tuple[str, ...], str]] = {
        "Negotiations requested": (("requests, domestic", "requests, overseas"), BLUE),
        "Requests that lapsed": (("lapsed, domestic", "lapsed, overseas"), VERMILION),
        "Visits to the platform": (("visits, domestic", "visits, overseas"), SKY),
        "Entries to the halls": (("entries to the halls",), GREEN),
        "Organisations registered": (("organisations registered",), PURPLE),
        "Agreements signed": (("agreements signed online", "agreements signed on site"), ORANGE),
    }
    if not is_online(content):
        panels = {title: panel for title, panel in panels.items() if _happened(content, *panel[0])}
    rows, nights = -(-len(panels) // 3), midnights(content)
    figure = Figure(figsize=(WIDTH_IN, 1.4 * rows))
    first, last = moment(content, 0), moment(content, hours_of(content) - 1)
    several_months = f"{first:%Y-%m}" != f"{last:%Y-%m}"
    label = "{0.day} {0:%b}" if several_months else "{0.day}"
    places = figure.subplots(rows, min(len(panels), 3), squeeze=False).flat
    for axes, (title, (names, colour)) in zip(places, panels.items(), strict=False):
        counts = by_day(content, *names)
        at = range(len(counts.mean))
        axes.bar(at, counts.mean, color=colour, width=0.72)
        if len(content.snapshots) > 1:
            errors = [np.subtract(counts.mean, counts.low), np.subtract(counts.high, counts.mean)]
            axes.errorbar(at, counts.mean, errors, fmt="none", ecolor=INK, elinewidth=0.8, capsize=2)
        axes.set_title(title)
        step = -(-len(at) // (4 if several_months else 7))
        axes.set_xticks(at[::step], [label.format(moment(content, nights[day])) for day in at[::step]])
        axes.tick_params(axis="x", length=0)
        axes.set_ylim(bottom=0)
        _plain_counts(axes)
    if not several_months:
        figure.supxlabel(f"day of {first:%B %Y}", fontsize=8)
    return figure


def funnel(content: Content) -> Figure:
    """Draw how many negotiations reach each stage, and where the others went."""
    names = [name for name, _, _ in FUNNEL]
    counts = [mean_of(content, measure) for _, measure, _ in FUNNEL]
    figure = Figure(figsize=(WIDTH_IN, 2.5))
    axes = figure.subplots()
    places = range(len(names), 0, -1)
    axes.barh(places, counts, height=0.66, color=[BLUE] * 3 + [SKY] + [GREEN] * 2)
    whole = counts[0] or 1
    for place, count, (_, _, lost) in zip(places, counts, FUNNEL, strict=True):
        label = f"{count:,.0f}" if count == counts[0] else f"{count:,.0f}  ({count / whole:.1%})"
        text = axes.annotate(label, (count, place), (5, 0), textcoords="offset points", va="center", color=INK)
        if lost:
            axes.annotate(_lost(content, lost), (1, 0.5), (10, 0), xycoords=text, textcoords="offset points",
                          va="center", color=GREY, fontsize=7.5)  # fmt: skip
    axes.set_yticks(list(places), names)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(0, whole * 1.25)  # room for what is said beside the bars
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)
    return figure


def _lost(content: Content, text: str) -> str:
    return re.sub(r"\{(.*?)\}", lambda measure: f"{mean_of(content, measure[1]):,.0f}", text)


def economies(content: Content) -> Figure:
    """Draw in which hours of the fair's day each economy asks for negotiations."""
    table = economies_by_hour(content)
    rows = table.rows[:ECONOMIES]
    counts = np.array([[float(count or 0) for count in row[1:]] for row in rows]).reshape(len(rows), 24)
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)
    figure = Figure(figsize=(WIDTH_IN, 1.0 + 0.185 * max(len(rows), 4)))
    axes = figure.subplots()
    if len(rows):
        drawn = axes.imshow(shares, cmap=WHITE_TO_BLUE, aspect="auto", vmin=0, interpolation="nearest")
        percent = FuncFormatter(lambda share, _: f"{share:.0%}")
        bar = figure.colorbar(drawn, ax=axes, location="top", shrink=0.45, aspect=34, pad=0.02, format=percent)
        bar.outline.set_visible(False)
        bar.ax.xaxis.set_major_locator(MaxNLocator(5))
        bar.set_label("share of the economy's requests in each hour", size=8)
    axes.set_yticks(range(len(rows)), [str(row[0]) for row in rows])
    axes.set_xticks(range(0, 24, 3), [f"{hour}:00" for hour in range(0, 24, 3)])
    axes.set_xlabel(f"hour of the day at the fair ({content.zone})")
    for place, total in enumerate(totals[:, 0]):
        axes.annotate(f"{total:,.0f}", (1, place), (4, 0), xycoords=("axes fraction", "data"),
                      textcoords="offset points", va="center", fontsize=7.5, color=GREY)  # fmt: skip
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


def halls(content: Content) -> Figure:
    """Draw how full the zones of the exhibition were at their fullest, and how much time was spent there."""
    table = zones(content)
    names = [str(row[0]) for row in table.rows]
    density = [float(row[4] or 0) for row in table.rows]
    spent = [float(row[5] or 0) for row in table.rows]
    figure = Figure(figsize=(WIDTH_IN, 1.0 + 0.2 * max(len(names), 3)))
    left, right = figure.subplots(1, 2, sharey=True)
    places = range(len(names), 0, -1)
    left.barh(places, density, height=0.66, color=BLUE)
    left.axvline(KEPT_DISTANCE, color=INK, linestyle="--", linewidth=0.9)
    left.annotate("4 m² each", (KEPT_DISTANCE, 1), (3, 2), xycoords=("data", "axes fraction"),
                  textcoords="offset points", fontsize=7.5, color=INK)  # fmt: skip
    left.set_xlabel("people per m² of stand space, at the fullest minute")
    left.set_yticks(list(places), names)
    right.barh(places, spent, height=0.66, color=GREEN)
    right.set_xlabel("person-hours spent")
    right.xaxis.set_major_formatter(FuncFormatter(lambda count, _: f"{count:,.0f}"))
    for axes in (left, right):
        axes.grid(axis="x")
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_major_locator(MaxNLocator(4))
    return figure


OF_PLATFORM = ("funnel", "economies")
"""Plots of what happens online alone."""
PLOTS: Mapping[str, tuple[str, Callable[[Content], Figure]]] = {
    "reported": ("Each figure that was not given, beside what was simulated, as a share of the figure", reported),
    "days": ("Bar charts of what each day of the fair came to", days),
    "hours": ("What happened in each hour of the fair: requests, lapses, visits, views, entries, projects", hours),
    "funnel": ("How many negotiations reach each stage from request to signature", funnel),
    "economies": ("Heat map of the hours of the day in which each economy asks for negotiations", economies),
    "halls": ("How full each zone of the exhibition was, and how much time was spent there", halls),
}
"""Every plot by name: what it shows, and how it is drawn."""
