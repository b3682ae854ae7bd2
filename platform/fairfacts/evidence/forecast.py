"""The forecast: the final totals of a fair's headlines, each with an interval, while the fair is on.

It is made of what has happened so far and of a *profile*: which share of a headline's total has come by which hour. The
profile comes from fairs of one length that were played for it (`fairlab.profile`; `profile.csv` and `headlines.csv` of
the fair). The forecast knows the run's size and no parameter of its scenario. A fair of another length has no profile,
and only its sessions are forecast. `notes_of` says so, and names what the scenario overrides. In logs, two things are
weighed against each other by their precision:

- the total of the profile's fairs, times the run's size: good to a factor of two at best;
- what has come, N, divided by the share p that has come by now. It errs by chance: the variance is `dispersion` times
  (1 - p) / N, and a Poisson stream has a dispersion of 1. It also errs by `spread`: how far fairs differ beyond chance.

The more has come, the less the first counts. At the end p is 1, and no error is left. The interval is log-normal.

Sessions need no profile once there is a programme: their total is those held and those that it still has.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from fairfacts.clock import DAY_MS, HOUR_MS
from fairfacts.evidence.figures import Figure
from fairfacts.evidence.profiles import HEADLINES, Profile, load_profiles
from fairfacts.evidence.roles import is_shipped_scenario, overridden_parameters, role_of, used_figures
from fairfacts.measures import value_at
from fairfacts.parts.runs import RunMeasures
from fairfacts.resources import is_shipped

SESSIONS = "programme.counted_held"
SIZELESS = frozenset({SESSIONS})
"""Headlines that do not shrink with the scale of a run."""
PRIOR_SD = 0.7
"""Standard deviation of a total's logarithm, if only the fair's size is known: a factor of two either way."""
PROGRAMME_SD = 0.02
"""Standard deviation of the share of planned sessions that are held: one in fifty may be cancelled."""
LEAST_COUNT = 0.5
"""Takes the place of 0, which has no logarithm."""


@dataclass(frozen=True)
class Forecast:
    """What a headline is expected to come to when the fair closes."""

    measure: str
    now: float
    """Its value so far."""
    share: float
    """Share of the final total that has come by this time in the profile."""
    expected: float
    """The median of the final total."""
    low: float
    high: float
    """Bounds of the interval; never below what has come."""
    figure: str
    """The reported figure it stands beside; empty where there is none."""
    reported: float | None
    """The figure, times the scale of the run where it counts what scales."""
    op: str = ""
    """Of the figure: `=` as printed, `>` more than, `<` fewer than, `~` about; empty where there is none."""


def fits_profile(run: RunMeasures) -> bool:
    """Return whether the run's fair has a profile of the run's length. A run may go on after the fair has closed."""
    profiles = load_profiles(run.fair.key)
    hours = {len(profile.share) - 1 for profile in profiles.values()}
    return bool(hours) and (hours == {run.duration_ms / HOUR_MS} or "fair.closes" in run.inputs)


def notes_of(run: RunMeasures, figures: Mapping[str, Figure], disrupted: int = 0) -> list[str]:
    """Return sentences that a reader of the forecast has to know; none for a fair like those of the profile.

    Args:
        run: what it says of itself.
        figures: the reported ones.
        disrupted: how many disruptions have begun.
    """
    notes = []
    if not fits_profile(run) and run.phase not in ("closed", "ended"):
        days = round(run.duration_ms / DAY_MS, 1)
        known = [len(profile.share) // 24 for profile in load_profiles(run.fair.key).values()]
        what = f"knows the course of fairs of {known[0]} days, and this one lasts {days:g}" if known else (
            "has no profile of this fair"
        )  # fmt: skip
        members = f"fair forecast --posterior forecasts all, by members of fair calibrate {run.scenario} --as-of DAY"
        learns = "fair forecast learns one, where the folder of the fair lies"
        anew = "fair forecast learns anew a fair that itself lasts so, without its profile.csv and headlines.csv"
        own = f"{anew}; else {members}" if known else learns
        remedy = members if is_shipped(run.fair.key) else own
        notes.append(f"The forecast {what}: only the sessions of its programme are forecast; {remedy}.")
    used = used_figures(run.fair.key)
    overridden = [
        figure.id for figure in figures.values() if figure.id in used and role_of(figure, None, run) == "changed"
    ]
    usual = "the forecast takes the usual course, and follows what has come"
    if changed := overridden or sorted(overridden_parameters(run.scenario)):
        notes.append(f"The scenario overrides {', '.join(changed)}: {usual}.")
    elif fits_profile(run) and run.inputs and not (run.scenario == run.fair.key or is_shipped_scenario(run.scenario)):
        notes.append(f"What the scenario {run.scenario} changes is not in the log: {usual}.")
    if disrupted:
        notes.append(
            f"{disrupted} disruption{' has' if disrupted == 1 else 's have'} begun: the intervals are those of fairs"
            " without any, so that the totals may lie outside more often than they say."
        )
    return notes


def forecast(
    snapshot: dict[str, Any],
    figures: Mapping[str, Figure],
    level: float = 0.8,
    at_ms: int | None = None,
    *,
    fits: bool = True,
) -> list[Forecast]:
    """Return what each headline is expected to come to, from the measures as they are.

    Args:
        snapshot: all measures.
        figures: the reported figures.
        level: of the intervals, between 0 and 1: the share of them that should hold the final total.
        at_ms: the moment of the snapshot, if it is later than the latest event.
        fits: whether the profile is of such fairs (`fits_profile`). If not, only the sessions are forecast, until the
            fair is over.
    """
    run, z = snapshot["run"], NormalDist().inv_cdf((1 + level) / 2)
    over = run["phase"] in ("closed", "ended")
    now_ms, profiles = run["at_ms"] if at_ms is None else at_ms, load_profiles(run["fair"])
    rows = []
    programmed = value_at(snapshot, "programme.scheduled")
    for measure in HEADLINES:
        now, profile = float(value_at(snapshot, measure)), profiles.get(measure)
        if not ((fits and profile) or over or (measure == SESSIONS and programmed)):
            continue
        size, most = 1.0 if measure in SIZELESS else run["scale"], math.inf
        share = profile.at(now_ms / HOUR_MS)[0] if profile else 0.0
        if over:
            share, median, sd = 1.0, now, 0.0
        elif measure == SESSIONS and programmed:
            left = _sessions_left(snapshot["programme"])
            median = most = now + left
            sd = PROGRAMME_SD * left / max(most, 1)
        else:
            assert profile is not None, "the profile fits"
            median, sd = of_profile(profile, now, now_ms / HOUR_MS, size)
        bounds = (min(most, max(now, median * math.exp(side * z * sd))) for side in (0, -1, 1))
        expected, low, high = map(round, bounds)
        named = beside(figures, measure, size)
        rows.append(Forecast(measure, now, round(share, 4), expected, low, high, *named))
    return rows


def beside(figures: Mapping[str, Figure], measure: str, size: float) -> tuple[str, float | None, str]:
    """Return the reported figure of a measure at the end, its value at a size, and its operator; empty if none."""
    figure = next((each for each in figures.values() if each.measure == measure and not each.at), None)
    if figure is None:
        return "", None, ""
    return figure.id, figure.value * size if isinstance(figure.value, float) else None, figure.op


def _sessions_left(programme: dict[str, Any]) -> int:
    """Return how many sessions that count the programme still has."""
    left: int = programme["counted_scheduled"] - programme["counted_held"] - programme["counted_cancelled"]
    return left


def of_profile(profile: Profile, now: float, hours: float, size: float) -> tuple[float, float]:
    """Return the median of a total, from what has come by a time, and the standard deviation of its logarithm."""
    total = max(profile.total * size, LEAST_COUNT)
    came = _came(now, total, *profile.at(hours), profile.dispersion)
    return _weighed(came, (math.log(total), PRIOR_SD))


def _came(now: float, total: float, share: float, spread: float, dispersion: float) -> tuple[float, float]:
    """Return the logarithm of what has come divided by its share, and its deviation: infinite if the share is 0.

    Nothing counts as `LEAST_COUNT`, or as what a fair of this size has by then, if that is less: it is no news.
    """
    if share <= 0:
        return 0.0, math.inf
    count = now or min(LEAST_COUNT, share * total)
    return math.log(count / share), math.sqrt(dispersion * (1 - share) / count + spread**2)


def _weighed(estimate: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """Return the median of two logarithms weighed by their precision, and the standard deviation of the logarithm."""
    (mean, sd), (other_mean, other_sd) = estimate, other
    if sd == 0:
        return math.exp(mean), 0.0
    weight, other_weight = 1 / sd**2, 1 / other_sd**2
    together = weight + other_weight
    return math.exp((weight * mean + other_weight * other_mean) / together), together**-0.5
