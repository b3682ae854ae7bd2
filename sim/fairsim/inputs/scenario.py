"""A scenario: the question it asks, and the parameters it is played with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from fairfacts.clock import HOUR_MS, shown_ms
from fairfacts.errors import ScenarioError
from fairfacts.evidence.folder import FIGURES
from fairfacts.interchange.reading import Remark, Report
from fairfacts.interchange.timetable import Timetable
from fairfacts.parts.disruptions import AnyDisruption
from fairfacts.struct_types import prepare_types
from fairsim.inputs.checks.files import Stated, all_days, check_days, check_halls
from fairsim.inputs.checks.references import off_hours, shortened, shut_gates
from fairsim.inputs.economies import Economy, load_economies
from fairsim.inputs.fair import Fair, epoch_of
from fairsim.inputs.faults import Faults
from fairsim.inputs.figure_days import taken_at_end
from fairsim.inputs.overrides import overrides_of
from fairsim.inputs.parameter_names import values_of
from fairsim.inputs.parameters import Parameters
from fairsim.inputs.plan import Planned, at_scale, check_lanes, check_origin, check_places, read_plan
from fairsim.inputs.programme.imported import fit_programme, lay_in, read_programme
from fairsim.inputs.rows import PARAMETERS
from fairsim.inputs.scenario_files import ScenarioSettings, read_scenario
from fairsim.inputs.small_scale import LANES, Lanes, of_small, rounded_disruption, rounded_lanes, spread_economies
from fairsim.inputs.stands import note_stands
from fairsim.inputs.values import Changes, resolve, stated_value

SECTORS_FIGURE = "sectors.count"
"""The figure that the number of sectors gives to the model."""
OF_SESSIONS_LAID_OUT = ("count", "first_day", "last_day", "session_min", "length_min", "online_only", "streamed")
"""Parameters of sessions that no programme's file has."""
ZONES_FIGURE = "zones."
"""Begins the figures that the numbers of zones of each kind give to the model."""


class Scenario(msgspec.Struct, frozen=True):
    """A scenario, resolved and checked: everything that a run is played from but its seed."""

    name: str
    title: str
    question: str
    scale: float
    fair: Fair
    parameters: Parameters
    economies: tuple[Economy, ...]
    """By services trade, largest first, with the scenario's changes to their weights."""
    inputs: tuple[str, ...]
    """Figures that the parameters give to the model, less those whose parameters the user overrides."""
    calibrated: tuple[str, ...]
    """Figures that the parameters were fitted to, less those whose parameters the user overrides.

    What a shipped scenario overrides follows from its name (`fairfacts.evidence.roles.shipped_overrides`).
    """
    disruptions: tuple[Planned, ...] = ()
    """What goes wrong, or is changed, while the fair is on."""
    planned: tuple[Planned, ...] = ()
    """The same as the scenario states it, at the documented scale."""
    timetable: Timetable | None = None
    """The programme that is played instead of the documented one."""
    overrides: Mapping[str, tuple[str, str]] = {}
    """What it plays otherwise than its fair states (`fairsim.inputs.overrides`): for people, who compare two runs."""
    reports: tuple[Report, ...] = ()
    """What the readers of its files coerced, moved, assumed or left out."""
    stated_lanes: tuple[int, ...] = ()
    """The lanes of each gate at the documented scale, of which a disruption closes some."""

    @property
    def lanes(self) -> Lanes:
        """Return the lanes of each gate, as stated and as played."""
        return Lanes(self.stated_lanes, self.parameters.venue.gate_lanes)

    @property
    def epoch(self) -> datetime:
        """The moment from which the model counts: midnight of the first day, in the fair's time zone."""
        return epoch_of(self.parameters, self.fair)

    @property
    def duration_ms(self) -> int:
        """The simulated time that a run takes: the days of the fair, and those after it has closed."""
        return self.at_ms(all_days(self.parameters.fair))

    def at_ms(self, day: int, hour: float = 0.0) -> int:
        """Return the moment, in ms since the epoch, at which the fair's clocks show an hour of a day counted from 0."""
        return shown_ms(self.epoch, day, round(hour * HOUR_MS))

    def sha256(self) -> str:
        """Return a digest of everything that a run is played from but its seed."""
        played: tuple[Any, ...] = (*self.fair.played(), self.parameters, self.economies, self.scale, self.disruptions)
        if self.timetable is not None:
            played = (*played, self.timetable)
        return hashlib.sha256(msgspec.json.encode(played)).hexdigest()


