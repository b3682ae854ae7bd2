"""The backend's own log: a JSON object a line on standard error, for collectors of logs.

Each line has `at` (UTC), `level`, `from` (the module) and `message`, and further fields by name. No line holds a
header, a query string, a body or a password.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from enum import StrEnum

import msgspec

QUIET = ("uvicorn", "asyncio", "alembic", "nats", "websockets", "httpx", "httpcore")
"""Libraries that log from warnings on only."""


class Level(StrEnum):
    """How much is logged: at `debug` every request, at `info` refusals and the begin and end of runs."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON; `extra={"fields": {...}}` adds fields."""

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
    """Write everything that this process logs to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.value.upper(), handlers=[handler], force=True)
    for library in QUIET:
        logging.getLogger(library).setLevel(max(logging.WARNING, logging.getLogger().level))
