"""Checksums of rows; imports nothing of the database, so that a list of runs is quick."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

FIXED = ("id", "scenario", "seed", "replication", "scale", "version", "request", "created_at")
"""Columns of a run that never change, under one checksum."""
STATE = ("head", "at_ms", "ended", "pace", "fault", "player")
"""Columns that say where the log of a run and its playing stand, under one checksum."""


def fixed_checksum(run: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what never changes about a run."""
    return sha256_of(*(run[name] for name in FIXED))


def state_checksum(run: str, state: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the columns `STATE` of a run.

    A run that no player took up has the checksum of earlier releases, which knew no players.
    """
    return sha256_of(run, *(state[name] for name in STATE if name != "player" or state[name] != 0))


def sha256_of(*values: object) -> str:
    """Return the SHA-256 of some values of a row."""
    return hashlib.sha256(json.dumps(values, ensure_ascii=False, default=_text_of).encode()).hexdigest()


def _text_of(value: object) -> str:
    """Return the text of a value of a type that JSON does not have: a damaged row may hold any type."""
    return value.isoformat() if isinstance(value, datetime) else repr(value)
