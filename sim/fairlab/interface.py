"""Cloudfair in Python: load a fair, play it, play it many times, compare. `from cloudfair import ...` gives all of it.

    from cloudfair import ensemble, load_fair, play

    fair = load_fair("ciftis2020", scale=0.05)
    run = play(fair, seed=7)
    print(run.measures["negotiations"]["initiated"])
    print(ensemble(fair, 4).estimate("negotiations.initiated"))

Times are whole milliseconds since the run's epoch, shares are 0 to 1, and a name ends in its unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import msgspec

from fairfacts.errors import LabError, did_you_mean
from fairfacts.event import Event
from fairfacts.events import EVENT_TYPES, type_name
from fairfacts.measures import State, value_at
from fairlab.ensemble import Ensemble, paired, play_ensembles
from fairlab.pairs import Paired
from fairlab.stopping import Plan
from fairlab.workers import workers as processes
from fairsim import fair as model
from fairsim.inputs.scenario import Scenario, load_scenario

__all__ = ["Ensemble", "Run", "Scenario", "compare", "ensemble", "load_fair", "play"]
SLICE_MS = 3_600_000


class Run:
    """A fair that was played: its events, its measures, and both as frames."""

    def __init__(self, fair: Scenario, events: list[Event]) -> None:
        self.fair, self.events = fair, events
        """The events in order, each an immutable object of `fairfacts` (docs/events.md)."""

    @cached_property
    def measures(self) -> dict[str, Any]:
        """All measures at the end: a dict for each part of the fair, of numbers, texts and breakdowns."""
        state = State()
        state.fold(self.events)
        return state.snapshot()

    def measure(self, path: str) -> Any:
        """Return a measure by its path, such as `negotiations.initiated` or `results.announced_by_occasion.opening`.

        Raises:
            FairError: there is no such measure.
        """
        return value_at(self.measures, path)

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """Return the events of a type (`visitor.entered`) as dicts, with `clock`: the moment in the fair's time zone.

        Raises:
            LabError: there is no such type.
        """
        types = {type_name(event_type): event_type for event_type in EVENT_TYPES}
        if kind not in types:
            raise LabError(f"{kind} is no type of event; {did_you_mean(kind, types)}")
        wanted, epoch, zone = types[kind], self.fair.epoch, self.fair.epoch.tzinfo
        return [
            {"clock": _moment(epoch, event.at_ms).astimezone(zone)} | msgspec.to_builtins(event)
            for event in self.events
            if type(event) is wanted
        ]

    def frame(self, kind: str) -> Any:
        """Return the events of a type as a pandas DataFrame: a row for each, a column for each field, and `clock`."""
        return _pandas().DataFrame(self.rows(kind))

    def series(self, path: str) -> Any:
        """Return a measure by hour or day (`negotiations.initiated_per_hour`) as a pandas Series, 0 where nothing came.

        Its index is the begin of each hour or day, in the fair's time zone; its values are in the measure's unit.

        Raises:
            LabError: the measure is not one by hour or day.
        """
        step = {"hour": "h", "day": "D"}.get(path.rpartition("_per_")[2])
        counts = self.measure(path)
        if step is None or not isinstance(counts, Mapping):
            raise LabError(f"{path}: is no measure by hour or day; take one such as venue.entered_per_hour")
        places = range(max(map(int, counts), default=-1) + 1)
        pandas = _pandas()
        begins = pandas.date_range(self.fair.epoch, periods=len(places), freq=step)
        return pandas.Series([counts.get(str(place), 0) for place in places], index=begins, name=path)


def load_fair(which: str, *, scale: float = 1.0, changes: Mapping[str, Any] | None = None) -> Scenario:
    """Return a fair, or a scenario of one, ready to be played.

    Args:
        which: a shipped fair or scenario by its name, a scenario's file by its path, or a fair's folder.
        scale: size as a share of the documented one, over 0 and up to 20.
        changes: values by parameter, such as `{"negotiations.night_share": 1}`; lists for several numbers.

    Raises:
        ScenarioError: names each fault with file, row, value and remedy.
    """
    written = (
        f"{name}={' '.join(map(str, value)) if isinstance(value, list | tuple) else value}"
        for name, value in (changes or {}).items()
    )
    return load_scenario(which, changes=list(written), scale=scale)


def play(fair: Scenario, seed: int = 7, *, replication: int = 0) -> Run:
    """Play a fair to its end. One fair, seed and release give the same events every time.

    Args:
        fair: of `load_fair`.
        seed: of the random numbers.
        replication: each number is another fair of the same seed, independent of the others.
    """
    slices = model.play(fair, seed, replication=replication, slice_ms=SLICE_MS)
    return Run(fair, [event for _, events in slices for event in events])


def ensemble(fair: Scenario, replications: int = 10, seed: int = 7, *, workers: int | None = None) -> Ensemble:
    """Play a fair many times; `.estimate(path)` has mean and 95 % intervals of a measure, `.estimates()` of all.

    Args:
        fair: of `load_fair`.
        replications: how many, at least 2 for an interval.
        seed: with the same seed, replication k of two ensembles draws the same random numbers (`compare`).
        workers: processes at the same time; by default one for each processor. 1 plays in this process, and needs no
            `if __name__ == "__main__":` in a script.

    Raises:
        WorkersError: a process was lost.
    """
    plan, asked = Plan(replications, digest=False), [(fair.name, (), fair)]
    if workers == 1:
        with ThreadPoolExecutor(1) as executor:
            (result,) = play_ensembles(asked, seed, executor, 1, plan)
    else:
        with processes(workers) as (executor, count):
            (result,) = play_ensembles(asked, seed, executor, count, plan)
    return result


def compare(a: Ensemble, b: Ensemble) -> dict[str, Paired]:
    """Return the difference b - a of every measure that is one number, with its interval, by path.

    A mean of nothing is left out: each difference says of how many pairs it is, and one of no pair is missing.

    Raises:
        LabError: the two differ in seed or in number of replications.
    """
    return paired(a, b)


def _pandas() -> Any:
    try:
        import pandas
    except ImportError:
        raise LabError("frames need pandas: pip install 'cloudfair[frames]'") from None
    return pandas


def _moment(epoch: datetime, at_ms: int) -> datetime:
    return epoch.astimezone(UTC) + timedelta(milliseconds=at_ms)
