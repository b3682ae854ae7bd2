"""The parts of a running backend, joined in one place and handed to the routes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import compare_digest
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

from fastapi import Depends
from starlette.requests import HTTPConnection

from cloudfair.feed import Feeds
from cloudfair.live import LiveRuns
from cloudfair.log import Log
from cloudfair.metrics import Metrics
from cloudfair.moments import Moments
from cloudfair.pair import Pairs
from cloudfair.parquet import Archive
from cloudfair.problems import OriginError, TokenError
from cloudfair.reading.directory import Directories
from cloudfair.settings import Settings
from fairfacts.figures import Figure

if TYPE_CHECKING:
    from cloudfair.starting import Launcher


@dataclass(frozen=True)
class Backend:
    """What the routes work on."""

    settings: Settings
    log: Log
    runs: LiveRuns
    moments: Moments
    feeds: Feeds
    figures: Mapping[str, Figure]
    archive: Archive
    queries: asyncio.Semaphore
    """How many more may be answered now."""
    directories: Directories
    pairs: Pairs
    metrics: Metrics
    launcher: Launcher | None
    """Plays the runs that are started here; None where nobody does."""


async def backend(connection: HTTPConnection) -> Backend:
    """Return the backend that the connection came to."""
    found: Backend = connection.app.state.backend
    return found


Here = Annotated[Backend, Depends(backend)]


async def same_origin(connection: HTTPConnection) -> None:
    """Let through programs and the backend's own pages.

    Raises:
        OriginError: the page of another host asked; browsers alone send an Origin, and send it truly.
    """
    origin = connection.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != connection.headers.get("host"):
        raise OriginError(f"a page of {origin} may not use this backend; open the page that the backend itself serves")


async def steerer(connection: HTTPConnection, here: Here) -> None:
    """Let through who may steer runs; as `writer`."""
    await writer(connection, here)


async def writer(connection: HTTPConnection, here: Here) -> None:
    """Let through who may write.

    Raises:
        TokenError: a token is set, and the request does not bear it.
        OriginError: the page of another host asked.
    """
    await same_origin(connection)
    if here.settings.token is None:
        return
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not compare_digest(token.encode(), here.settings.token.encode()):
        raise TokenError(
            "writes need the token: send the header Authorization: Bearer, with the backend's CLOUDFAIR_TOKEN"
        )
