"""Request bodies that are on their way: bounded in number, in bytes and in time, over all clients.

A body holds no place among the requests that are answered until it is complete. When there are too many bodies, or too
many bytes, the one that has made no progress for longest is refused, of the client that has most of them: clients that
never finish lose their places to those that do.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict
from contextlib import suppress

from starlette.types import Message, Receive

from cloudfair.errors import BusyError, SlowClientError, TooLargeError

MOST_UPLOADS = 256
"""Bodies that are on their way at the same time."""
UPLOAD_S = 10.0
"""How long any body may take."""
UPLOAD_BYTES_PER_S = 16 * 1024
"""A body may take longer as long as it comes at this rate."""


class Uploads:
    """All bodies that are on their way, and the bytes of those that are being worked on."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._open: OrderedDict[Upload, None] = OrderedDict()
        """Those that are not complete, the one without progress for longest first."""

    def begin(self, receive: Receive, limit: int, client: str) -> Upload:
        """Return a body of up to `limit` bytes that begins to come."""
        upload = Upload(self, receive, limit, client)
        self._open[upload] = None
        if len(self._open) > MOST_UPLOADS:
            self._evict()
        return upload

    def grow(self, upload: Upload, count: int) -> None:
        """Count more bytes of a body.

        Raises:
            BusyError: so many bytes are being worked on that there is no room for these.
        """
        self._bytes += count
        if upload in self._open:
            self._open.move_to_end(upload)
        while self._bytes - self._evicted_bytes() > self._most_bytes:
            if not self._evict(apart_from=upload):
                raise BusyError(f"{self._most_bytes} bytes of requests are being worked on; send again in a moment")

    def complete(self, upload: Upload) -> None:
        """Note that a body is complete; its bytes count until `end`."""
        self._open.pop(upload, None)

    def end(self, upload: Upload) -> None:
        """Note that the request of a body has ended."""
        self._open.pop(upload, None)
        self._bytes -= upload.size

    def _evicted_bytes(self) -> int:
        return sum(upload.size for upload in self._open if upload.is_evicted)

    def _evict(self, apart_from: Upload | None = None) -> bool:
        """Refuse a body; return whether there was one."""
        candidates = [upload for upload in self._open if not upload.is_evicted and upload is not apart_from]
        if not candidates:
            return False
        (client, _), *_ = Counter(upload.client for upload in candidates).most_common(1)
        next(upload for upload in candidates if upload.client == client).evict()
        return True


class Upload:
    """One body on its way."""

    def __init__(self, uploads: Uploads, receive: Receive, limit: int, client: str) -> None:
        self.client = client
        self.size = 0
        self.is_evicted = False
        self.is_complete = False
        self._uploads, self._receive, self._limit = uploads, receive, limit
        self._began_at = time.monotonic()
        self._waiting: asyncio.Timeout | None = None

    def evict(self) -> None:
        """Refuse the rest of the body."""
        self.is_evicted = True
        if self._waiting is not None:
            self._waiting.reschedule(asyncio.get_running_loop().time())

    async def receive(self) -> Message:
        """Return the next message of the request.

        Raises:
            TooLargeError: the body is over its limit.
            SlowClientError: the body came too slowly, or others needed its place.
            BusyError: there is no room for it.
        """
        if self.is_complete:
            return await self._receive()
        message = await self._next()
        if message["type"] == "http.request":
            count = len(message.get("body", b""))
            self.size += count
            self._uploads.grow(self, count)
            if self.size > self._limit:
                raise TooLargeError(f"the body is over {self._limit} bytes; send less at a time", limit=self._limit)
            if not message.get("more_body", False):
                self.is_complete = True
                self._uploads.complete(self)
        return message

    async def _next(self) -> Message:
        left_s = self._began_at + UPLOAD_S + self.size / UPLOAD_BYTES_PER_S - time.monotonic()
        if not self.is_evicted:
            with suppress(TimeoutError):
                async with asyncio.timeout(left_s) as self._waiting:
                    message = await self._receive()
                    self._waiting = None
                    return message
            self._waiting = None
        if self.is_evicted:
            raise SlowClientError("other requests needed the place of this one, whose body did not come; send it again")
        raise SlowClientError(
            f"{self.size} bytes of the body came in {time.monotonic() - self._began_at:.0f} s; send it at"
            f" {UPLOAD_BYTES_PER_S} bytes a second or more"
        )
