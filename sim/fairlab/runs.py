"""The runs of a calibration: what each adds up to, kept in a file so that none is played twice."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path

import msgspec

from fairfacts.errors import LabError
from fairfacts.measures import State, value_at
from fairlab.flow import EXACT, Register, flow
from fairlab.workers import in_order
from fairsim import VERSION
from fairsim.arrivals import HOUR_MS
from fairsim.fair import play
from fairsim.kernel import few_collections
from fairsim.scenario import Scenario


class Trial(msgspec.Struct, frozen=True):
    """A run that is to be tried."""

    scenario: Scenario
    seed: int
    replication: int
    measures: tuple[str, ...]

    @property
    def key(self) -> str:
        """What decides the run."""
        return f"{VERSION}/{self.scenario.sha256()}/{self.seed}/{self.replication}/{' '.join(self.measures)}"


class Total(msgspec.Struct, frozen=True):
    """A measure at the end of a run, and what the flow equations give for the register that was drawn."""

    simulated: float
    flow: float
    """1 where the equations do not speak of the measure."""


class Record(msgspec.Struct, frozen=True):
    """What a trial came to."""

    key: str
    totals: tuple[Total, ...]


def attempt(trial: Trial) -> Record:
    """Play a trial."""
    scenario, state = trial.scenario, State()
    register = Register(scenario.parameters)
    with few_collections():
        for _, events in play(scenario, trial.seed, replication=trial.replication, slice_ms=HOUR_MS):
            state.fold(events)
            register.hear(events)
    snapshot, equations = state.snapshot(), flow(scenario.parameters, register.exposure)
    totals = (Total(float(value_at(snapshot, name)), equations.get(name, 1.0)) for name in trial.measures)
    return Record(trial.key, tuple(totals))


def corrections(records: Sequence[Record], measures: Sequence[str]) -> list[float]:
    """Return for each measure the logarithm of its mean over the equations' mean; 0 where these are exact.

    Raises:
        LabError: a measure is 0 in every run.
    """
    found = []
    for place, measure in enumerate(measures):
        if measure in EXACT:
            found.append(0.0)
            continue
        simulated = math.fsum(record.totals[place].simulated for record in records)
        equations = math.fsum(record.totals[place].flow for record in records)
        if not (simulated > 0 and equations > 0):
            raise LabError(f"{measure} is 0 in all {len(records)} runs of a point; play at a larger --scale")
        found.append(math.log(simulated / equations))
    return found


def scatter(records: Sequence[Record], measures: Sequence[str]) -> list[float]:
    """Return for each measure the standard deviation of a single run's correction, about; 0 where they are exact."""
    found = []
    for place, measure in enumerate(measures):
        ratios = [record.totals[place].simulated / max(record.totals[place].flow, 1e-12) for record in records]
        mean = math.fsum(ratios) / len(ratios)
        spread = math.fsum((ratio - mean) ** 2 for ratio in ratios) / max(len(ratios) - 1, 1)
        found.append(0.0 if measure in EXACT or not mean else math.sqrt(spread) / mean)
    return found


class Runs:
    """Plays trials; those that a file keeps are not played again, so that a calibration can be gone on with."""

    def __init__(
        self,
        executor: Executor,
        at_once: int,
        kept: Path | None = None,
        on_run: Callable[[float], None] = lambda _scale: None,
    ) -> None:
        """Take up what a file keeps.

        Args:
            executor: who plays.
            at_once: how many runs it plays at the same time.
            kept: a file of one record a line, made where it is not there.
            on_run: told the scale of every run that is done.

        Raises:
            LabError: the file cannot be read, or holds something else.
        """
        self.played = 0
        self._executor, self._at_once, self._kept, self._on_run = executor, at_once, kept, on_run
        self._known = _read(kept) if kept is not None and kept.exists() else {}

    def play(self, trials: Sequence[Trial]) -> list[Record]:
        """Return what trials come to, in their order."""
        keys = [trial.key for trial in trials]
        keyed = dict(zip(keys, trials, strict=True))
        missing = {key: trial for key, trial in keyed.items() if key not in self._known}
        for key in keyed.keys() - missing.keys():
            self._on_run(keyed[key].scenario.scale)
        for record in in_order(self._executor, self._at_once, attempt, missing.values()):
            self._known[record.key] = record
            self.played += 1
            if self._kept is not None:
                with self._kept.open("ab") as file:
                    file.write(msgspec.json.encode(record) + b"\n")
            self._on_run(keyed[record.key].scenario.scale)
        return [self._known[key] for key in keys]


def _read(path: Path) -> dict[str, Record]:
    try:
        lines = path.read_bytes().split(b"\n")
        # what stands behind the last newline was being written when the calibration was stopped
        records = [msgspec.json.decode(line, type=Record) for line in lines[:-1]]
    except OSError as fault:
        raise LabError(f"{path}: cannot be read ({fault.strerror}); name another file") from fault
    except msgspec.DecodeError as fault:
        raise LabError(f"{path}: keeps no runs of a calibration ({fault}); name another file") from fault
    if lines[-1]:
        path.write_bytes(b"".join(line + b"\n" for line in lines[:-1]))
    return {record.key: record for record in records}
