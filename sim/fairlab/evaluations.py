"""The evaluations of a calibration: runs of the model and their totals, stored in a file to be reused."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path

import msgspec

from fairfacts.clock import HOUR_MS
from fairfacts.errors import LabError
from fairfacts.measures import State, value_at
from fairlab.flow import EXACT, Register, flow
from fairlab.workers import in_order
from fairsim import VERSION
from fairsim.engine.kernel import few_collections
from fairsim.fair import play
from fairsim.inputs.scenario import Scenario


class Evaluation(msgspec.Struct, frozen=True):
    """A run of the model at one point."""

    scenario: Scenario
    seed: int
    replication: int
    measures: tuple[str, ...]

    @property
    def key(self) -> str:
        """The key of the run: everything that decides it."""
        return f"{VERSION}/{self.scenario.sha256()}/{self.seed}/{self.replication}/{' '.join(self.measures)}"


class Total(msgspec.Struct, frozen=True):
    """A measure at the end of a run, and its expectation from the flow equations for the register that was drawn."""

    simulated: float
    flow: float
    """1 for a measure that is not in the equations."""


class EvaluationResult(msgspec.Struct, frozen=True):
    """The totals of an evaluation."""

    key: str
    totals: tuple[Total, ...]


BEGINNING = b'{"key":"'
"""Of every line of a file of results."""


def evaluate(evaluation: Evaluation) -> EvaluationResult:
    """Play one run and return its totals."""
    scenario, state = evaluation.scenario, State()
    register = Register(scenario.parameters)
    with few_collections():
        for _, events in play(scenario, evaluation.seed, replication=evaluation.replication, slice_ms=HOUR_MS):
            state.fold(events)
            register.handle(events)
    snapshot, equations = state.snapshot(), flow(scenario.parameters, register.exposure)
    totals = (Total(float(value_at(snapshot, name)), equations.get(name, 1.0)) for name in evaluation.measures)
    return EvaluationResult(evaluation.key, tuple(totals))


def corrections(results: Sequence[EvaluationResult], measures: Sequence[str]) -> list[float]:
    """Return for each measure the logarithm of its mean over the equations' mean; 0 where the equations are exact.

    Raises:
        LabError: a measure is 0 in every run.
    """
    values = []
    for place, measure in enumerate(measures):
        if measure in EXACT:
            values.append(0.0)
            continue
        simulated = math.fsum(result.totals[place].simulated for result in results)
        equations = math.fsum(result.totals[place].flow for result in results)
        if not (simulated > 0 and equations > 0):
            raise LabError(f"{measure} is 0 in all {len(results)} runs of a point; play at a larger --scale")
        values.append(math.log(simulated / equations))
    return values


def standard_deviations(results: Sequence[EvaluationResult], measures: Sequence[str]) -> list[float]:
    """Return about the standard deviation of one run's correction, by measure; 0 where the equations are exact."""
    values = []
    for place, measure in enumerate(measures):
        ratios = [result.totals[place].simulated / max(result.totals[place].flow, 1e-12) for result in results]
        mean = math.fsum(ratios) / len(ratios)
        spread = math.fsum((ratio - mean) ** 2 for ratio in ratios) / max(len(ratios) - 1, 1)
        values.append(0.0 if measure in EXACT or not mean else math.sqrt(spread) / mean)
    return values


class Evaluator:
    """Plays evaluations, and reuses those that a file holds: an interrupted calibration goes on."""

    def __init__(
        self,
        executor: Executor,
        at_once: int,
        store: Path | None = None,
        on_run: Callable[[float], None] = lambda _scale: None,
    ) -> None:
        """Read the results that a file holds.

        Args:
            executor: plays the runs.
            at_once: how many runs it plays at the same time.
            store: a file with one result a line; made if it is missing.
            on_run: called with the scale of every run that is done.

        Raises:
            LabError: the file cannot be read or written, or holds something else.
        """
        self.played = 0
        self._executor, self._at_once, self._store, self._on_run = executor, at_once, store, on_run
        self._known = {} if store is None else _read(store)

    def play(self, evaluations: Sequence[Evaluation]) -> list[EvaluationResult]:
        """Return the results of evaluations, in their order."""
        keys = [evaluation.key for evaluation in evaluations]
        keyed = dict(zip(keys, evaluations, strict=True))
        missing = {key: evaluation for key, evaluation in keyed.items() if key not in self._known}
        for key in keyed.keys() - missing.keys():
            self._on_run(keyed[key].scenario.scale)
        for record in in_order(self._executor, self._at_once, evaluate, missing.values()):
            self._known[record.key] = record
            self.played += 1
            if self._store is not None:
                _append(self._store, record)
            self._on_run(keyed[record.key].scenario.scale)
        return [self._known[key] for key in keys]


def _append(path: Path, record: EvaluationResult) -> None:
    try:
        with path.open("ab") as file:
            file.write(msgspec.json.encode(record) + b"\n")
    except OSError as fault:
        raise LabError(
            f"{path}: cannot be written ({fault.strerror}); make room and go on: the runs before are kept there"
        ) from fault


def _read(path: Path) -> dict[str, EvaluationResult]:
    try:
        path.open("ab").close()  # now, and not after the first run, it shows whether results can be kept there
        content = path.read_bytes()
        *lines, rest = content.split(b"\n")
        results = [msgspec.json.decode(line, type=EvaluationResult) for line in lines]
        if not BEGINNING.startswith(rest[: len(BEGINNING)]):
            raise LabError(
                f"{path}: ends in what is no run of a calibration; name another file, or remove its last line"
            )
        if rest:  # the calibration was stopped while it wrote it
            _refuse_others(rest)
            os.truncate(path, len(content) - len(rest))  # not written anew: a disk that is full would lose all
    except OSError as fault:
        raise LabError(f"{path}: cannot be read or written ({fault.strerror}); name another file") from fault
    except (msgspec.DecodeError, RecursionError, ValueError) as fault:  # a ValueError: no UTF-8
        raise LabError(f"{path}: holds no runs of a calibration ({fault}); name another file") from fault
    return {result.key: result for result in results}


def _refuse_others(rest: bytes) -> None:
    """Refuse what is read to its end, or as far as it goes, as something else than a run.

    Raises:
        msgspec.ValidationError: it is something else.
    """
    try:
        msgspec.json.decode(rest, type=EvaluationResult)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        pass  # it breaks off
