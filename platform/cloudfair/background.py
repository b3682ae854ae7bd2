"""Tasks that run beside the requests for as long as the backend runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

RELEASE_S = 60.0
"""How often what nobody uses is looked for: feeds, and runs in memory."""
RESTART_S = 1.0
"""How long a task that failed rests before it is started again."""

_logger = logging.getLogger(__name__)


@dataclass
class Readiness:
    """Whether a load balancer may send requests here."""

    is_draining: bool = False
    """The backend was asked to stop, and waits until no more requests are sent to it."""


async def restarted(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Run a task until it returns or is cancelled; if it raises, log the error and start it again."""
    while True:
        try:
            return await run()
        except Exception:
            _logger.exception("%s failed and is started again", name)
        await asyncio.sleep(RESTART_S)


async def releasing(release: Callable[[], None]) -> None:
    """Call `release`, which lets go of what nobody uses, every `RELEASE_S` for as long as this runs."""
    while True:
        await asyncio.sleep(RELEASE_S)
        release()
