"""Comparison: what was simulated beside what was reported, each row with its role and a verdict.

The role (`fairfacts.evidence.roles`) says what agreement is worth. An `input` figure agrees because it was given, and a
`calibrated` one because parameters were fitted to it. Only a `held out` one speaks for the model. A `changed` one shows
what a value other than the figure's does. An `emergent` measure was not reported at all.

A figure is a range: all numbers that would be printed like it, half a last place up and down. Replications give the
range in which the next fair falls with 95 % probability. A figure outside this range differs, and one inside it agrees.
If the range is so wide that it holds twice or half the figure (`MOST_FACTOR`), the verdict is open.

One run is one fair among many. It agrees if it falls into the figure's range. It differs if chance cannot explain the
distance, and leaves the question open otherwise. What chance can do, the fair's `chance.csv` says; where it says
nothing, `MOST_FACTOR` and `MOST_DISPERSION` do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from fairfacts.errors import FigureError, MomentError
from fairfacts.evidence.chance import at_least, load_chance
from fairfacts.evidence.emergent import EMERGENT, unit_of
from fairfacts.evidence.figures import PLUS, Figure
from fairfacts.evidence.moments import is_met, moment_ms, read_at
from fairfacts.evidence.roles import (
    NONE,
    Role,
    is_by_model,
    left_out,
    plays_its_value,
    plays_other_parameters,
    role_of,
)
from fairfacts.evidence.stated import Overrides
from fairfacts.evidence.verdicts import MOST_FACTOR, STEADY_UNITS, Ends, Verdict, meets, verdict_of, z_of
from fairfacts.measures import State, is_of_nothing, measure_at, value_at, within
from fairfacts.parts.runs import RunMeasures

DISRUPTED = "disruptions.begun"
"""Figures report a fair that nothing disrupted. From the first disruption on, the run plays another fair than
theirs."""
PLANNED = "a plan, and no outcome: nothing can agree or differ with it"
"""The caveat of a planned figure that says nothing else."""
STILL_TO_COME = 0.01
"""A measure that lacks no more than this share of what it comes to is known where its end is."""
OF_FEW = ("share", "economies", "sectors")
"""Units of measures that do not shrink with the fair, and yet differ in a small one: few people are whole people."""


class Simulated(msgspec.Struct, frozen=True):
    """What a measure came to: in one run, or as the mean of independent replications."""

    value: float | str
    low: float | None = None
    high: float | None = None
    """Where the value of one more replication lies with 95 % probability; None of one run, or where nobody knows."""

    @property
    def ends(self) -> Ends:
        """Return both ends of where one more replication lies."""
        return None if self.low is None or self.high is None else (self.low, self.high)


@dataclass(frozen=True)
class Row:
    """One figure beside its measure."""

    figure: str
    """Of an emergent row, the measure."""
    op: str
    unit: str
    reported: float | str | None
    """The figure, times the scale of the run where it counts what scales; None of an emergent row."""
    simulated: float | str
    ratio: float | None
    """simulated / reported; None for moments."""
    role: Role
    measure: str
    at_ms: int | None = None
    """The moment that the figure speaks of, in ms since the run's epoch; None: its end."""
    rounding: float = 0.0
    """By how much the exact number may differ from the one that was printed, in `unit`."""
    low: float | None = None
    high: float | None = None
    """Where one more fair falls with 95 % probability; None of one run."""
    z: float | None = None
    """How far the simulated number is off the reported range, rounding included: 1.96 is the distance to that end of
    `low` and `high`. Beyond it the figure differs; 0 if it is met. Of many replications it is in standard deviations of
    one fair; of few the interval is wider, and z smaller."""
    verdict: Verdict | None = None
    """`given` if it was input, else whether figure and model agree; `open` if the runs cannot tell; None of an emergent
    row."""
    as_reported: float | str | None = None
    """The figure as it was reported, whatever the scale of the run; None of an emergent row."""
    as_reported_rounding: float = 0.0
    """By how much the exact number may differ from the one that was printed, whatever the scale of the run."""
    source: str = ""
    """The document that reports the figure and its paragraph, such as `closing 5`; empty of an emergent row."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Of the figure, for people, by language."""
    caveat: str = ""
    """What weakens the evidence of a held-out figure."""
    is_plan: bool = False
    """Whether the figure is a plan, which was not given to the model: nothing can agree or differ, and it is `open`."""


def moments(figures: Iterable[Figure], run: RunMeasures) -> list[int]:
    """Return the moments during a run that figures which concern it speak of, in ms since the epoch, ascending.

    Raises:
        FigureError: one lies outside the fair.
    """
    known = list(figures)
    without = {entry.figure for entry in left_out(known, run)}
    times = (moment_ms(figure, run) for figure in known if figure.measure and figure.id not in without)
    return sorted({at_ms for at_ms in times if at_ms is not None})


