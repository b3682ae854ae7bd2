"""The publisher: the events and frames of every run in NATS JetStream, for whoever consumes them there.

| stream | subject | message | id |
| --- | --- | --- | --- |
| `CLOUDFAIR_EVENTS` | `cloudfair.RUN.events.visitor.left` | a CloudEvent | `RUN/events/POSITION` |
| `CLOUDFAIR_FRAMES` | `cloudfair.RUN.frames` | all measures (`PublishedFrame`) | `RUN/frames/POSITION` |

Characters of a run's id that are neither letters, digits nor `-` are underscores in subjects.

The database has a record of what the stream acknowledged of each run (`cloudfair.store.publications`). The publisher
sends what lies after it: also of runs that ended while it was away, and whatever the stream lacks. It records some
pages once all of them are acknowledged. After a fault or a start it asks the stream which events after the record came
through, and sends the others. So every run is published whole, and each event once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

import msgspec
from prometheus_client import Counter

from cloudfair.export.cloudevents import ONE, Envelope, envelope_of
from cloudfair.export.jetstream import (
    ACK_S,
    EVENTS,
    FRAMES,
    RETRY_S,
    Message,
    PublishedFrame,
    Sender,
    held,
    made,
    masked,
    plain,
    require_nats,
    subject_of,
)
from cloudfair.projections.live_runs import LiveRuns
from cloudfair.store.log import Log
from cloudfair.store.publications import Unpublished
from fairfacts.errors import FairError

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.js import JetStreamContext

LOOK_S = 0.25
"""How often the log is asked for what is new."""
FRAME_S = 1.0
PAGE_EVENTS = 2_000
"""How many are on their way at a time."""
TURN_EVENTS = 8 * PAGE_EVENTS
"""How many of a run are read and recorded at a time: about a segment, which is then unpacked once."""

_logger = logging.getLogger(__name__)


class Publisher:
    """Publishes the runs of one backend for as long as `run` runs."""

    def __init__(self, url: str, log: Log, runs: LiveRuns, published: Counter) -> None:
        """`url` is of a NATS server, such as `nats://user:password@host:4222`; `published` counts what is acknowledged.

        Raises:
            BackendError: the client of NATS is missing.
        """
        require_nats()
        self._url, self._log, self._runs, self._count = url, log, runs, published
        self.name = masked(url)
        self._stopped = False
        self._fault = ""
        """The latest one reported, and not gone since."""
        self._faults: dict[str, str] = {}
        """The same of each run."""

    async def run(self) -> None:
        """Publish until stopped; while NATS cannot be reached, the log is what waits."""
        from nats.errors import Error

        while not self._stopped:
            try:
                await self._serve()
            except (Error, FairError, OSError, TimeoutError) as fault:
                self._report(fault)
                await asyncio.sleep(RETRY_S)

    def stop(self) -> None:
        """Have `run` return soon; cancel it as well. The client of NATS swallows some cancellations."""
        self._stopped = True

    async def _serve(self) -> None:
        import nats

        async def report(fault: Exception) -> None:
            self._report(fault)

        client: Client = await nats.connect(
            self._url,
            allow_reconnect=False,
            error_cb=report,
            connect_timeout=5,
            skip_subject_validation=True,  # they are ours; to look at each takes a tenth of the time
        )
        try:
            jetstream = client.jetstream(timeout=ACK_S)
            destination, _ = [await made(jetstream, stream) for stream in (EVENTS, FRAMES)]
            sender = Sender(client)
            await sender.begin()
            published = _Pages(jetstream, sender, destination, self._log, self._runs, self._count, self._faults)
            _logger.info("the publisher publishes", extra={"fields": {"nats": self.name}})
            while not (client.is_closed or self._stopped):
                is_busy = await published.publish()
                if is_busy:
                    self._fault = ""
                await asyncio.sleep(0 if is_busy else LOOK_S)
            if not self._stopped:
                raise OSError("the connection was lost")
        finally:
            async with asyncio.timeout(ACK_S):
                await client.close()

    def _report(self, fault: Exception) -> None:
        """Log a fault, once for as long as it stays the same."""
        if (text := plain(fault)) != self._fault:
            self._fault = text
            _logger.warning("the publisher waits", extra={"fields": {"nats": self.name, "fault": text}})


class _Pages:
    """What is published over one connection, page by page."""

    def __init__(
        self,
        jetstream: JetStreamContext,
        sender: Sender,
        destination: str,
        log: Log,
        runs: LiveRuns,
        count: Counter,
        faults: dict[str, str],
    ) -> None:
        self._jetstream, self._sender, self._destination = jetstream, sender, destination
        self._log, self._runs, self._count = log, runs, count
        self._held: dict[str, set[int]] = {}
        """Of each run, the events after its record that the stream had when the connection was made."""
        self._since: dict[str, int] = {}
        """The record from which that was asked for."""
        self._envelopes: dict[str, Envelope] = {}
        self._framed: dict[str, tuple[int, float]] = {}
        """Position of the last frame of a run, and when it was made."""
        self._unframed: dict[str, int] = {}
        """Of each run whose last frame came too soon for another one, how many events the next one has at least."""
        self._retry_at: dict[str, float] = {}
        self._faults = faults
        """Of each run that cannot be published, why, as it was last reported."""

    async def publish(self) -> bool:
        """Publish some pages of each run that has events which are not out yet; return whether there was any.

        A run that cannot be read is reported and tried again later; it touches no other.
        """
        is_busy, now = False, asyncio.get_running_loop().time()
        for run in await asyncio.to_thread(self._log.publications.unpublished, self._destination):
            if self._retry_at.get(run.run, now) <= now:
                is_busy |= await self._tried(run.run, self._publish(run))
        for name, end in list(self._unframed.items()):  # of runs that pause as well
            await self._tried(name, self._frame(name, end, is_last=False))
        return is_busy

    async def _tried(self, run: str, work: Awaitable[None]) -> bool:
        """Do something for a run; return whether it could be done, and report why where it could not."""
        try:
            await work
        except FairError as fault:
            self._retry_at[run] = asyncio.get_running_loop().time() + RETRY_S
            self._unframed.pop(run, None)
            self._report(run, str(fault))
            return False
        self._faults.pop(run, None)
        return True

    def _report(self, run: str, fault: str) -> None:
        """Log why a run is not published, once for as long as it stays the same."""
        if self._faults.get(run) != fault:
            self._faults[run] = fault
            _logger.warning("a run is not published: %s", fault)

    async def _publish(self, of: Unpublished) -> None:
        run, first = of.run, of.position
        subject = subject_of(run)
        if run not in self._held or first < self._since[run]:  # a damaged record was removed
            self._since[run] = first
            self._held[run] = await held(self._jetstream, EVENTS, f"{subject}.events.>", first)
            self._envelopes[run] = await asyncio.to_thread(envelope_of, self._log, run)
        count = min(TURN_EVENTS, of.head - first)  # no more than is known of the run: its end has a last frame
        lines = await asyncio.to_thread(self._log.segments.lines, run, first, count)
        end = first + len(lines)
        messages = self._messages(run, first, lines)
        while page := list(islice(messages, PAGE_EVENTS)):
            self._count.labels("events").inc(await self._sender.send(EVENTS, page))
        await self._frame(run, end, is_last=of.ended and end >= of.head)
        await asyncio.to_thread(self._log.publications.record, run, self._destination, end)
        if of.ended and end >= of.head:
            for record in (self._held, self._since, self._envelopes, self._framed, self._unframed):
                record.pop(run, None)

    def _messages(self, run: str, first: int, lines: list[bytes]) -> Iterator[Message]:
        events, envelope, out = f"{subject_of(run)}.events", self._envelopes[run], self._held[run]
        for position, line in enumerate(lines, first):
            if position not in out:
                kind, content = envelope.typed(position, line)
                yield Message(f"{events}.{kind}", f"{run}/events/{position}", content, ONE)

    async def _frame(self, run: str, end: int, *, is_last: bool) -> None:
        """Publish a frame of a run, about once a second and at its end, with the events before `end` at least."""
        live = await self._runs.get(run)
        await live.reach(end)  # another backend may have taken them in
        state, now = live.state(), asyncio.get_running_loop().time()
        position, made_at = self._framed.get(run, (-1, -FRAME_S))
        self._unframed.pop(run, None)
        if position == state.position:
            return
        if now < made_at + FRAME_S and not is_last:
            self._unframed[run] = end
            return
        frame = PublishedFrame(
            run=run,
            position=state.position,
            at_ms=live.at_ms,
            digest=live.digest,
            ended=live.ended,
            measures=state.snapshot(),
        )
        name, content = f"{run}/frames/{state.position}", msgspec.json.encode(frame)
        await self._sender.send(FRAMES, [Message(f"{subject_of(run)}.frames", name, content, "application/json")])
        self._framed[run] = (frame.position, now)  # the state has gone on meanwhile
        self._count.labels("frames").inc()
