"""The profile of a fair of one's own, learned from a handful of small runs when it is first asked for, and kept.

The runs are of the fair itself at two sizes, and of variants in which all uncertain parameters differ. Two sizes tell
chance that shrinks as counts grow from chance that does not. The variants are needed as a fair is less certain than
chance alone makes it. What the fair was is kept too: once the fair is another one, its profile is learned anew.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from statistics import NormalDist
from tempfile import TemporaryDirectory

import numpy as np

from fairfacts.clock import HOUR_MS
from fairfacts.errors import ScenarioError
from fairfacts.evidence.profiles import PROFILE, TOTALS
from fairfacts.parts.runs import RunMeasures
from fairfacts.resources import fair_folder, is_shipped
from fairlab.members import Prior, priors_of
from fairlab.profile import FIRST_SEED, Course, Headline, course, profile, write
from fairlab.targets import read_free
from fairlab.workers import in_order
from fairsim.engine.draws import Draws
from fairsim.inputs.scenario import load_scenario

ORGANISATIONS = 1600
"""Of the larger runs, at most: they take seconds. The smaller ones and the variants have a quarter."""
REPLICATIONS, VARIANTS = 4, 12
BY = 1.25
"""One standard deviation of an uncertain parameter, as a factor."""
SMALLER = 0.25
LEARNED = "profile.sha256"
"""The file with the digest of the fair that was learned; a profile without it was not learned here, and is left."""

Task = tuple[str, tuple[str, ...], int, float, int]
"""Scenario, changes, seed, scale and hours."""


def folder_to_learn(run: RunMeasures) -> Path | None:
    """Return the folder of a run's fair where it has no profile yet, or that of what the fair was; else None.

    Raises:
        ScenarioError: the fair has a fault by now.
    """
    folder = None if is_shipped(run.fair.key) else fair_folder(run.fair.key)
    if not isinstance(folder, Path) or ((folder / PROFILE).exists() and not (folder / LEARNED).exists()):
        return None
    base = load_scenario(run.fair.key)
    if base.at_ms(base.parameters.fair.days) != run.duration_ms or _learned(folder) == base.sha256():
        return None
    return folder


def _learned(folder: Path) -> str:
    """Return the digest of the fair whose profile is in its folder; empty where there is none."""
    try:
        return (folder / LEARNED).read_text(encoding="ascii").strip() if (folder / PROFILE).exists() else ""
    except (OSError, ValueError):
        return ""


def keep(headlines: dict[str, Headline], folder: Path, digest: str) -> None:
    """Write what was learned of a fair into its folder. If this breaks off midway, the profile is learned anew.

    Args:
        headlines: what was learned.
        folder: of the fair.
        digest: of the fair as it was when its runs began (`digest_of`).

    Raises:
        OSError: it cannot be written.
    """
    with TemporaryDirectory(dir=folder, prefix=".") as place:
        whole = Path(place)
        write(headlines, whole)
        (whole / LEARNED).write_text(f"{digest}\n", encoding="ascii")
        (folder / LEARNED).write_text("")  # until all are there, the digest fits no fair
        for name in (PROFILE, TOTALS, LEARNED):
            (whole / name).replace(folder / name)


def digest_of(fair: str) -> str:
    """Return what tells a fair as it is from what it was."""
    return load_scenario(fair).sha256()


def tasks_of(fair: str) -> list[Task]:
    """Return the runs from which the profile of a fair is learned: those of each size, then the variants."""
    base = load_scenario(fair)
    days, register = base.parameters.fair.days, base.parameters.organisations
    many = register.at_opening + register.registrations_per_day * days
    large, hours = min(1.0, ORGANISATIONS / max(many, 1)), base.at_ms(days) // HOUR_MS
    small = large * SMALLER
    seeds = iter(range(FIRST_SEED, FIRST_SEED + 2 * REPLICATIONS + VARIANTS))
    alike: list[Task] = [(fair, (), next(seeds), scale, hours) for scale in (small, large) for _ in range(REPLICATIONS)]
    priors = priors_of(base, lambda changes: load_scenario(fair, changes=changes, scale=small), read_free(fair), BY)
    return [*alike, *((fair, _drawn(fair, priors, seed, small), seed, small, hours) for seed in seeds)]


def learn(tasks: list[Task], executor: Executor, at_once: int, on_run: Callable[[float], None]) -> dict[str, Headline]:
    """Play the runs, and return what they have in common.

    Args:
        tasks: as `tasks_of` returns them.
        executor: plays them.
        at_once: how many it plays at once.
        on_run: is called with the scale of each run that was played.

    Raises:
        WorkersError: workers were lost again and again.
    """
    courses = []
    for task, played in zip(tasks, in_order(executor, at_once, _course, tasks), strict=True):
        courses.append(played)
        on_run(task[3])
    few, many, variants = courses[:REPLICATIONS], courses[REPLICATIONS : 2 * REPLICATIONS], courses[2 * REPLICATIONS :]
    return profile({tasks[0][3]: few, tasks[REPLICATIONS][3]: many}, variants)


def _drawn(fair: str, priors: tuple[Prior, ...], seed: int, scale: float) -> tuple[str, ...]:
    """Return changes of all uncertain parameters; nearer to the fair's own where they cannot be played together."""
    uniform = Draws(seed, 0).stream("learned.variant").uniform(np.arange(len(priors)))
    places = [NormalDist().inv_cdf(float(draw)) for draw in uniform]
    for share in (1.0, 0.5, 0.25):
        changes = tuple(prior.text(place * share) for prior, place in zip(priors, places, strict=True))
        try:
            load_scenario(fair, changes=changes, scale=scale)
        except ScenarioError:
            continue
        return changes
    return ()


def _course(task: Task) -> Course:
    return course(*task)
