"""The publisher: the events and frames of every run in NATS JetStream, for whoever consumes them there.

| stream | subject | message | id |
| --- | --- | --- | --- |
| `CLOUDFAIR_EVENTS` | `cloudfair.RUN.events.visitor.left` | a CloudEvent | `RUN/events/POSITION` |
| `CLOUDFAIR_FRAMES` | `cloudfair.RUN.frames` | all measures (`PublishedFrame`) | `RUN/frames/POSITION` |

Characters of a run's id that are neither letters, digits nor `-` are underscores in subjects.

The database has a record of what each stream acknowledged of each run (`cloudfair.store.publications`). The publisher
sends what lies after it: also of runs that ended while it was away, and whatever the stream lacks. It records some
pages of events once all of them are acknowledged. After a fault or a start it asks the stream which events after the
record came through, and sends the others. So every run is published whole, and each event once. Of frames, the latest
is recorded. A stream that takes nothing holds up no other, and a run with an event that is too large for NATS none.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from prometheus_client import Counter

from cloudfair.export.cloudevents import STRUCTURED, Envelope, envelope_of
from cloudfair.export.jetstream import (
    ACK_S,
    EVENTS,
    FRAMES,
    RETRY_S,
    Held,
    Made,
    Message,
    PublishedFrame,
    Sender,
    another_history,
    held,
    is_too_large,
    made,
    plain,
    subject_of,
    too_large,
)
from cloudfair.export.nats_servers import Servers
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
"""How long a run that goes on has no other frame."""
CHECK_S = 10.0
"""How often JetStream is asked whether a stream still is the one that it was."""
PAGE_EVENTS = 2_000
"""How many are on their way at a time."""
TOO_LARGE_S = 60.0
"""How long a run is left alone of which NATS takes no more, until somebody settles a larger limit."""
TURN_EVENTS = 8 * PAGE_EVENTS
"""How many of a run are read and recorded at a time: about a segment, which is then unpacked once."""

JSON = "application/json"

_logger = logging.getLogger(__name__)


class Publisher:
    """Publishes the runs of one backend for as long as `run` runs."""

    def __init__(self, servers: Servers, log: Log, runs: LiveRuns, published: Counter) -> None:
        """`published` counts what is acknowledged."""
        self._servers, self._log, self._runs, self._count = servers, log, runs, published
        self.name = servers.name
        self._stopped = False
        self._faults: dict[str, str] = {}
        """Of each stream, and of the connection (""), the latest one reported, and not gone since."""
        self._run_faults: dict[str, dict[str, str]] = {EVENTS: {}, FRAMES: {}}
        """Of each stream, the same of each run."""

    async def run(self) -> None:
        """Publish until stopped; while NATS cannot be reached, the log is what waits."""
        from nats.errors import Error

        while not self._stopped:
            try:
                await self._serve()
            except (Error, FairError, OSError, TimeoutError) as fault:
                self._report("", fault)
                await asyncio.sleep(RETRY_S)

    def stop(self) -> None:
        """Have `run` return soon; cancel it as well. The client of NATS swallows some cancellations."""
        self._stopped = True

    async def _serve(self) -> None:
        async def report(fault: Exception) -> None:
            self._report("", fault)

        # they are ours; to look at each takes a tenth of the time
        client = await self._servers.connect(report, skip_subject_validation=True)
        try:
            _logger.info("the publisher is connected", extra={"fields": {"nats": self.name}})
            tasks = [asyncio.create_task(self._keep_publishing(client, kind)) for kind in (_Events, _Frames)]
            try:
                await asyncio.gather(*tasks)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks, timeout=ACK_S)
            if not self._stopped:
                raise OSError("the connection was lost")
        finally:
            async with asyncio.timeout(ACK_S):
                await client.close()

    async def _keep_publishing(self, client: Client, kind: type[_Events | _Frames]) -> None:
        """Publish to one stream for as long as the connection lasts; each has a task: none waits for another."""
        over = _Over(client.jetstream(timeout=ACK_S), Sender(client), self._log, self._runs, self._count)
        await over.sender.begin()
        publisher = _StreamPublisher(kind, over, self._run_faults[kind.stream])
        while not (client.is_closed or self._stopped):
            is_busy = await self._published(client, publisher)
            await asyncio.sleep(0 if is_busy else LOOK_S)

    async def _published(self, client: Client, publisher: _StreamPublisher) -> bool:
        """Publish what a stream lacks, and return whether there was any; a fault of one stream is its own."""
        from nats.errors import Error

        try:
            is_busy = await publisher.publish()
        except (Error, FairError, OSError, TimeoutError) as fault:
            if client.is_closed:
                raise
            publisher.wait()
            self._report(publisher.stream, fault)
            return False
        if is_busy and not publisher.is_proven:
            publisher.is_proven = True
            self._faults.pop("", None)
            self._faults.pop(publisher.stream, None)
            _logger.info("the publisher publishes", extra={"fields": {"nats": self.name, "stream": publisher.stream}})
        return is_busy

    def _report(self, stream: str, fault: Exception) -> None:
        """Log a fault, once for as long as it stays the same."""
        if (text := plain(fault)) != self._faults.get(stream):
            self._faults[stream] = text
            of = {"stream": stream} if stream else {}
            _logger.warning("the publisher waits", extra={"fields": {"nats": self.name, **of, "fault": text}})


class _Over(NamedTuple):
    """A connection, and what is published over it."""

    jetstream: JetStreamContext
    sender: Sender
    log: Log
    runs: LiveRuns
    published: Counter


class _StreamPublisher:
    """A stream over one connection: it is made if need be, and again where somebody deleted it."""

    def __init__(self, kind: type[_Events | _Frames], over: _Over, faults: dict[str, str]) -> None:
        self._kind, self._over, self._faults = kind, over, faults
        self.stream = kind.stream
        self.is_proven = False
        """Whether it took something since the connection was made, or since its latest fault."""
        self._published: _Events | _Frames | None = None
        self._ask_at = self._retry_at = 0.0

    async def publish(self) -> bool:
        """Publish some of what the stream lacks; return whether there was any. A stream with a fault is left alone."""
        if (now := _now()) < self._retry_at:
            return False
        if self._published is None or now >= self._ask_at:
            stream = await made(self._over.jetstream, self.stream)
            self._ask_at = now + CHECK_S
            if self._published is None or self._published.made != stream:
                self._published = self._kind(stream, self._over, self._faults)
        return await self._published.publish()

    def wait(self) -> None:
        """Leave the stream alone for some time; then ask it what came through."""
        self._published, self._retry_at, self.is_proven = None, _now() + RETRY_S, False


class _Published:
    """What is published to one stream over one connection, run by run."""

    stream: str

    def __init__(self, stream: Made, over: _Over, faults: dict[str, str]) -> None:
        """`faults` has of each run that cannot be published why, as it was last reported."""
        self.made = stream
        self._over, self._faults = over, faults
        self._retry_at: dict[str, float] = {}

    async def publish(self) -> bool:
        """Publish some of each run of which not all is out yet; return whether there was any.

        A run that cannot be read is reported and tried again later; it touches no other.
        """
        is_busy, now = False, _now()
        for run in await asyncio.to_thread(self._over.log.publications.unpublished, self.made.name):
            if self._retry_at.get(run.run, now) <= now and self._is_due(run, now):
                is_busy |= await self._tried(run)
        return is_busy

    async def _tried(self, run: Unpublished) -> bool:
        """Publish of a run; return whether it could be done, and report why where it could not."""
        from nats.errors import Error

        try:
            await self._publish(run)
        except FairError as fault:
            self._leave_alone(run.run, str(fault), RETRY_S)
            return False
        except Error as fault:
            if not is_too_large(fault):
                raise
            self._leave_alone(run.run, f"run {run.run}: {too_large(self.stream, run.position)}", TOO_LARGE_S)
            return False
        self._faults.pop(run.run, None)
        return True

    def _leave_alone(self, run: str, fault: str, wait_s: float) -> None:
        self._retry_at[run] = _now() + wait_s
        self._forget(run)
        self._report(run, fault)

    def _forget(self, run: str) -> None:
        """Forget what the stream had of a run: some messages may have come through since."""

    def _report(self, run: str, fault: str) -> None:
        """Log why a run is not published, once for as long as it stays the same."""
        if self._faults.get(run) != fault:
            self._faults[run] = fault
            _logger.warning("a run is not published: %s", fault)

    def _is_due(self, of: Unpublished, now: float) -> bool:
        del of, now
        return True

    async def _publish(self, of: Unpublished) -> None:
        raise NotImplementedError

    async def _send(self, messages: list[Message]) -> int:
        return await self._over.sender.send(self.stream, messages, self.made.size_at_most)

    async def _record(self, run: str, position: int) -> None:
        await asyncio.to_thread(self._over.log.publications.record, run, self.made.name, position)


class _Events(_Published):
    """Every event, page by page."""

    stream = EVENTS

    def __init__(self, stream: Made, over: _Over, faults: dict[str, str]) -> None:
        super().__init__(stream, over, faults)
        self._held: dict[str, frozenset[int]] = {}
        """Of each run, the events after its record that the stream had when it was first asked."""
        self._since: dict[str, int] = {}
        """The record from which that was asked for."""
        self._envelopes: dict[str, Envelope] = {}

    def _forget(self, run: str) -> None:
        for record in (self._held, self._since, self._envelopes):
            record.pop(run, None)

    async def _publish(self, of: Unpublished) -> None:
        run, first, log = of.run, of.position, self._over.log
        if run not in self._held or first < self._since[run]:  # a damaged record was removed
            self._since[run] = first
            out = await held(self._over.jetstream, EVENTS, f"{subject_of(run)}.events.>", first)
            await asyncio.to_thread(_check_history, log, run, out)
            self._held[run] = out.positions
            self._envelopes[run] = await asyncio.to_thread(envelope_of, log, run)
        lines = await asyncio.to_thread(log.segments.lines, run, first, min(TURN_EVENTS, of.head - first))
        messages = self._messages(run, first, lines)
        while page := list(islice(messages, PAGE_EVENTS)):
            self._over.published.labels("events").inc(await self._send(page))
        await self._record(run, first + len(lines))
        if of.ended and first + len(lines) >= of.head:
            self._forget(run)

    def _messages(self, run: str, first: int, lines: list[bytes]) -> Iterator[Message]:
        events, envelope, out = f"{subject_of(run)}.events", self._envelopes[run], self._held[run]
        for position, line in enumerate(lines, first):
            if position not in out:
                kind, content = envelope.typed(position, line)
                yield Message(f"{events}.{kind}", f"{run}/events/{position}", content, STRUCTURED)


class _Frames(_Published):
    """A frame of each run, about once a second and at its end; of one that pauses as well."""

    stream = FRAMES

    def __init__(self, stream: Made, over: _Over, faults: dict[str, str]) -> None:
        super().__init__(stream, over, faults)
        self._made_at: dict[str, float] = {}
        """When the last frame of a run that goes on was made."""

    def _is_due(self, of: Unpublished, now: float) -> bool:
        return of.ended or now >= self._made_at.get(of.run, float("-inf")) + FRAME_S

    async def _publish(self, of: Unpublished) -> None:
        live = await self._over.runs.get(of.run)
        await live.reach(of.head)  # another backend may have taken them in
        state, now = live.state(), _now()
        frame = PublishedFrame(
            run=of.run,
            position=state.position,
            at_ms=live.at_ms,
            digest=live.digest,
            ended=live.ended,
            measures=state.snapshot(),
        )
        name, content = f"{of.run}/frames/{frame.position}", msgspec.json.encode(frame)
        await self._send([Message(f"{subject_of(of.run)}.frames", name, content, JSON)])
        self._over.published.labels("frames").inc()
        self._made_at[of.run] = now
        await self._record(of.run, frame.position)  # the state has gone on meanwhile
        if frame.ended:
            del self._made_at[of.run]


def _check_history(log: Log, run: str, out: Held) -> None:
    """Refuse to add to another history of a run, which a stream has where a copy of the database was put back.

    Raises:
        FairError: the latest event in the stream is not the one that the log has there.
    """
    if out.latest >= 0 and not any(out.is_latest(line) for line in log.segments.lines(run, out.latest, 1)):
        raise FairError(another_history(run, out.latest))


def _now() -> float:
    return asyncio.get_running_loop().time()
