"""An outlet to NATS JetStream: the events and frames of runs that go on, for whoever consumes them there.

| stream | subject | message | id |
| --- | --- | --- | --- |
| `CLOUDFAIR_EVENTS` | `cloudfair.RUN.events.visitor.left` | a CloudEvent | `RUN/events/POSITION` |
| `CLOUDFAIR_FRAMES` | `cloudfair.RUN.frames` | all measures, as `GET /runs/RUN/snapshot` | `RUN/frames/POSITION` |

Dots in a run's id are underscores in subjects. The id of a message is the same however often it is published, so that
JetStream keeps it once; the last one that it has of a run is where the outlet goes on, after a restart of either side.
Runs that had ended before the outlet began stay as they are there.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from cloudfair import tables
from cloudfair.cloudevents import ONE, Envelope, envelope_of
from cloudfair.live import LiveRuns
from cloudfair.log import Log
from cloudfair.metrics import Metrics
from fairfacts.errors import BackendError, FairError

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

EVENTS, FRAMES = "CLOUDFAIR_EVENTS", "CLOUDFAIR_FRAMES"
SUBJECTS: Mapping[str, str] = {EVENTS: "cloudfair.*.events.>", FRAMES: "cloudfair.*.frames"}
HELD_FRAMES = 1_000
"""Of each run; all events are held."""
DUPLICATES_S = 600.0
"""For how long JetStream knows the ids of messages."""
LOOK_S = 0.25
"""How often the log is asked for what is new."""
FRAME_S = 1.0
RETRY_S = 2.0
PAGE_EVENTS = 500
"""How many are on their way at a time."""
ACK_S = 10.0

_logger = logging.getLogger(__name__)


def require_nats() -> None:
    """Hold that the client of NATS is there.

    Raises:
        BackendError: it is not; names the remedy.
    """
    if importlib.util.find_spec("nats") is None:
        raise BackendError("nats-py is missing; install it with: pip install 'cloudfair[nats]'")


class Outlet:
    """Publishes the runs of one backend for as long as `run` runs."""

    def __init__(self, url: str, log: Log, runs: LiveRuns, metrics: Metrics) -> None:
        """`url` is of a NATS server, such as `nats://user:password@host:4222`.

        Raises:
            BackendError: the client of NATS is missing.
        """
        require_nats()
        self._url, self._log, self._runs, self._metrics = url, log, runs, metrics
        self.name = masked(url)
        self._published: dict[str, int] = {}
        """How many events of a run are out."""
        self._ended_before: frozenset[str] | None = None
        """Runs that had ended when the outlet began."""
        self._stopped = False
        self._envelopes: dict[str, Envelope] = {}
        self._framed: dict[str, tuple[int, float]] = {}
        """Position of the last frame of a run, and when it was made."""

    async def run(self) -> None:
        """Publish until stopped; while NATS cannot be reached, the log is what waits."""
        from nats.errors import Error

        while not self._stopped:
            try:
                if self._ended_before is None:
                    runs = await asyncio.to_thread(self._log.runs)
                    self._ended_before = frozenset(run.id for run in runs if run.ended)
                await self._serve()
            except (Error, FairError, OSError, TimeoutError) as fault:
                _logger.warning("the outlet waits", extra={"fields": {"nats": self.name, "fault": _plain(fault)}})
                self._published.clear()  # JetStream alone knows
                await asyncio.sleep(RETRY_S)

    def stop(self) -> None:
        """Have `run` return soon; cancel it as well. The client of NATS swallows some cancellations."""
        self._stopped = True

    async def _serve(self) -> None:
        import nats

        async def told(fault: Exception) -> None:
            _logger.warning("the outlet waits", extra={"fields": {"nats": self.name, "fault": _plain(fault)}})

        client: Client = await nats.connect(self._url, allow_reconnect=False, error_cb=told, connect_timeout=5)
        try:
            jetstream = client.jetstream(timeout=ACK_S, publish_async_max_pending=2 * PAGE_EVENTS)
            for stream, subject in SUBJECTS.items():
                await _made(jetstream, stream, subject)
            _logger.info("the outlet publishes", extra={"fields": {"nats": self.name}})
            while not (client.is_closed or self._stopped):
                is_busy = False
                for run in await asyncio.to_thread(self._log.runs):
                    is_busy |= await self._publish(jetstream, run)
                await asyncio.sleep(0 if is_busy else LOOK_S)
            if not self._stopped:
                raise OSError("the connection was lost")
        finally:
            async with asyncio.timeout(ACK_S):
                await client.close()

    async def _publish(self, jetstream: JetStreamContext, kept: tables.Run) -> bool:
        """Publish some of what a run has that is not out yet, and return whether there was any."""
        run, is_old = kept.id, kept.id in (self._ended_before or ())
        if run not in self._published:
            self._published[run] = await _last_of(jetstream, run, kept.head if is_old else 0)
        first = self._published[run]
        if first >= kept.head:
            return False
        lines = await asyncio.to_thread(self._log.events, run, first, PAGE_EVENTS)
        if run not in self._envelopes:
            self._envelopes[run] = await asyncio.to_thread(envelope_of, self._log, run)
        envelope = self._envelopes[run]
        acks = []
        for position, line in enumerate(lines, first):
            kind = msgspec.json.decode(line, type=_Typed).type
            ids = {"Nats-Msg-Id": f"{run}/events/{position}", "Content-Type": ONE}
            acks.append(
                await jetstream.publish_async(
                    f"{_subject_of(run)}.events.{kind}", envelope.around(position, line), headers=ids, stream=EVENTS
                )
            )
        async with asyncio.timeout(ACK_S):
            await asyncio.gather(*acks)
        self._published[run] = first + len(lines)
        self._metrics.published.labels("events").inc(len(lines))
        await self._frame(jetstream, run, is_last=kept.ended and self._published[run] >= kept.head)
        return True

    async def _frame(self, jetstream: JetStreamContext, run: str, *, is_last: bool) -> None:
        """Publish a frame of a run, about once a second and at its end."""
        live = await self._runs.get(run)
        state, now = live.state(), asyncio.get_running_loop().time()
        position, made_at = self._framed.get(run, (-1, -FRAME_S))
        if position == state.position or (now < made_at + FRAME_S and not is_last):
            return
        self._framed[run] = (state.position, now)
        frame = {"run": run, "position": state.position, "at_ms": live.at_ms, "measures": state.snapshot()}
        headers = {"Nats-Msg-Id": f"{run}/frames/{state.position}", "Content-Type": "application/json"}
        await jetstream.publish(
            f"{_subject_of(run)}.frames", msgspec.json.encode(frame), stream=FRAMES, headers=headers
        )
        self._metrics.published.labels("frames").inc()


class _Typed(msgspec.Struct):
    type: str


async def _made(jetstream: JetStreamContext, stream: str, subject: str) -> None:
    """Make a stream, unless it is there: then its keeper has settled how."""
    from nats.js.api import StreamConfig
    from nats.js.errors import NotFoundError

    try:
        await jetstream.stream_info(stream)
    except NotFoundError:
        held: dict[str, Any] = {"max_msgs_per_subject": HELD_FRAMES} if stream == FRAMES else {}
        config = StreamConfig(name=stream, subjects=[subject], duplicate_window=DUPLICATES_S, **held)
        await jetstream.add_stream(config)


async def _last_of(jetstream: JetStreamContext, run: str, otherwise: int) -> int:
    """Return how many events of a run JetStream has, which are its first ones; of a run unknown to it, `otherwise`."""
    from nats.js.errors import NotFoundError

    try:
        last = await jetstream.get_last_msg(EVENTS, f"{_subject_of(run)}.events.>")
    except NotFoundError:
        return otherwise
    return int((last.headers or {})["Nats-Msg-Id"].rpartition("/")[2]) + 1


def _subject_of(run: str) -> str:
    return f"cloudfair.{run.replace('.', '_')}"


def masked(url: str) -> str:
    """Return the URL of a server without what may be a secret."""
    parts = urlsplit(url if "://" in url else f"nats://{url}")
    return f"{parts.scheme}://{parts.hostname}:{parts.port or 4222}"


def _plain(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}".rstrip(": ")