def load_scenario(which: str, *, changes: Iterable[str] = (), scale: float = 1.0) -> Scenario:
    """Return the scenario of a name or of a path, with `key=value` changes, at a scale.

    Args:
        which: a shipped scenario or fair, such as `matchmaking`; `path/to/mine.toml`; or the folder of a fair.
        changes: such as `negotiations.patience_mean_min=30`; they overrule the file.
        scale: size of the fair as a share of the documented one, over 0 and up to 20.

    Raises:
        ScenarioError: names file or option, key, value, and what is allowed.
    """
    if not 0 < scale <= 20:
        raise ScenarioError(f"--scale is {scale:g}; it is a share of the documented size, over 0 and at most 20")
    faults = Faults()
    settings = read_scenario(which, changes, faults)
    fair = settings.fair
    parameters = resolve(fair.rows, fair.kinds, settings.values, scale, faults)
    stated = Stated(fair.folder, fair.rows, settings.values)
    check_days(parameters.fair, fair.time_zone, stated, faults)
    check_halls(parameters, fair.zones, stated, faults)
    economies = faults.attempt(lambda: load_economies(fair.home, settings.factors)) or ()
    timetable, reports = _timetable(settings, parameters, faults)
    planned = _plan(settings, parameters, economies, scale, timetable, faults)
    faults.refuse()
    lanes = Lanes(stated_value(LANES, fair.rows, settings.values), parameters.venue.gate_lanes)
    disruptions = tuple(msgspec.structs.replace(each, what=at_scale(each.what, scale, lanes)) for each in planned)
    if remarks := (*_remarks(settings, parameters, lanes, scale), *_rounded(planned, disruptions, scale, lanes)):
        count = sum(row.is_own for row in fair.rows.values())
        reports += (Report(f"{fair.folder}/{PARAMETERS}", "CSV", "rows", count, count, remarks),)
    if moved := tuple(_moved_figures(settings, parameters)):
        count = len(fair.figures)
        reports += (Report(f"{fair.folder}/{FIGURES}", "CSV", "rows", count, count, moved),)
    inputs, calibrated = _used_figures(settings, parameters, scale)
    return Scenario(
        name=settings.name,
        title=settings.title,
        question=settings.question,
        scale=scale,
        fair=fair,
        parameters=parameters,
        economies=economies,
        inputs=inputs,
        calibrated=calibrated,
        disruptions=disruptions,
        planned=planned,
        timetable=timetable,
        overrides=overrides_of(settings),
        reports=reports,
        stated_lanes=tuple(lanes.stated),
    )


def _rounded(planned: Iterable[Planned], played: Iterable[Planned], scale: float, lanes: Lanes) -> Iterator[Remark]:
    """Yield the disruptions of which a small run plays clearly more or less than they say."""
    for before, after in zip(planned, played, strict=True):
        if rounded := rounded_disruption(before.what, after.what, scale, lanes):
            yield Remark("", "coerced", "disruptions", rounded)


def _remarks(settings: ScenarioSettings, parameters: Parameters, lanes: Lanes, scale: float) -> Iterator[Remark]:
    """Yield what the fair's own numbers state, and cannot be played as stated."""
    yield from shortened(parameters, settings.fair.rows, settings.values)
    if shut := shut_gates(parameters, settings.fair.gates):
        yield Remark("", "left out", "gates", shut)
    if early_or_late := off_hours(parameters.venue):
        yield Remark("", "assumed", "hours", early_or_late)
    if parameters.venue.days and (rounded := rounded_lanes(lanes.stated, lanes.played, scale)):
        yield Remark("", "coerced", "lanes", rounded)
    if spread := spread_economies(parameters.organisations, settings.fair.kinds.organisations, scale):
        yield Remark("", "coerced", "economies", spread)
    rows, values = settings.fair.rows, settings.values
    of_scale = {name: stated_value(name, rows, values) for name, row in rows.items() if row.scales}
    for about, message in of_small(of_scale, scale):
        yield Remark("", "assumed" if about == "peaks" else "coerced", about, message)
    yield from _unused(settings)
    yield from note_stands(parameters, settings.fair.kinds, settings.fair.zones, scale)


def _moved_figures(settings: ScenarioSettings, parameters: Parameters) -> Iterator[Remark]:
    """Yield the figures that are taken at another moment than a reader may think, of the fair on its own days."""
    if not {"fair.opens_on", "fair.days"} & settings.values.keys():
        yield from taken_at_end(settings.fair.figures, parameters.fair.opens_on, parameters.fair.days)


def _unused(settings: ScenarioSettings) -> Iterator[Remark]:
    """Yield what is stated of sessions that are laid out, where a programme's file has the sessions that are played."""
    if settings.timetable is None:
        return
    rows, values = settings.fair.rows, settings.values
    own = {name for name, row in rows.items() if row.is_own} if settings.fair.programme else set()
    for name in sorted({*own, *values}):
        part, *_, field = name.split(".")
        if part == "programme" and field in OF_SESSIONS_LAID_OUT:
            place = values[name][1] if name in values else rows[name].file.rpartition(": ")[2]
            yield Remark(
                place, "left out", "programme", f"{name} is not used: sessions are those of the programme's file"
            )


