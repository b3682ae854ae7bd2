"""The metrics of runs: those that are kept, and those in memory."""

from __future__ import annotations

import logging
from collections import Counter as Tally
from collections.abc import Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from cloudfair.errors import DamageError
from cloudfair.projections.live import Live
from cloudfair.projections.live_runs import LiveRuns
from cloudfair.store.log import Log
from cloudfair.store.states import STATES
from fairfacts.alarm_answers import holding
from fairfacts.errors import BackendError

_logger = logging.getLogger(__name__)


class RunMetrics(Collector):
    """The metrics of runs, read when they are asked for; runs pay nothing for them."""

    def __init__(self, log: Log, runs: LiveRuns) -> None:
        self._log, self._runs = log, runs

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Return nothing: the registry would ask the database for the names."""
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the metrics of runs as they stand; what cannot be read hides nothing else."""
        damaged = GaugeMetricFamily(
            "cloudfair_damaged", "Runs with a row that is not what was written", labels=["run", "table"]
        )
        try:
            stored: list[GaugeMetricFamily] = [self._in_database(damaged)]
        except BackendError as fault:
            _logger.warning("the metrics of kept runs are missing: %s", fault)
            stored = []
        yield GaugeMetricFamily("cloudfair_database_up", "Whether the database answers", value=len(stored))
        yield from stored
        yield from self._in_memory(damaged)
        yield damaged

    def _in_database(self, damaged: GaugeMetricFamily) -> GaugeMetricFamily:
        ids = self._log.runs.ids()
        whole = {run.id: run.state for run in self._log.runs.all()}
        for run in ids:
            if run not in whole:
                damaged.add_metric([run, "run"], 1)
        states = Tally(whole.values())
        runs = GaugeMetricFamily("cloudfair_runs", "Runs that are kept", labels=["state"])
        for state in STATES:
            runs.add_metric([state], states[state])
        return runs

    def _in_memory(self, damaged: GaugeMetricFamily) -> Iterator[GaugeMetricFamily]:
        events = GaugeMetricFamily("cloudfair_run_events", "Events in the log of a run in memory", labels=["run"])
        unfolded = GaugeMetricFamily(
            "cloudfair_run_unfolded_events", "Events that are not in the measures yet", labels=["run"]
        )
        simulated = GaugeMetricFamily(
            "cloudfair_run_simulated_seconds", "Simulated time of the latest event, since the epoch", labels=["run"]
        )
        lag = GaugeMetricFamily("cloudfair_run_lag_seconds", "Of the latest batch", labels=["run", "stage"])
        alarms = GaugeMetricFamily(
            "cloudfair_run_alarms", "Alarms that are raised", labels=["run", "alarm", "state", "answer"]
        )
        for live in self._runs.loaded():
            for labels in self._alarms_of(live, damaged):
                alarms.add_metric([live.run, *labels], 1)
            events.add_metric([live.run], live.head)
            unfolded.add_metric([live.run], live.head - live.position)
            simulated.add_metric([live.run], live.at_ms / 1000)
            lag.add_metric([live.run, "intake_to_fold"], live.intake_to_fold_ms / 1000)
            if live.model_to_intake_ms is not None:
                lag.add_metric([live.run, "model_to_intake"], live.model_to_intake_ms / 1000)
        yield from (events, unfolded, simulated, lag, alarms)

    def _alarms_of(self, live: Live, damaged: GaugeMetricFamily) -> Iterator[tuple[str, str, str]]:
        """Yield name, state and answer of each alarm that is raised."""
        raised, at_ms, unread = live.alarms, live.at_ms, "none"
        try:
            answers = self._log.commands.alarm_answers(live.run) if raised else []
        except BackendError as fault:
            answers, unread = [], "unknown"
            if isinstance(fault, DamageError):
                damaged.add_metric([live.run, "command"], 1)
        for name, alarm in raised.items():
            answer = holding(answers, name, alarm.since_ms, at_ms)
            yield name, alarm.state, answer.kind if answer else unread