def compare(
    state: State,
    figures: Mapping[str, Figure],
    earlier: Mapping[int, dict[str, Any]] | None = None,
    overrides: Overrides = NONE,
) -> list[Row]:
    """Return a row for each figure that a measure speaks of and that concerns the run, in the order of the figures.

    Args:
        state: the measures of the run so far.
        figures: documented ones and a user's own.
        earlier: the run's snapshots at the `moments` that figures speak of; documented ones of others are left out.
        overrides: what the run plays otherwise than its fair states.

    Raises:
        FigureError: a figure speaks of a moment outside the fair, or is one that its clocks never show.
    """
    run = state.parts.run
    snapshots, final = earlier or {}, state.snapshot()

    def simulated(measure: str, at_ms: int | None) -> Simulated:
        return Simulated(value_at(final if at_ms is None else snapshots[at_ms], measure))

    decided = run.phase in ("closed", "ended")
    return rows(figures.values(), run, simulated, at_hand=snapshots, decided=decided, overrides=overrides)


def rows(
    figures: Iterable[Figure],
    run: RunMeasures,
    simulated: Callable[[str, int | None], Simulated],
    *,
    at_hand: Collection[int] | None = None,
    decided: bool = True,
    overrides: Overrides = NONE,
) -> list[Row]:
    """Return a row for each figure that a measure speaks of and that concerns the run (`roles.left_out`).

    Args:
        figures: in the order of the rows.
        run: what any of the runs says of itself.
        simulated: gives a measure by its path and moment, in ms since the epoch; None is the end.
        at_hand: the moments that `simulated` knows beside the end; None: it knows all.
        decided: whether the fair is over, so that figures and model can differ.
        overrides: what the run plays otherwise than its fair states.
    """
    known, compared, end_ms = list(figures), [], read_at("", run)
    known_at = {None, *(at_hand or ())}
    is_what_if = plays_other_parameters(run, overrides)
    without = {entry.figure for entry in left_out(known, run, at_hand)}
    for figure in known:
        if figure.measure and figure.id not in without:
            at_ms = moment_ms(figure, run)
            row = _row(figure, simulated(figure.measure, at_ms), run, decided=decided)
            role = role_of(figure, at_ms, run, overrides)
            may_be_known = role == "held out" and row.verdict == "agrees" and (at_hand is None or end_ms in known_at)
            if may_be_known and _is_as_in_the_end(row, simulated(figure.measure, end_ms)):
                role = role_of(figure, end_ms, run, overrides)
            row = replace(row, at_ms=at_ms, role=role)
            if row.role == "input" or _is_bound(row, simulated):
                is_given = not decided or _is_played(row, figure, run)
                row = replace(row, role="input" if is_given else "changed", verdict="given" if is_given else "differs")
            elif row.role in ("calibrated", "held out"):
                is_other = (is_what_if and not figure.is_own) or _is_more(simulated(DISRUPTED, at_ms), 0)
                row = replace(row, role="changed" if is_other else row.role)
            if row.role in ("held out", "recorded") and figure.status == "plan":
                row = replace(row, verdict="open", caveat=row.caveat or PLANNED, is_plan=True)
            if row.role != "input" and _unless_of_nothing(figure.measure, simulated, at_ms).value == "":
                row = replace(row, simulated="", ratio=None, z=None, verdict="open")
            compared.append(row)
    return compared


def _is_as_in_the_end(row: Row, end: Simulated) -> bool:
    """Return whether a measure had at a moment what it came to: what is known of its end is then known of this."""
    if isinstance(row.simulated, str) or isinstance(end.value, str):
        return row.simulated == end.value
    return abs(row.simulated - end.value) <= STILL_TO_COME * abs(end.value)


def _is_bound(row: Row, simulated: Callable[[str, int | None], Simulated]) -> bool:
    """Return whether a row meets its bound by construction, as the limit that was played lies within it."""
    most = measure_at(row.measure).most if PLUS not in row.measure else ""
    if row.role != "held out" or row.op != "<" or not most or not isinstance(row.reported, int | float):
        return False
    played = simulated(most, row.at_ms)
    return _is_more(played, 0) and not _is_more(played, row.reported + row.rounding)


def _is_more(played: Simulated, than: float) -> bool:
    return isinstance(played.value, int | float) and played.value > than


