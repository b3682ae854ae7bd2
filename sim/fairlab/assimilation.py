"""Assimilation: what was known at a moment narrows the parameters, and what comes later is predicted.

The method is randomised maximum likelihood in an ensemble (Chen and Oliver 2013). Members are drawn from the priors of
all uncertain parameters, and each is played with random numbers of its own. Each round learns from all runs so far how
the measures depend on the parameters. With that, it moves each member from where it was drawn to its most likely place,
given what was known plus an error of the member's own. Then it plays the member there. The spread of the last round is
what parameters and chance leave open together.

Parameters are in standard deviations of their priors, and measures in the logarithm.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np

from fairfacts.clock import any_moment
from fairfacts.errors import LabError, MomentError, ScenarioError
from fairfacts.evidence.chance import load_chance
from fairfacts.evidence.comparison import Row, Simulated, moments, rows
from fairfacts.evidence.figures import Figure
from fairfacts.parts.runs import RunMeasures
from fairlab.emulator import Emulator, Known, most_likely
from fairlab.identifiability import Floats
from fairlab.members import Coverage, Members, Prediction, Prior, Role
from fairlab.replications import Play, Replication, replicated
from fairlab.targets import LEAST_TOLERANCE, check_measured
from fairlab.workers import in_order
from fairsim import VERSION
from fairsim.engine.draws import Draws
from fairsim.inputs.scenario import Scenario, load_scenario

DISCREPANCY = 0.02
"""Error of the model itself at a figure, as a share: no model is exact to a thousandth."""
REACH = 4.0
"""Standard deviations of the prior beyond which no member is moved."""
TRIES = 20
"""How often a member is drawn again if its values, each possible alone, are impossible together."""
LEAST = 8
"""With fewer members, covariances are worth nothing."""
FIRST = 30_000
"""Replication number of the first member, beyond those of calibrations and posteriors."""


class Figures(NamedTuple):
    """What some members say of the figures that concern them."""

    rows: dict[str, Row]
    """By figure, the row of one member."""
    values: dict[str, Floats]
    """By figure, the measure of each member."""


def shrunk(before: Floats, after: Floats) -> Floats:
    """Return how much less members differ in each parameter, as a share of their variance; 0 if they never differed.

    Args:
        before: places as they were played, so that rounding and the ends of ranges do not count as a difference.
        after: the places as they were played after the move.
    """
    differed = before.var(axis=0)
    shares: Floats = np.where(differed > 0, 1 - after.var(axis=0) / np.where(differed > 0, differed, 1.0), 0.0)
    return shares


def _as_played(places: Floats, priors: Sequence[Prior]) -> Floats:
    return np.stack([prior.played(along) for prior, along in zip(priors, places.T, strict=True)], axis=1)


def _moved(drawn: Floats, emulator: Emulator, known: Known, priors: Sequence[Prior], began: Floats) -> Floats:
    """Return the most likely places of members: whole numbers are rounded, then the others are moved again."""
    low, high = np.clip(np.array([prior.ends for prior in priors]).T, -REACH, REACH)
    rounded = _as_played(most_likely(drawn, emulator, known, (low, high), began), priors)
    whole = np.array([prior.whole for prior in priors])
    within = (np.where(whole, rounded, low), np.where(whole, rounded, high))
    return most_likely(drawn, emulator, known, within, rounded)


def _rank(truth: int, drawn: Floats, seen: Floats, known: Known, priors: Sequence[Prior]) -> Floats:
    """Return, for each later measure, where the truth lies among the members' predictions, as a share of its places.

    Args:
        truth: which member.
        drawn: places from the priors.
        seen: measures of all members: first the known ones, then the later ones.
        known: standard normal numbers for each member in place of values, and errors that leave chance out.
        priors: of the parameters.
    """
    others, count = np.arange(len(drawn)) != truth, len(known.errors)
    places = _as_played(drawn[others], priors)
    emulator = Emulator.learnt(places, seen[others])
    errors = np.hypot(known.errors, emulator.chance[:count])
    about = Known(seen[truth, :count] + errors * known.values[others], known.signs, errors)
    likely = _moved(drawn[others], emulator.first(count), about, priors, places)
    predicted = emulator.at(likely) + emulator.left
    place: Floats = ((predicted < seen[truth])[:, count:].sum(axis=0) + 0.5) / len(drawn)  # the middle of its place
    return place


class Assimilator:
    """Fits members to what was known of a scenario's fair."""

    def __init__(
        self, which: str, changes: Sequence[str], priors: Sequence[Prior], figures: Mapping[str, Figure],
        executor: Executor, at_once: int, *, scale: float, seed: int,
        on_run: Callable[[float], None] = lambda _scale: None,
    ) -> None:  # fmt: skip
        """Prepare to play members.

        Args:
            which: scenario, by name or path.
            changes: `key=value`.
            priors: of the parameters that are uncertain.
            figures: of its fair, and a user's own.
            executor: plays the runs.
            at_once: how many it plays at the same time.
            scale: of the runs.
            seed: of all random numbers.
            on_run: called with the scale of each run that is done, or that cannot be played.

        Raises:
            ScenarioError: the scenario cannot be played.
        """
        self._which, self._changes, self._priors, self._figures = which, tuple(changes), tuple(priors), figures
        self._executor, self._at_once, self._on_run = executor, at_once, on_run
        self._scale, self._seed, self._played = scale, seed, 0
        self._draws, self._base = Draws(seed, FIRST), self.load([])
        self._run = _run_of(which, self._base)
        self._moments_ms = tuple(moments(figures.values(), self._run))
        self._left_out: dict[str, str] = {}

    def load(self, changes: Sequence[str]) -> Scenario:
        """Return the scenario with more changes."""
        return load_scenario(self._which, changes=[*changes, *self._changes], scale=self._scale)

    def assimilate(self, as_of: str, count: int, rounds: int, held_back: Collection[str] = ()) -> Members:
        """Return members that are compatible with what was known, and what they predict.

        Args:
            as_of: a moment on the fair's clocks; a day alone means its end.
            count: of the members.
            rounds: of updates; each plays all members again.
            held_back: figures that are predicted though they were known.

        Raises:
            LabError: a figure to hold back takes no part; the moment is none; no figure with a measure was known by
                then; or no values are possible together.
            WorkersError: a worker was lost.
        """
        known_by = self._known_by(as_of, held_back)
        drawn = self._drawn(count)
        playable, before = self._play(drawn, 0)
        drawn = drawn[playable]
        first = places = _as_played(drawn, self._priors)
        after, played = before, []
        known = self._known(as_of, known_by, before)
        noise = self._normal("assimilation.noise", (len(drawn), len(known)))
        for turn in range(rounds):
            seen, reported, ops, errors = self._targets(known, after)
            played.append((places, seen))
            emulator = Emulator.learnt(*map(np.concatenate, zip(*played, strict=True)))
            chance = np.hypot(emulator.chance * math.sqrt(self._scale), self._lasting(known))
            errors = np.hypot(errors, chance)
            about = Known.of(reported + errors * noise, ops, errors)
            places = _moved(drawn, emulator, about, self._priors, places)
            playable, after = self._play(places, turn + 1)
            places, drawn, noise = places[playable], drawn[playable], noise[playable]
        return Members(
            scenario=self._which,
            changes=self._changes,
            scale=self._scale,
            seed=self._seed,
            as_of=as_of,
            rounds=rounds,
            priors=self._priors,
            draws=tuple(tuple(self._changes_at(place)) for place in places),
            moved={prior.name: float(each) for prior, each in zip(self._priors, shrunk(first, places), strict=True)},
            predictions=tuple(self._predictions(known, before, after)),
            left_out=self._left_out,
            runs=self._played,
        )

    def coverage(self, as_of: str, count: int) -> Coverage:
        """Return how often intervals hold the truth, over synthetic fairs drawn from the priors.

        Each member is the truth once: the others are fitted to what was known of it, and predict the rest.

        Raises:
            LabError: as `assimilate`; or nothing is predicted.
            WorkersError: a worker was lost.
        """
        known_by = self._known_by(as_of)
        drawn = self._drawn(count)
        playable, played = self._play(drawn, 0)
        drawn, known = drawn[playable], self._known(as_of, known_by, played)
        later = [name for name in played.values if name not in known and (played.values[name] > 0).all()]
        if not later:
            raise LabError(f"--as-of {as_of}: every figure was known by then; name an earlier moment")
        seen, _, ops, errors = self._targets(known, played)
        both = np.hstack([seen, np.log(np.stack([played.values[name] for name in later], axis=1))])
        noise = self._normal("assimilation.coverage", seen.shape)
        about = Known.of(noise, ["="] * len(ops), errors)
        ranks = np.array([_rank(truth, drawn, both, about, self._priors) for truth in range(len(drawn))])
        return Coverage.of(as_of, self._scale, self._seed, {name: ranks[:, i].tolist() for i, name in enumerate(later)})

    def _drawn(self, count: int) -> Floats:
        """Return members drawn from the priors; one whose values are impossible together is drawn again."""
        places = self._normal("assimilation.prior", (count, len(self._priors)))
        for member in range(count):
            for again in range(TRIES + 1):
                try:
                    self.load(self._changes_at(places[member]))
                    break
                except ScenarioError as fault:
                    if again == TRIES:
                        raise LabError(
                            f"values of the priors cannot stand together: {fault}; take a smaller --by"
                        ) from fault
                    places[member] = self._normal(f"assimilation.prior.{member}.{again}", (1, len(self._priors)))[0]
        return places

    def _normal(self, name: str, shape: tuple[int, ...]) -> Floats:
        from scipy.special import ndtri  # alone: importing all of scipy.stats takes a second

        normal: Floats = ndtri(self._draws.stream(name).uniform(np.arange(math.prod(shape)))).reshape(shape)
        return normal

    def _changes_at(self, place: Floats) -> list[str]:
        own = {change.partition("=")[0] for change in self._changes}
        return [prior.text(float(z)) for prior, z in zip(self._priors, place, strict=True) if prior.name not in own]

    def _play(self, places: Floats, turn: int) -> tuple[list[int], Figures]:
        """Play every member once, with random numbers of the round; return which could be played, and their figures.

        The others are left out: the priors end where the model refuses values.
        """
        first = FIRST + turn * len(places)
        plays = (self._prepared(place, first + member) for member, place in enumerate(places))
        played, playable = [], []
        for member, result in enumerate(in_order(self._executor, self._at_once, replicated, plays)):
            if isinstance(result, Replication):
                played.append(self._rows(result))
                playable.append(member)
            else:
                self._left_out[f"member {member} of round {turn}"] = result
            self._on_run(self._scale)
        self._played += len(playable)
        if len(playable) < LEAST:
            why = next(reversed(self._left_out.values()))
            raise LabError(f"only {len(playable)} of {len(places)} members can be played ({why}); take a smaller --by")
        for name in dict.fromkeys(name for each in played for name in each):
            if not all(name in each for each in played):  # as it comes to what the model was given
                self._left_out[name] = "is given to some of the members"
        names = [name for name in played[0] if all(name in each and _is_number(each[name]) for each in played)]
        return playable, Figures(
            {name: played[0][name] for name in names},
            {name: np.array([float(each[name].simulated) for each in played]) for name in names},
        )

    def _prepared(self, place: Floats, replication: int) -> Play | str:
        """Return the run of a member, or why its values, each possible alone, are impossible together."""
        try:
            return Play(self.load(self._changes_at(place)), self._seed, replication, self._moments_ms, digest=False)
        except ScenarioError as fault:
            return str(fault)

    def _rows(self, replication: Replication) -> dict[str, Row]:
        def simulated(measure: str, at_ms: int | None) -> Simulated:
            return Simulated(replication.value(measure, at_ms))

        compared = rows(
            self._figures.values(), self._run, simulated, at_hand=self._moments_ms, overrides=self._base.overrides
        )
        return {row.figure: row for row in compared if row.role != "input"}

    def _known_by(self, as_of: str, held_back: Collection[str] = ()) -> set[str]:
        """Return the figures with a measure that were known; a user's own without a moment is known at the end."""
        epoch, end_ms = self._base.epoch, self._run.duration_ms
        try:
            now_ms = any_moment(as_of, epoch, day_ends=True)
        except MomentError as fault:
            raise LabError(f"--as-of: {fault}") from fault
        check_measured(held_back, self._figures)
        measured = {name: figure.as_of for name, figure in self._figures.items() if figure.measure}
        moments_ms = {name: any_moment(at, epoch, day_ends=True) if at else end_ms for name, at in measured.items()}
        return {name for name, at_ms in moments_ms.items() if at_ms <= now_ms and name not in held_back}

    def _known(self, as_of: str, known_by: Collection[str], played: Figures) -> list[str]:
        """Return the figures that were known, were not given, and whose measures most members have."""
        known = [name for name in played.values if name in known_by]
        for name in known:
            if (played.values[name] > 0).mean() < 0.5:
                self._left_out[name] = "is 0 in most members; take a larger --scale"
        usable = [name for name in known if name not in self._left_out]
        if not usable:
            raise LabError(f"--as-of {as_of}: no figure that a run can meet was known by then; name a later moment")
        return usable

    def _targets(self, known: Sequence[str], played: Figures) -> tuple[Floats, Floats, list[str], Floats]:
        """Return of the known figures the members' measures, the values, operators and errors, in logarithms."""
        seen = np.stack([_logs(played.values[name]) for name in known], axis=1)
        of = [played.rows[name] for name in known]
        reported = np.log([float(row.reported) for row in of])  # type: ignore[arg-type]  # a number: `_is_number`
        errors = np.array([_error(row) for row in of])
        return seen, reported, [row.op for row in of], errors

    def _lasting(self, known: Sequence[str]) -> Floats:
        """Return the chance in each figure that a large fair has too; 0 if the fair's `chance.csv` says nothing."""
        fair, figures = self._run.fair.key, (self._figures[name] for name in known)
        chances = ({**load_chance(fair), **load_chance(fair, each.at)}.get(each.measure) for each in figures)
        return np.array([chance.lasting if chance else 0.0 for chance in chances])

    def _predictions(self, known: Sequence[str], before: Figures, after: Figures) -> list[Prediction]:
        predictions = []
        for name, row in after.rows.items():
            if name in self._left_out or row.reported is None:
                continue
            role: Role = "fitted" if name in known else "predicted"
            predictions.append(Prediction.of(row, role, before.values[name], after.values[name], self._run.duration_ms))
        return sorted(predictions, key=lambda each: each.role)


def _run_of(which: str, scenario: Scenario) -> RunMeasures:
    """Return the description that a run of the scenario gives of itself."""
    return RunMeasures(
        scenario=which, scale=scenario.scale, version=VERSION, epoch=scenario.epoch.isoformat(),
        duration_ms=scenario.at_ms(scenario.parameters.fair.days),
        fair=scenario.fair.describe(scenario.parameters.fair.days), inputs=scenario.inputs,
        calibrated=scenario.calibrated, phase="ended",
    )  # fmt: skip


def _is_number(row: Row) -> bool:
    return isinstance(row.simulated, int | float) and isinstance(row.reported, int | float) and row.reported > 0


def _logs(values: Floats) -> Floats:
    """Return logarithms; a 0 counts as half of the least that any member has."""
    logs: Floats = np.log(np.maximum(values, values[values > 0].min() / 2))
    return logs


def _error(row: Row) -> float:
    """Return the standard deviation of a figure: that of its rounding, which is uniform, and that of the model."""
    rounding = row.rounding / float(row.reported or 1) / math.sqrt(3)
    return math.hypot(max(rounding, LEAST_TOLERANCE), DISCREPANCY)
