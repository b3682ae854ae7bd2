"""Comparison: what was simulated beside what was reported, each row with its role and a verdict.

The role says what agreement is worth: a figure that was `input` to the model agrees because it was given, a
`calibrated` one because parameters were fitted to it; only a `held out` one speaks for the model. What is `emergent`
was not reported at all.

A figure is a range: what would be printed as it is, half a last place up and down. One run is one fair among many, so
it can only fall into that range or leave the question open. Replications give the range in which the next fair falls
with 95 % probability, and a figure outside of it differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from fairfacts.errors import FigureError
from fairfacts.figures import Figure
from fairfacts.measures import MEASURES, State, value_at
from fairfacts.runs import RunMeasures

Role = Literal["input", "calibrated", "held out", "emergent"]
Verdict = Literal["given", "agrees", "differs", "open"]
ROLES: Mapping[Role, str] = {
    "held out": "never used: this speaks for the model",
    "calibrated": "parameters were fitted to it: it agrees by construction",
    "input": "given to the model: no agreement",
    "emergent": "not reported: what the model says beyond the documents",
}
"""What agreement is worth, the most first."""
THIN = 5
"""Fewer held-out figures than this are called thin evidence."""


class Counterpart(msgspec.Struct, frozen=True):
    """The measure that a figure is held against."""

    measure: str
    scales: bool = False
    """Whether the figure counts people or what they do, so that it shrinks with the scale of the run."""


COUNTERPARTS: Mapping[str, Counterpart] = {
    "fair.opens": Counterpart("run.opened_on"),
    "fair.closes": Counterpart("run.closed_on"),
    "summit.starts": Counterpart("programme.summit_starts"),
    "sessions.summit_forum": Counterpart("programme.held_by_kind.summit_forum"),
    "sessions.industry_forum": Counterpart("programme.held_by_kind.industry_forum"),
    "sessions.industry_promotion": Counterpart("programme.held_by_kind.industry_promotion"),
    "sessions.industry_forum_as_reported": Counterpart("programme.industry_forums_as_reported"),
    "sessions.foreign_day": Counterpart("programme.held_by_kind.foreign_day"),
    "sessions.provincial": Counterpart("programme.held_by_kind.provincial"),
    "sessions.evening": Counterpart("programme.held_by_kind.evening"),
    "sessions.total": Counterpart("programme.counted_held"),
    "sessions.online_only": Counterpart("programme.online_only_held"),
    "sessions.streamed": Counterpart("streams.ended"),
    "platform.open_days": Counterpart("platform.open_days"),
    "routes.count": Counterpart("routes.offered"),
    "sectors.count": Counterpart("organisations.sectors"),
    "zones.comprehensive": Counterpart("venue.zones.comprehensive"),
    "zones.special": Counterpart("venue.zones.special"),
    "zone.comprehensive.exhibitors": Counterpart("venue.comprehensive_exhibitors", scales=True),
    "zone.comprehensive.international_share": Counterpart("venue.comprehensive_international_share"),
    "organisations.at_opening": Counterpart("organisations.registered_at_opening", scales=True),
    "organisations.at_closing": Counterpart("organisations.registered", scales=True),
    "organisations.international": Counterpart("organisations.by_kind.international_organisation", scales=True),
    "organisations.embassies": Counterpart("organisations.by_kind.embassy", scales=True),
    "organisations.overseas_chambers": Counterpart("organisations.by_kind.overseas_chamber", scales=True),
    "organisations.fortune_500": Counterpart("organisations.by_kind.fortune_500", scales=True),
    "economies.participating": Counterpart("organisations.economies"),
    "economies.top_traders": Counterpart("organisations.top_traders"),
    "people.registered_at_opening": Counterpart("organisations.delegates_at_opening", scales=True),
    "results.prearranged_at_opening": Counterpart("results.announced_by_occasion.opening", scales=True),
    "results.organisations_releasing": Counterpart("results.organisations_releasing", scales=True),
    "results.reports": Counterpart("results.reports", scales=True),
    "projects.published_online": Counterpart("projects.published", scales=True),
    "negotiations.initiated": Counterpart("negotiations.initiated", scales=True),
    "negotiations.initiated_overseas": Counterpart("negotiations.initiated_overseas", scales=True),
    "negotiations.overseas_share": Counterpart("negotiations.overseas_share"),
    "henan.results": Counterpart("results.announced_by_occasion.henan", scales=True),
    "henan.results_value": Counterpart("results.announced_value_usd.henan", scales=True),
    "henan.signed_on_site": Counterpart("results.signed_on_site_by_occasion.henan", scales=True),
    "tourism.signed_value": Counterpart("results.signed_value_cny.tourism", scales=True),
    "teda.agreements": Counterpart("results.signed_by_occasion.teda", scales=True),
}
"""Every documented figure that a measure speaks of."""

CAVEATS: Mapping[str, str] = {
    "economies.top_traders": "the economies that take part are drawn by their trade in services, so that large traders"
    " are rarely missed: little could have spoken against the model here",
}
"""What weakens the evidence of a held-out figure."""

EMERGENT = (
    "visits.started",
    "visits.online_peak",
    "negotiations.taken_up",
    "negotiations.lapsed",
    "negotiations.lapse_share",
    "negotiations.waited_mean_s",
    "negotiations.held",
    "negotiations.intents",
    "agreements.signed",
    "agreements.value_usd",
    "results.signed",
    "programme.attended",
    "programme.turned_away",
    "platform.requests_peak_per_s",
    "platform.rooms_in_use_peak",
    "streams.views",
    "streams.viewers_peak",
    "venue.visitors",
    "venue.entered",
    "venue.inside_peak",
    "venue.refused",
    "venue.waited_p90_s",
    "routes.taken",
)
"""Measures that no document speaks of and that organisers and auditors ask for."""


class Simulated(msgspec.Struct, frozen=True):
    """What a measure came to: in one run, or as the mean of independent replications."""

    value: float | str
    low: float | None = None
    high: float | None = None
    """Where the value of one more replication lies with 95 % probability; None of one run."""
    sd: float | None = None
    """Standard deviation by which one more replication differs from `value`; None of one run."""


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
    rounding: float = 0.0
    """By how much the exact number may differ from the one that was printed, in `unit`."""
    low: float | None = None
    high: float | None = None
    """Where one more fair falls with 95 % probability; None of one run."""
    z: float | None = None
    """(simulated - reported) in standard deviations of one fair and of the rounding; 0 where a bound is met."""
    verdict: Verdict | None = None
    """`given` where it was input, else whether figure and model agree; `open` where what was played cannot tell; None
    of an emergent row."""


def compare(state: State, figures: Mapping[str, Figure], earlier: Mapping[int, State] | None = None) -> list[Row]:
    """Return a row for each figure that a measure speaks of, in the order of the figures.

    Args:
        state: the measures of a run as it stands.
        figures: documented ones and a user's own.
        earlier: the run's measures at the `moments` that the user's own figures speak of.

    Raises:
        FigureError: a figure speaks of a moment outside the fair.
    """
    run = state.parts.run
    snapshots = {at_ms: at.snapshot() for at_ms, at in (earlier or {}).items()}
    final = state.snapshot()

    def simulated(measure: str, at_ms: int | None) -> Simulated:
        return Simulated(value_at(final if at_ms is None else snapshots[at_ms], measure))

    return rows(figures.values(), run, simulated, decided=run.phase in ("closed", "ended"))


def rows(
    figures: Iterable[Figure],
    run: RunMeasures,
    simulated: Callable[[str, int | None], Simulated],
    *,
    decided: bool = True,
) -> list[Row]:
    """Return a row for each figure that a measure speaks of.

    Args:
        figures: in the order of the rows.
        run: what any of the runs says of itself.
        simulated: gives a measure by its path and moment, in ms since the epoch; None is the end.
        decided: whether the fair is over, so that figures and model can differ.
    """
    found = []
    for figure in figures:
        if counterpart := counterpart_of(figure):
            at_ms = moment_ms(figure, run)
            value = simulated(counterpart.measure, at_ms)
            found.append(_row(figure, counterpart, value, run.scale, _role(figure, at_ms, run), decided=decided))
    return found


def emergent(simulated: Callable[[str, int | None], Simulated]) -> list[Row]:
    """Return a row for each measure that nobody reported and that is asked for all the same."""
    return [
        Row(path, "", unit_of(path), None, one.value, None, "emergent", path, low=one.low, high=one.high)
        for path, one in ((path, simulated(path, None)) for path in EMERGENT)
    ]


@dataclass(frozen=True)
class Evidence:
    """What the held-out rows say; inputs and fitted figures never count as agreement."""

    held_out: int
    agree: int
    differ: int
    left_open: int
    is_thin: bool
    """Whether there are too few of them to say much."""


def evidence(compared: Iterable[Row]) -> Evidence:
    """Return what the held-out rows say."""
    held_out = [row.verdict for row in compared if row.role == "held out"]
    agree, differ, left_open = (held_out.count(verdict) for verdict in ("agrees", "differs", "open"))
    return Evidence(len(held_out), agree, differ, left_open, len(held_out) < THIN)


def headline(compared: Iterable[Row]) -> str:
    """Return in a sentence or two what the held-out rows say."""
    found = evidence(compared)
    if not found.held_out:
        return (
            "No figure was held out from the model, so nothing here speaks for it: what was given or fitted agrees by"
            " construction."
        )
    agree, differ = found.agree, found.differ
    told = (
        f"{found.held_out} held-out figure{'' if found.held_out == 1 else 's'}:"
        f" {agree} agree{'s' if agree == 1 else ''}, {differ} differ{'s' if differ == 1 else ''},"
        f" {found.left_open} left open by what was played."
    )
    if found.is_thin:
        told += " That is thin evidence: everything else was given to the model or fitted to."
    return told


def moments(figures: Iterable[Figure], run: RunMeasures) -> list[int]:
    """Return the moments during the fair that figures speak of, in ms since the epoch, ascending.

    Raises:
        FigureError: one lies outside the fair.
    """
    return sorted({at_ms for figure in figures if (at_ms := moment_ms(figure, run)) is not None})


def moment_ms(figure: Figure, run: RunMeasures) -> int | None:
    """Return the moment that a user's own figure speaks of, in ms since the epoch; None for the end.

    A day means its end, and a moment without offset is on the fair's clock.

    Raises:
        FigureError: it lies outside the fair.
    """
    if not (figure.measure and figure.as_of):
        return None
    epoch = datetime.fromisoformat(run.epoch)
    moment = datetime.fromisoformat(figure.as_of)
    if len(figure.as_of) <= len("2020-09-05"):
        moment += timedelta(days=1)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=epoch.tzinfo)
    at_ms = round((moment - epoch) / timedelta(milliseconds=1))
    if not 0 < at_ms <= run.duration_ms:
        end = epoch + timedelta(milliseconds=run.duration_ms)
        raise FigureError(
            f"figure {figure.id}: as_of is {figure.as_of}, outside the fair;"
            f" this run goes from {epoch:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M}"
        )
    return at_ms if at_ms < run.duration_ms else None


def counterpart_of(figure: Figure) -> Counterpart | None:
    """Return the measure that a figure is held against; None where no measure speaks of it."""
    return Counterpart(figure.measure, figure.scales) if figure.measure else COUNTERPARTS.get(figure.id)


def role_of(figure: str, inputs: tuple[str, ...], calibrated: tuple[str, ...]) -> Role:
    """Return what a run says that the figure was to its model."""
    if figure in inputs:
        return "input"
    return "calibrated" if figure in calibrated else "held out"


def unit_of(measure: str) -> str:
    """Return the unit of a measure, or of a breakdown's key."""
    return MEASURES[".".join(measure.split(".")[:2])].partition(" · ")[0]