def _used_figures(
    settings: ScenarioSettings, parameters: Parameters, scale: float
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the figures whose own values are played, and those that were fitted to; but for a shipped scenario's.

    An own value is that of the shipped scenario of this name, or of the shipped parameters where there is none. An
    imported programme overrides all parameters of the documented one. What a file was fitted to it stays fitted to,
    whatever is changed on top: that such a figure is met never speaks for the model.
    """
    rows, kinds = settings.fair.rows, settings.fair.kinds
    played = dict(values_of(parameters))
    usual = _shipped(settings.name, scale) if settings.is_shipped else _own(settings.fair, {}, scale)
    overridden = {
        figure
        for name, row in rows.items()
        if played[name] != usual[name] or (settings.timetable is not None and name.startswith("programme."))
        for figure in row.figures
    }
    fitted = {figure for row in rows.values() if row.kind == "calibrated" for figure in row.figures}
    laid_out = {SECTORS_FIGURE, *(f"{ZONES_FIGURE}{kind.key}" for kind in kinds.zones)}
    given = {figure for row in rows.values() for figure in row.figures} | laid_out
    return (
        tuple(sorted(given - fitted - overridden - settings.fitted_to)),
        tuple(sorted((fitted - overridden) | settings.fitted_to)),
    )


@lru_cache(maxsize=32)  # experiments read one scenario thousands of times, with other changes
def _shipped(name: str, scale: float) -> Mapping[str, Any]:
    """Return what a shipped scenario plays by the parameter's name."""
    settings = read_scenario(name)
    return _own(settings.fair, settings.values, scale)


def _own(fair: Fair, changes: Changes, scale: float) -> Mapping[str, Any]:
    """Return what is played with changes that have no fault, by the parameter's name."""
    return dict(values_of(resolve(fair.rows, fair.kinds, changes, scale, Faults())))


def _timetable(
    settings: ScenarioSettings, parameters: Parameters, faults: Faults
) -> tuple[Timetable | None, tuple[Report, ...]]:
    """Return the programme that a scenario imports, which fits into the fair, and the report of its reader."""
    if settings.timetable is None:
        for name, (_, place) in settings.reading.items():
            faults.add(place, f"{name} is about a timetable, and the scenario names none; leave it out")
        return None, ()
    source, reading = settings.timetable, settings.reading
    read = faults.attempt(lambda: read_programme(source, reading))
    if read is None or faults.doubts(["fair.*"]):
        return None, ()
    report = faults.attempt(lambda: fit_programme(read, parameters, settings.fair))
    return (read.timetable, (report,)) if report else (None, ())


def _plan(
    settings: ScenarioSettings,
    parameters: Parameters,
    economies: tuple[Economy, ...],
    scale: float,
    timetable: Timetable | None,
    faults: Faults,
) -> tuple[Planned, ...]:
    """Return the disruptions that a scenario plans, at the documented scale, each possible in its fair."""
    if settings.disruptions is None or faults.doubts(["fair.*"]):
        return ()
    entries, said_in = settings.disruptions
    if not isinstance(entries, list):
        faults.add(said_in, "disruptions is no list; write a table [[disruptions]] for each")
        return ()
    epoch, days = epoch_of(parameters, settings.fair), all_days(parameters.fair)
    can_place = not faults.doubts(["programme.*", "venue.gate_lanes"]) and (timetable or settings.timetable is None)
    sessions, rooms = _programme(parameters, settings.fair, timetable) if can_place else (0, [])
    plan = []
    for entry in entries:
        planned = faults.attempt(lambda entry=entry: read_plan(entry, said_in, epoch, days, scale))  # type: ignore[misc]  # mypy infers no lambda with a default
        if planned is None:
            continue
        plan.append(planned)
        try:
            if can_place:
                check_places(planned.what, sessions, rooms, parameters.venue.gate_lanes)
                check_lanes(planned.what, stated_value(LANES, settings.fair.rows, settings.values))
            if economies:
                check_origin(planned.what, {economy.code for economy in economies})
        except ScenarioError as fault:
            faults.add(said_in, f"disruptions.{fault}")
    return tuple(plan)


def _programme(parameters: Parameters, fair: Fair, timetable: Timetable | None) -> tuple[int, list[int]]:
    """Return how many sessions are played, and the seats of the rooms."""
    if timetable is None:
        return sum(kind.count for kind in parameters.programme.kinds), list(parameters.programme.room_seats)
    laid = lay_in(timetable, parameters, fair)
    return len(laid.sessions), [0] * len(laid.rooms)


def check_disruption(scenario: Scenario, what: AnyDisruption) -> None:
    """Refuse a disruption of what a scenario's fair does not have.

    Raises:
        ScenarioError: names it, and which there are.
    """
    sessions, rooms = _programme(scenario.parameters, scenario.fair, scenario.timetable)
    check_places(what, sessions, rooms, scenario.parameters.venue.gate_lanes)
    check_lanes(what, scenario.stated_lanes)
    check_origin(what, {economy.code for economy in scenario.economies})


prepare_types()  # threads of a Dask worker read scenarios, and import this first
