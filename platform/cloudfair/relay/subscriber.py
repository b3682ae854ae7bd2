"""The frames of the runs that somebody watches, from NATS, for as long as NATS can be reached, and again after that.

A frame is the whole state of a run. So a run is begun with its furthest frame in the stream, and goes on with whatever
is published: a frame that was lost costs nothing once the next has come. After NATS was away, each run is begun anew.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from cloudfair.errors import BusyError, UnknownError
from cloudfair.export.jetstream import (
    ACK_S,
    RETRY_S,
    frame_of,
    furthest,
    plain,
    subject_of,
)
from cloudfair.export.nats_servers import Servers
from cloudfair.feed.feed import Feed
from cloudfair.relay.source import RelayedRun

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription

    from cloudfair.export.jetstream import PublishedFrame

IDLE_S = 300.0
"""A run that nobody watched for so long is released, with its frames."""
LONGEST_ID = 200
"""Of a run, in characters; none is nearly as long. NATS drops whoever names a subject of over 4,096 bytes."""
LOOK_S = 0.1
"""How often it is looked whether NATS is still there."""

_logger = logging.getLogger(__name__)


class Subscriber:
    """The runs that a relay serves, each with its feed; `run` holds the connection."""

    def __init__(self, servers: Servers, backend: str) -> None:
        """`backend` is the URL of one, for whoever asks for more than feeds."""
        self.name = servers.name
        self._servers, self._backend = servers, backend
        self._client: Client | None = None
        """The connection, while there is one and every run is subscribed to."""
        self._runs: dict[str, _Run] = {}
        self._beginning: dict[str, asyncio.Task[None]] = {}
        self._is_lost, self._is_stopped = False, False
        """Whether a message may have been missed."""
        self._fault = ""

    def check(self) -> None:
        """Hold that frames come in.

        Raises:
            BusyError: NATS cannot be reached.
        """
        if self._client is None or self._client.is_closed:
            fault = f" ({self._fault})" if self._fault else ""
            raise BusyError(f"NATS at {self.name} does not answer{fault}; the relay goes on when it does", retry_s=5)

    async def feed(self, run: str) -> Feed:
        """Return the feed of a run; while NATS is away, that of a run which is served already stands still.

        Raises:
            UnknownError: there is no frame of such a run.
            BusyError: NATS cannot be reached.
        """
        if len(run) > LONGEST_ID:
            raise self._unknown(f"{run[:20]}... of {len(run):,} characters")
        if run not in self._runs:
            if run not in self._beginning:  # those who join at once wait for one
                self._beginning[run] = beginning = asyncio.create_task(self._begin(run))
                beginning.add_done_callback(lambda _: self._beginning.pop(run))
            await asyncio.shield(self._beginning[run])
        return self._runs[run].feed

    def drop_idle(self, idle_s: float = IDLE_S) -> None:
        """Release every run that nobody has watched for `idle_s` seconds."""
        now = time.monotonic()
        for run, entry in list(self._runs.items()):
            if not entry.feed.is_watched and now - entry.feed.left_at >= idle_s:
                self._runs.pop(run).leave()

    async def run(self) -> None:
        """Take in what is published until stopped; where NATS is away, try again."""
        from nats.errors import Error

        while not self._is_stopped:
            try:
                await self._take_frames()
            except (Error, OSError, TimeoutError) as fault:
                self._report(fault)
            if not self._is_stopped:
                await asyncio.sleep(RETRY_S)

    def stop(self) -> None:
        """Have `run` return soon; cancel it as well. The client of NATS swallows some cancellations."""
        self._is_stopped = True

    async def _take_frames(self) -> None:
        async def missed(fault: Exception) -> None:
            """Begin anew: a client that is too slow is sent less than there was."""
            self._is_lost = True
            self._report(fault)

        self._is_lost = False
        client = await self._servers.connect(missed)
        try:
            for entry in list(self._runs.values()):
                await entry.begin(client)
            self._client, self._fault = client, ""
            _logger.info("the relay takes frames", extra={"fields": {"nats": self.name}})
            while not (client.is_closed or self._is_lost or self._is_stopped):
                await asyncio.sleep(LOOK_S)
            if not (self._is_stopped or self._fault):
                raise OSError("the connection was lost")
        finally:
            self._client = None
            async with asyncio.timeout(ACK_S):
                await client.close()

    async def _begin(self, run: str) -> None:
        from nats.errors import Error

        self.check()
        assert self._client, "it was checked"
        entry = _Run(run, self._backend)
        try:
            is_there = await entry.begin(self._client)
        except (Error, OSError, TimeoutError) as fault:
            entry.leave()
            raise BusyError(f"NATS at {self.name} does not answer ({plain(fault)}); ask again", retry_s=5) from fault
        if not is_there:
            entry.leave()
            raise self._unknown(run)
        self._runs[run] = entry

    def _unknown(self, run: str) -> UnknownError:
        return UnknownError(f"no frame of a run {run} was published; ask {self._backend} which runs there are")

    def _report(self, fault: Exception) -> None:
        """Log a fault, once for as long as it stays the same."""
        if (text := plain(fault)) != self._fault:
            self._fault = text
            _logger.warning("the relay waits", extra={"fields": {"nats": self.name, "fault": text}})


class _Run:
    """What is taken in of one run."""

    def __init__(self, run: str, backend: str) -> None:
        self._run, self._backend = run, backend
        self._subscription: Subscription | None = None
        self._source: RelayedRun | None = None
        self._feed: Feed | None = None

    @property
    def feed(self) -> Feed:
        """Its feed; there is one once it has begun."""
        assert self._feed, "it has begun"
        return self._feed

    async def begin(self, client: Client) -> bool:
        """Take in what is published from now on, and the furthest frame before; return whether there was any.

        Raises:
            nats.errors.Error, OSError, TimeoutError: NATS does not answer.
        """
        subject = f"{subject_of(self._run)}.frames"
        self._subscription = await client.subscribe(subject, cb=self._take)
        if frame := await furthest(client.jetstream(timeout=ACK_S), subject):
            self._show(frame)
        return self._feed is not None

    def leave(self) -> None:
        """Take in nothing more."""
        if self._subscription:
            self._leaving = asyncio.create_task(_unsubscribe(self._subscription))

    async def _take(self, message: Msg) -> None:
        if frame := frame_of(message.data):
            self._show(frame)

    def _show(self, frame: PublishedFrame) -> None:
        if self._source:
            self._source.show(frame)
        elif frame.run == self._run:
            self._source = RelayedRun(frame, self._backend)
            self._feed = Feed(self._source)


async def _unsubscribe(subscription: Subscription) -> None:
    from nats.errors import Error

    with suppress(Error):  # the connection is gone, and the subscription with it
        await subscription.unsubscribe()