def _role(figure: Figure, at_ms: int | None, run: RunMeasures) -> Role:
    """Return a figure's role; a user's own is held out, unless the model knew the same number by another name."""
    names = [figure.id]
    if figure.measure and at_ms is None:
        names += [name for name, known in COUNTERPARTS.items() if known.measure == figure.measure]
    roles = {role_of(name, run.inputs, run.calibrated) for name in names}
    return next(role for role in ("input", "calibrated", "held out") if role in roles)


def _row(
    figure: Figure, counterpart: Counterpart, simulated: Simulated, scale: float, role: Role, *, decided: bool
) -> Row:
    value, reported, rounding = simulated.value, figure.value, figure.rounding
    if isinstance(reported, str) or isinstance(value, str):
        verdict: Verdict = "agrees" if str(value) == reported else "differs"
        ratio = z = None
    else:
        if counterpart.scales:
            reported, rounding = round(reported * scale, 6), rounding * scale
            if not reported.is_integer():  # nothing that is counted can come to 37.4
                rounding = max(rounding, 0.5)
        verdict = _verdict(figure.op, simulated, value, reported, rounding)
        ratio = round(value / reported, 4) if reported else None
        z = _z(figure.op, value, reported, rounding, simulated.sd)
    return Row(
        figure=figure.id,
        op=figure.op,
        unit=figure.unit,
        reported=reported,
        simulated=value,
        ratio=ratio,
        role=role,
        measure=counterpart.measure,
        rounding=rounding,
        low=simulated.low,
        high=simulated.high,
        z=z,
        verdict="given" if role == "input" else verdict if decided else "open",
    )


