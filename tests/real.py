"""Real programs that tests start: backend, database, browser, command. `make quick` leaves their tests out."""

from __future__ import annotations

import os

import pytest


def starts(program: str) -> None:
    """Say that a test is about to start a program; in a quick run that skips the test."""
    if os.environ.get("CLOUDFAIR_TESTS") == "quick":
        pytest.skip(f"make quick starts no {program}")
