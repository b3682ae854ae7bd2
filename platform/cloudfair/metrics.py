"""Metrics of the backend itself, for Prometheus; measures are of the fair.

| metric | labels | |
| --- | --- | --- |
| `cloudfair_build_info` | `version` | always 1 |
| `cloudfair_runs` | `state` | runs that are kept: `running`, `ended` |
| `cloudfair_run_events` | `run` | events in the log of a run in memory |
| `cloudfair_run_unfolded_events` | `run` | of these, events that are not in the measures yet |
| `cloudfair_run_simulated_seconds` | `run` | simulated time of the latest event, since the epoch |
| `cloudfair_run_lag_seconds` | `run`, `stage` | of the latest batch: `model_to_intake`, `intake_to_fold` |
| `cloudfair_events_taken_in_total` | | events appended by this process |
| `cloudfair_sockets` | `route` | open WebSockets: watchers and taps |
| `cloudfair_frame_seconds` | | histogram of the way of frames from fold to socket, at every heartbeat of a watcher |
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

from cloudfair.live import LiveRuns
from cloudfair.log import Log
from cloudfair.tables import STATES

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LATENCIES_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WEBSOCKET")

_logger = logging.getLogger(__name__)


class Metrics:
    """The metrics of one backend."""

    def __init__(self, log: Log, runs: LiveRuns, release: str) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series each, saying when this process began
        self._registry = registry = CollectorRegistry()
        self.events = Counter("cloudfair_events_taken_in", "Events appended by this process", registry=registry)
        self.sockets = Gauge("cloudfair_sockets", "Open WebSockets: watchers and taps", ["route"], registry=registry)
        self.requests = Histogram(
            "cloudfair_request_seconds",
            "How long requests took",
            ["method", "route", "status"],
            buckets=LATENCIES_S,
            registry=registry,
        )
        self.frames = Histogram(
            "cloudfair_frame_seconds",
            "From the fold to the socket, of each watcher's latest frame at its heartbeats",
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
    """What runs tell when they are asked; they pay nothing for it as they go."""

    def __init__(self, log: Log, runs: LiveRuns) -> None:
        self._log, self._runs = log, runs

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """Return nothing: the registry would ask the database for the names."""
        return ()

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the metrics of runs as they stand."""
        states = Tally(run.state for run in self._log.runs())
        runs = GaugeMetricFamily("cloudfair_runs", "Runs that are kept", labels=["state"])
        for state in STATES:
            runs.add_metric([state], states[state])
        yield runs
        yield from self._in_memory()

    def _in_memory(self) -> Iterator[GaugeMetricFamily]:
        events = GaugeMetricFamily("cloudfair_run_events", "Events in the log of a run in memory", labels=["run"])
        unfolded = GaugeMetricFamily(
            "cloudfair_run_unfolded_events", "Events that are not in the measures yet", labels=["run"]
        )
        simulated = GaugeMetricFamily(
            "cloudfair_run_simulated_seconds", "Simulated time of the latest event, since the epoch", labels=["run"]
        )
        lag = GaugeMetricFamily("cloudfair_run_lag_seconds", "Of the latest batch", labels=["run", "stage"])
        for live in self._runs.loaded():
            events.add_metric([live.run], live.head)
            unfolded.add_metric([live.run], live.head - live.position)
            simulated.add_metric([live.run], live.at_ms / 1000)
            lag.add_metric([live.run, "intake_to_fold"], live.intake_to_fold_ms / 1000)
            if live.model_to_intake_ms is not None:
                lag.add_metric([live.run, "model_to_intake"], live.model_to_intake_ms / 1000)
        yield from (events, unfolded, simulated, lag)


class Observer:
    """An ASGI middleware that counts and times what is asked of the app, and logs it in one line."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the app answer, and take note of what it does."""
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        began, seen = time.monotonic(), _Seen(scope, self._metrics)

        async def watched(message: Message) -> None:
            seen.sends(message)
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            seen.ends(time.monotonic() - began)
        return None


class _Seen:
    """What is seen of one request."""

    def __init__(self, scope: Scope, metrics: Metrics) -> None:
        self._scope, self._metrics = scope, metrics
        method = scope.get("method", "WEBSOCKET")
        self._method = method if method in METHODS else "other"  # what clients make up is no label
        self._status, self._is_open = 500, False

    def sends(self, message: Message) -> None:
        """Take note of the status, or of a WebSocket that is accepted."""
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            self._status = message["status"]
        elif message["type"] == "websocket.accept":
            self._status, self._is_open = 101, True
            self._metrics.sockets.labels(self._route).inc()

    def ends(self, took_s: float) -> None:
        """Count and log the request; the time that a WebSocket was open is no latency."""
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
        """Return the route that the request was for, with its parameters unfilled: there are few of them."""
        return str(getattr(self._scope.get("route"), "path", "none"))