def _verdict(op: str, simulated: Simulated, value: float, reported: float, rounding: float) -> Verdict:
    """Return what a value and the range of one more fair say; of one run there is no range."""
    met = _meets(op, value, value, reported, rounding)
    if simulated.low is None or simulated.high is None:
        return "agrees" if met else "open"
    possible = _meets(op, simulated.low, simulated.high, reported, rounding)
    if op in ("<", ">") and possible and not met:
        return "open"
    return "agrees" if possible else "differs"


def _meets(op: str, low: float, high: float, reported: float, rounding: float) -> bool:
    """Return whether anything from low to high is what was reported; a bound has one side."""
    if op == ">":
        return high > reported
    if op == "<":
        return low < reported
    slack = 1e-9 * max(1.0, abs(reported))  # what a decimal fraction loses in binary
    return low <= reported + rounding + slack and high >= reported - rounding - slack


def _z(op: str, value: float, reported: float, rounding: float, sd: float | None) -> float | None:
    """Return by how many standard deviations the two differ; a rounding is spread evenly, with variance r^2 / 3."""
    if sd is None:
        return None
    difference = value - reported
    if (op == ">" and difference > 0) or (op == "<" and difference < 0) or difference == 0:
        return 0.0
    spread = (sd**2 + rounding**2 / 3) ** 0.5
    return round(difference / spread, 2) if spread else None
