"""What each reported figure was to the model of a run (given, fitted to, not used), and which do not concern the run.

A role follows from what was played. A figure is `input` only if the run played the figure's own value. It is
`calibrated` only if the run played the value that was fitted to it. It is `changed` if the scenario overrides its
parameter, or if it is not what the fair states: a what-if is no test of the model.

The first event of a log lists the figures that the model was given or fitted to. Those that the user's own scenario or
`--set` overrides are not among them. What a *shipped* scenario overrides follows from its file, which
`shipped_overrides` reads: so logs of shipped scenarios stay as they are.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources.abc import Traversable
from typing import Literal

from fairfacts.clock import date_text
from fairfacts.errors import FigureError
from fairfacts.evidence.figures import PLUS, Figure
from fairfacts.evidence.moments import moment_ms, read_at
from fairfacts.evidence.stated import PARAMETERS, Overrides, is_fixed, parameter_rows
from fairfacts.measures import is_given
from fairfacts.parts.runs import RunMeasures
from fairfacts.resources import data, files_state, is_shipped

Role = Literal["input", "calibrated", "held out", "changed", "recorded", "emergent"]
ROLES: Mapping[Role, str] = {
    "held out": "not used by what was played: this speaks for the model",
    "changed": "other parameters were played, or a disruption came before: this tells what that changes",
    "calibrated": "parameters were fitted to it: closeness is no evidence",
    "input": "given to the model: no evidence",
    "recorded": "no model played this: what the log of another system recorded, beside what was reported",
    "emergent": "not reported: what was played says beyond the documents",
}
"""What agreement is worth, the most first."""
PROGRAMME = "sessions."
"""The names of the documented programme's figures begin so."""
OF_PROGRAMME = ("programme.", "streams.")
"""The names of measures that a programme decides begin so."""
NONE: Overrides = {}
ECONOMIES = "economies"
"""Unit of a number that is smaller in a small fair, and not in proportion to its scale."""


REASONS: Mapping[str, str] = {
    "scale": "how many economies take part does not go by the scale, so that they are compared at full scale alone",
    "own_programme": "the run plays a programme of its own, and not the documented one",
    "other_fair": (
        "the documents speak of the fair from {opens} to {closes}, and the run plays one from {first} to {last}"
    ),
    "outside": "{at} lies outside of what is played",
    "no_measures": "no measures of {at} are at hand",
    "no_close": "no measures of the close of the fair are at hand",
}
"""Why a figure is left out, by a key for those who say it in another language."""


@dataclass(frozen=True)
class LeftOut:
    """A figure that is not compared, since it does not concern what was played."""

    figure: str
    reason: str
    why: str
    """The key of the reason."""
    places: Mapping[str, str]
    """What fills the reason: days, or a moment."""


@dataclass(frozen=True)
class _Why:
    """A reason, whichever figures it concerns."""

    key: str
    places: Mapping[str, str] = field(default_factory=dict)

    def of(self, figure: Figure) -> LeftOut:
        return LeftOut(figure.id, REASONS[self.key].format(**self.places), self.key, self.places)


def role_of(figure: Figure, at_ms: int | None, run: RunMeasures, overrides: Overrides = NONE) -> Role:
    """Return the role of a figure in a run; a user's own has that of a documented figure of the same measure.

    What the fair's tables fix (`Measure.given`, `fairfacts.evidence.stated`) is input, even if they do not name the
    figure.
    """
    if not is_by_model(run):
        return "recorded"
    names, overridden = _names(figure, at_ms, run), shipped_overrides(run.scenario, run.fair.key)
    if any(name in run.inputs and name not in overridden for name in names):
        return "input"
    if any(name in run.calibrated and name not in overridden for name in names):
        return "calibrated"
    if any(name in used_figures(run.fair.key) for name in names):
        return "changed"
    return "input" if _is_given(figure, at_ms, run, overrides) else "held out"


def _is_given(figure: Figure, at_ms: int | None, run: RunMeasures, overrides: Overrides) -> bool:
    """Return whether the fair's tables fix all measures of a figure at its moment."""
    in_the_end = at_ms == read_at("", run)
    return all(
        is_given(path, in_the_end=in_the_end) or is_fixed(path, run.fair, overrides, in_the_end=in_the_end)
        for path in figure.measure.split(PLUS)
    )


def plays_other_parameters(run: RunMeasures, overrides: Overrides) -> bool:
    """Return whether a run is a what-if, which is no test of the model: its scenario or `--set` changes parameters.

    Values that were fitted are none: of these the run names the figures that they were fitted to.
    """
    overridden = shipped_overrides(run.scenario, run.fair.key)
    fits = [used_figures(run.fair.key).get(name) for name in run.calibrated if name not in overridden]
    return bool(overrides) and not any(names is None or names & overrides.keys() for names in fits)


def plays_its_value(figure: Figure, run: RunMeasures) -> bool:
    """Return whether a documented figure's own value was played; a fair of another size may round it."""
    return figure.id in run.inputs and not figure.is_own


def is_by_model(run: RunMeasures) -> bool:
    """Return whether a model played a run: its log then names given figures, at least the sectors."""
    return bool(run.inputs or run.calibrated)


