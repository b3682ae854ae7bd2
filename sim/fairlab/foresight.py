"""The forecast of a run by members: what is still to come in a fair that has come as far as this one.

Members (`fairlab.members`) are played at a small scale, and their headlines noted at the moment of the forecast and at
the end. The members' mean of what is still to come is then corrected by how far the run is ahead of their mean, or
behind it. The correction uses the covariance of the two over all members. It is one update of an ensemble smoother
(Evensen and van Leeuwen 2000), with the run as what is known. To find how far the forecast misses, by parameters and
chance together, each member is forecast by the others. Counts are scaled to the run's size, and taken in logarithms.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any, NamedTuple

import numpy as np

from fairfacts.errors import LabError, ScenarioError
from fairfacts.evidence.figures import Figure
from fairfacts.evidence.forecast import LEAST_COUNT, SIZELESS, Forecast, beside
from fairfacts.evidence.profiles import HEADLINES
from fairfacts.measures import value_at
from fairlab.assimilation import DISCREPANCY, LEAST
from fairlab.identifiability import Floats
from fairlab.members import Members
from fairlab.replications import Play, Replication, replicated
from fairlab.workers import in_order
from fairsim.inputs.scenario import load_scenario

MEASURES = tuple(measure for measure in HEADLINES if measure not in SIZELESS)
"""The headlines that members forecast; not the sessions, as the programme says how many are left."""
SIGNIFICANT = 2.0
"""A correlation below this, divided by the root of the number of members, is taken for chance."""
FIRST = 40_000
"""Replication number of the first member here, beyond those that users play and those that members were fitted with."""


class Courses(NamedTuple):
    """The headlines of members at some moments and at the end: a row for each member, a column for each headline."""

    scale: float
    at: Mapping[int, Floats]
    """By moment, in ms since the epoch."""
    end: Floats


def play_members(
    members: Members, moments_ms: Sequence[int], executor: Executor, at_once: int, *, scale: float,
    on_run: Callable[[float], None] = lambda _scale: None,
) -> Courses:  # fmt: skip
    """Play every member once; one whose values the model refuses is left out.

    Raises:
        LabError: too few can be played.
        WorkersError: a worker was lost.
    """
    plays = _plays(members, moments_ms, scale)
    played: list[Replication] = []
    for result in in_order(executor, at_once, replicated, plays):
        on_run(scale)
        if isinstance(result, Replication):
            played.append(result)
    if len(played) < LEAST:
        raise LabError(f"only {len(played)} of {len(members.draws)} members can be played, and {LEAST} are needed")
    at = {moment: np.stack([headlines(each.moments[str(moment)]) for each in played]) for moment in moments_ms}
    return Courses(scale, at, np.stack([headlines(each.measures) for each in played]))


def _plays(members: Members, moments_ms: Sequence[int], scale: float) -> Iterator[Play]:
    """Yield the runs of the members whose values are possible together at a scale."""
    for member in range(len(members.draws)):
        try:
            scenario = load_scenario(members.scenario, changes=members.changes_of(member, ()), scale=scale)
        except ScenarioError:
            continue
        yield Play(scenario, members.seed, FIRST + member, tuple(moments_ms), digest=False)


def headlines(snapshot: dict[str, Any]) -> Floats:
    """Return the headlines of a snapshot that members forecast."""
    return np.array([float(value_at(snapshot, measure)) for measure in MEASURES])


def foreseen(came: Floats, now: Floats, end: Floats, level: float, least: float = LEAST_COUNT) -> Floats:
    """Return the median, the lower and the upper bound of the final headlines: a row each.

    Args:
        came: the run's headlines at the moment.
        now: the members' headlines at the moment, scaled to the run's size.
        end: the members' headlines at the end, scaled as well.
        level: of the intervals, between 0 and 1.
        least: takes the place of 0, which has no logarithm.
    """
    seen, left, known = (np.log(np.maximum(each, least)) for each in (now, end - now, came))
    others = ~np.eye(len(seen), dtype=bool)
    missed = np.stack(
        [left[member] - _moved(left[other], seen[other], seen[member]) for member, other in enumerate(others)]
    )
    off, middle = _reach(np.abs(missed), level), _moved(left, seen, known)
    forecast: Floats = came + np.exp(np.stack([middle, middle - off, middle + off])) * (end > now).any(axis=0)
    return forecast


def _reach(missed: Floats, level: float) -> Floats:
    """Return the largest error of the forecast of one more fair, with the probability `level`.

    It is that quantile of the errors at hand. If these are too few, errors are taken for normal.
    """
    from scipy.special import stdtrit  # alone: importing all of scipy.stats takes a second

    count = len(missed)
    place = math.ceil((count + 1) * level)
    by_place: Floats = np.sort(missed, axis=0)
    normal: Floats = float(stdtrit(count - 1, (1 + level) / 2)) * np.sqrt((missed**2).mean(axis=0))
    return by_place[place - 1] if place <= count else normal


def _moved(left: Floats, seen: Floats, known: Floats) -> Floats:
    """Return the mean of what is left, corrected from what was seen of the members to what is known of the run."""
    count, off, seen_off = len(left), left - left.mean(axis=0), seen - seen.mean(axis=0)
    together = off.T @ seen_off / (count - 1)
    chance = SIGNIFICANT / math.sqrt(count) * np.outer(off.std(axis=0, ddof=1), seen_off.std(axis=0, ddof=1))
    together[np.abs(together) < chance] = 0.0
    of_seen = seen_off.T @ seen_off / (count - 1) + DISCREPANCY**2 * np.eye(len(known))
    moved: Floats = left.mean(axis=0) + together @ np.linalg.pinv(of_seen) @ (known - seen.mean(axis=0))
    return moved


def forecast_rows(
    snapshot: dict[str, Any], courses: Courses, at_ms: int, figures: Mapping[str, Figure], level: float
) -> list[Forecast]:
    """Return what each headline of a run is expected to come to, from its measures so far."""
    came, size = headlines(snapshot), snapshot["run"]["scale"]
    larger = size / courses.scale
    now, end = courses.at[at_ms] * larger, courses.end * larger
    forecast = foreseen(came, now, end, level, LEAST_COUNT * max(larger, 1.0))
    rows = []
    for place, measure in enumerate(MEASURES):
        expected, low, high = map(round, forecast[:, place].tolist())
        so_far = float(came[place])
        share = round(so_far / expected, 4) if expected else 1.0
        rows.append(Forecast(measure, so_far, share, expected, low, high, *beside(figures, measure, size)))
    return rows


def beyond(snapshot: dict[str, Any], courses: Courses, at_ms: int) -> list[str]:
    """Return the headlines of which the run has less, or more, than any member: there members know little."""
    came, now = headlines(snapshot), courses.at[at_ms] * (snapshot["run"]["scale"] / courses.scale)
    outside = (came < now.min(axis=0)) | (came > now.max(axis=0))
    return [measure for measure, out in zip(MEASURES, outside, strict=True) if out]