def _is_played(row: Row, figure: Figure, run: RunMeasures) -> bool:
    """Return whether a given value was played: the reported one, or what chance makes of its parameters."""
    if _is_as_reported(row, figure, run):
        return True
    is_rounded = run.scale != 1 and row.unit in OF_FEW
    is_near = row.unit not in STEADY_UNITS and row.verdict != "differs"
    return plays_its_value(figure, run) and (is_rounded or is_near)


def _is_as_reported(row: Row, figure: Figure, run: RunMeasures) -> bool:
    """Return whether a row's value is the reported one; in a fair of another size, counts of people are rounded."""
    if isinstance(row.simulated, str) or isinstance(row.reported, str) or row.reported is None:
        return _is_moment_met(figure, row.simulated, run)
    if run.scale != 1 and figure.scales:
        whole = max(row.rounding, 1.0)
        return meets(row.op, row.simulated - whole, row.simulated + whole, row.reported, 0.0)
    low, high = sorted((abs(row.simulated), abs(row.reported)))
    is_near = row.op in ("<", ">") or high == low or high < MOST_FACTOR * low  # 50 is not what `100` says
    return is_near and meets(row.op, row.simulated, row.simulated, row.reported, row.rounding)


def emergent(simulated: Callable[[str, int | None], Simulated]) -> list[Row]:
    """Return a row for each measure of `EMERGENT`: nobody reported it, and people ask for it.

    The value of a mean, a quantile or a share of nothing is `""`.
    """
    return [
        Row(path, "", unit_of(path), None, outcome.value, None, "emergent", path, low=low, high=high)
        for path, outcome in ((path, _unless_of_nothing(path, simulated, None)) for path in EMERGENT)
        for low, high in (_shown(path, outcome.ends),)
    ]


def _unless_of_nothing(path: str, simulated: Callable[[str, int | None], Simulated], at_ms: int | None) -> Simulated:
    is_nothing = PLUS not in path and is_of_nothing(path, lambda term: simulated(term, at_ms).value)
    return Simulated("") if is_nothing else simulated(path, at_ms)


def _shown(measure: str, ends: Ends) -> tuple[float | None, float | None]:
    """Return the ends of an interval for display, cut to what the measure can be; verdicts use the whole interval."""
    return within(measure, *ends) if ends else (None, None)


def _row(figure: Figure, simulated: Simulated, run: RunMeasures, *, decided: bool) -> Row:
    value, reported, rounding = simulated.value, figure.value, figure.rounding
    if isinstance(reported, str) or isinstance(value, str):
        verdict: Verdict = "agrees" if _is_moment_met(figure, value, run) else "differs"
        ratio = z = None
    else:
        if figure.scales:
            reported, rounding = round(reported * run.scale, 6), rounding * run.scale
            if not reported.is_integer():  # nothing that is counted can come to 37.4
                rounding = max(rounding, 0.5)
        sd = _sd_of_two(figure, value, reported, run)
        verdict = verdict_of(figure.op, figure.unit, value, simulated.ends, reported, rounding, sd=sd)
        ratio = round(value / reported, 4) if reported else None
        z = z_of(figure.op, value, simulated.ends, reported, rounding)
    low, high = _shown(figure.measure, simulated.ends)
    return Row(
        figure=figure.id,
        op=figure.op,
        unit=figure.unit,
        reported=reported,
        simulated=value,
        ratio=ratio,
        role="held out",
        measure=figure.measure,
        rounding=rounding,
        low=low,
        high=high,
        z=z,
        verdict=verdict if decided else "open",
        as_reported=figure.value,
        as_reported_rounding=figure.rounding,
        source=f"{figure.source} {figure.paragraph}" if figure.paragraph else figure.source,
        names=figure.names,
        caveat=figure.caveat,
    )


def _sd_of_two(figure: Figure, value: float, reported: float, run: RunMeasures) -> float | None:
    """Return the standard deviation of the difference of two fairs, with the value played and with the one reported.

    None where nobody knows what chance does; 0 of a log that no model played, as nothing was drawn for it.
    """
    if not is_by_model(run):
        return 0.0
    known = load_chance(run.fair.key, figure.at).get(figure.measure)
    if known is None:
        return None
    both = (at_least(figure.measure, each) for each in (value, reported))
    return math.sqrt(sum(known.variance(each, run.scale) for each in both))


def _is_moment_met(figure: Figure, value: float | str, run: RunMeasures) -> bool:
    """Return whether a moment is the reported one. 0 stands for what never came, such as sessions of a kind.

    Raises:
        FigureError: the fair's clocks never show the reported moment.
    """
    try:
        return is_met(figure.op, value if isinstance(value, str) else "", str(figure.value), run.began)
    except MomentError as fault:
        raise FigureError(f"figure {figure.id}: value: {fault}") from fault
