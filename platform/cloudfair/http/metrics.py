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
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LATENCIES_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WEBSOCKET")

_logger = logging.getLogger(__name__)


class Metrics:
    """The metrics of one backend."""

    def __init__(self, release: str, *collectors: Collector) -> None:
        """Register these metrics, and those of the collectors."""
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
        for collector in collectors:
            registry.register(collector)

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format; reads the database."""
        return generate_latest(self._registry)


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