def left_out(figures: Iterable[Figure], run: RunMeasures, at_hand: Collection[int] | None = None) -> list[LeftOut]:
    """Return the figures that do not concern what a run plays, each with the reason.

    Args:
        figures: documented ones and a user's own.
        run: what it says of itself.
        at_hand: the moments, in ms since the epoch, at which the run's measures are known; None: at any.
    """
    known = {figure.id: figure for figure in figures}
    documented = [figure for figure in known.values() if figure.measure and not figure.is_own]
    if reason := _other_fair(known, run):
        return [reason.of(figure) for figure in documented]
    asked = [figure for figure in known.values() if figure.measure]
    return [why.of(figure) for figure in asked if (why := _why_left_out(figure, run, at_hand))]


def _why_left_out(figure: Figure, run: RunMeasures, at_hand: Collection[int] | None) -> _Why | None:
    """Return the first reason why a figure does not concern what a run plays; None where it does."""
    if figure.unit == ECONOMIES and run.scale != 1:
        return _Why("scale")
    if figure.is_own:
        return None
    if figure.measure.startswith(OF_PROGRAMME) and _plays_own_programme(run):
        return _Why("own_programme")
    return _without_moment(figure, run, at_hand)


def _without_moment(figure: Figure, run: RunMeasures, at_hand: Collection[int] | None) -> _Why | None:
    """Return why a figure cannot be held against the measures at its moment; None where it can."""
    try:
        at_ms = moment_ms(figure, run)
    except FigureError:
        return _Why("outside", {"at": figure.at})
    if at_hand is None or at_ms is None or at_ms in at_hand:
        return None
    return _Why("no_measures", {"at": figure.at}) if figure.at else _Why("no_close")


def _plays_own_programme(run: RunMeasures) -> bool:
    """Return whether the model plays a programme other than the documented one, whose counts would else be given to it.

    No shipped scenario imports a programme. If a fair's folder has one, the fair has no parameters for these counts.
    """
    if run.fair.key and not any(name.startswith(PROGRAMME) for name in used_figures(run.fair.key)):
        return False
    by_user = bool(run.inputs) and not _file_of(run.scenario).is_file()
    return by_user and not any(name.startswith(PROGRAMME) for name in run.inputs)


def _other_fair(figures: Mapping[str, Figure], run: RunMeasures) -> _Why | None:
    """Return why the documents speak of another fair; None if they speak of the one that is played."""
    opens, closes = (figures[name].value if name in figures else "" for name in ("fair.opens", "fair.closes"))
    first = date_text(run.began, 0)
    last = run.closed_on or date_text(run.began, max(run.duration_ms - 1, 0))
    same_end = last == closes or "fair.closes" in run.inputs  # a run may go on after the fair has closed
    if not (opens and closes) or (first == opens and same_end):
        return None
    return _Why("other_fair", {"opens": str(opens), "closes": str(closes), "first": first, "last": last})


def _names(figure: Figure, at_ms: int | None, run: RunMeasures) -> list[str]:
    """Return the figure's name, and the names of documented figures of the same measure and moment."""
    at_moment = [name for name, at in figure.same_at if read_at(at, run) == at_ms]
    return [figure.id, *(figure.same_as if at_ms == read_at("", run) else at_moment)]


def _file_of(scenario: str) -> Traversable:
    """Return where the file of a shipped scenario of this name would be."""
    return data("scenarios") / f"{scenario}.toml"


def is_shipped_scenario(scenario: str) -> bool:
    """Return whether this is the name of a shipped scenario or of a shipped fair."""
    return "/" not in scenario and (_file_of(scenario).is_file() or is_shipped(scenario))


def used_figures(fair: str) -> Mapping[str, frozenset[str]]:
    """Return the figures that a fair's parameters state or are fitted to, each with the names of these parameters.

    Raises:
        FigureError: the fair's table of parameters cannot be read.
    """
    return _used_figures(fair, files_state(fair, PARAMETERS))


@lru_cache(maxsize=16)
def _used_figures(fair: str, _: object) -> Mapping[str, frozenset[str]]:
    """Return the figures, cached by the state of the table: a changed table is read again."""
    used: dict[str, set[str]] = {}
    for row in parameter_rows(fair):
        for figure in row.text("figures").split():
            used.setdefault(figure, set()).add(row.text("name"))
    return {figure: frozenset(names) for figure, names in used.items()}


def shipped_overrides(scenario: str, fair: str) -> frozenset[str]:
    """Return the figures whose parameters a shipped scenario overrides; none for a scenario of another name."""
    overridden = overridden_parameters(scenario)
    return frozenset(figure for figure, names in used_figures(fair).items() if names & overridden)


@cache
def overridden_parameters(scenario: str) -> frozenset[str]:
    """Return the parameters that a shipped scenario overrides, or one that it extends."""
    file = _file_of(scenario)
    if "/" in scenario or not file.is_file():
        return frozenset()
    table, names = tomllib.loads(file.read_text(encoding="utf-8")), set[str]()
    for part, values in table.items():
        if isinstance(values, dict) and part != "calibration":
            for name, value in values.items():
                fields = value if isinstance(value, dict) else [""]  # the parameters of a kind of the fair
                names.update(f"{part}.{name}.{field}".rstrip(".") for field in fields)
    return frozenset(names) | (overridden_parameters(table["extends"]) if "extends" in table else frozenset())
