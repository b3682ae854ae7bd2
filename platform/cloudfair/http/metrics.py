"""Metrics of the backend itself, for Prometheus; measures are those of the fair.

| metric | labels | |
| --- | --- | --- |
| `cloudfair_build_info` | `version` | always 1 |
| `cloudfair_database_up` | | 1, or 0 where the database does not answer: the metrics of kept runs are then missing |
| `cloudfair_runs` | `state` | runs that are kept: `running`, `ended` |
| `cloudfair_damaged` | `run`, `table` | 1 for each run with a damaged row in `run` or `command` |
| `cloudfair_run_events` | `run` | events in the log of a run in memory |
| `cloudfair_run_unfolded_events` | `run` | of these, events that are not in the measures yet |
| `cloudfair_run_simulated_seconds` | `run` | simulated time of the latest event, since the epoch |
| `cloudfair_run_lag_seconds` | `run`, `stage` | of the latest batch: `model_to_intake`, `intake_to_fold` |
| `cloudfair_run_alarms` | `run`, `alarm`, `state`, `answer` | 1 for each alarm raised; an answer may be `unknown` |
| `cloudfair_events_taken_in_total` | | events appended by this process |
| `cloudfair_sockets` | `route` | open WebSockets: watchers and event streams |
| `cloudfair_frame_seconds` | | histogram of the time of frames from fold to socket, at each heartbeat of a watcher |
| `cloudfair_request_seconds` | `method`, `route`, `status` | histogram of how long requests took |
| `cloudfair_query_seconds` | `outcome` | histogram of how long SQL took: `answered`, `refused` |
| `cloudfair_published_total` | `kind` | messages that JetStream has acknowledged: `events`, `frames` |
| `process_*` | | processor time, memory, open files |
"""

from __future__ import annotations

import logging
import time
from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cloudfair.errors import DamageError
from cloudfair.projections.live import Live
from cloudfair.projections.live_runs import LiveRuns
from cloudfair.store.log import Log
from cloudfair.store.states import STATES
from fairfacts.alarm_answers import holding
from fairfacts.errors import BackendError

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LATENCIES_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WEBSOCKET")

_logger = logging.getLogger(__name__)


class Metrics:
    """The metrics of one backend."""

    def __init__(self, log: Log, runs: LiveRuns, release: str) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # they would add a series for each, with the start of this process
        self._registry = registry = CollectorRegistry()
        self.events = Counter("cloudfair_events_taken_in", "Events appended by this process", registry=registry)
        self.sockets = Gauge(
            "cloudfair_sockets", "Open WebSockets: watchers and event streams", ["route"], registry=registry
        )
        self.requests = Histogram(
            "cloudfair_request_seconds",
            "How long requests took",
            ["method", "route", "status"],
            buckets=LATENCIES_S,
            registry=registry,
        )
        self.frames = Histogram(
            "cloudfair_frame_seconds",
            "From the fold to the socket: the latest frame of each watcher, at its heartbeats",
            buckets=LATENCIES_S,
            registry=registry,
        )
        self.queries = Histogram(
            "cloudfair_query_seconds", "How long SQL took", ["outcome"], buckets=LATENCIES_S, registry=registry
        )
        self.published = Counter(
            "cloudfair_published", "Messages that JetStream has acknowledged", ["kind"], registry=registry
        )
        Info("cloudfair_build", "Release of the backend", registry=registry).info({"version": release})
        ProcessCollector(registry=registry)
        registry.register(_Runs(log, runs))

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format; reads the database."""
        return generate_latest(self._registry)


class _Runs(Collector):
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
            kept: list[GaugeMetricFamily] = [self._kept(damaged)]
        except BackendError as fault:
            _logger.warning("the metrics of kept runs are missing: %s", fault)
            kept = []
        yield GaugeMetricFamily("cloudfair_database_up", "Whether the database answers", value=len(kept))
        yield from kept
        yield from self._in_memory(damaged)
        yield damaged

    def _kept(self, damaged: GaugeMetricFamily) -> GaugeMetricFamily:
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


class Observer:
    """An ASGI middleware that counts, times and logs each request of the app."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the app, and record the answer."""
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        began, record = time.monotonic(), _Record(scope, self._metrics)

        async def watched(message: Message) -> None:
            record.add(message)
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            record.close(time.monotonic() - began)
        return None


class _Record:
    """The record of one request."""

    def __init__(self, scope: Scope, metrics: Metrics) -> None:
        self._scope, self._metrics = scope, metrics
        method = scope.get("method", "WEBSOCKET")
        self._method = method if method in METHODS else "other"  # a method that a client makes up is no label
        self._status, self._is_open = 500, False

    def add(self, message: Message) -> None:
        """Record the status, or that a WebSocket was accepted."""
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            self._status = message["status"]
        elif message["type"] == "websocket.accept":
            self._status, self._is_open = 101, True
            self._metrics.sockets.labels(self._route).inc()

    def close(self, took_s: float) -> None:
        """Count and log the request; the time for which a WebSocket was open is no latency."""
        if self._is_open:
            self._metrics.sockets.labels(self._route).dec()
        else:
            self._metrics.requests.labels(self._method, self._route, self._status).observe(took_s)
        level = logging.WARNING if self._status >= 500 else logging.INFO if self._status >= 400 else logging.DEBUG
        if _logger.isEnabledFor(level):
            fields: dict[str, Any] = {
                "method": self._method,
                "path": self._scope["path"],
                "status": self._status,
                "took_ms": round(took_s * 1000, 1),
            }
            _logger.log(level, "request", extra={"fields": fields})

    @property
    def _route(self) -> str:
        """Return the pattern of the route, of which there are few."""
        return str(getattr(self._scope.get("route"), "path", "none"))
