"""What the backend says of itself: a JSON object a line on standard error, for whoever collects logs.

Each line has `at` (UTC), `level`, `from` (the module) and `message`, and what else there is to say by name. No line
holds a header, a query string, a body or a password.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from enum import StrEnum

import msgspec

QUIET = ("uvicorn", "asyncio", "alembic", "nats", "websockets", "httpx", "httpcore")
"""Libraries whose warnings matter, and nothing below."""


class Level(StrEnum):
    """How much is said: at `debug` every request, at `info` refusals and what began and ended."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON; `extra={"fields": {...}}` adds what is to be found by name."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
            "message": record.getMessage(),
        } | getattr(record, "fields", {})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line, enc_hook=str).decode()


def write_logs(level: Level) -> None:
    """Have everything that is logged in this process written to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.value.upper(), handlers=[handler], force=True)
    for library in QUIET:
        logging.getLogger(library).setLevel(max(logging.WARNING, logging.getLogger().level))
