"""Real programs that tests start: backend, database, browser, command. `make quick` leaves their tests out.

CLOUDFAIR_TESTS says what is left out: `quick` all of them, `without PostgreSQL` those that start this one program.
"""

from __future__ import annotations

import os

import pytest


def starts(program: str) -> None:
    """Say that a test is about to start a program; where that is left out it skips the test."""
    if os.environ.get("CLOUDFAIR_TESTS") in ("quick", f"without {program}"):
        pytest.skip(f"this run of the tests starts no {program}")
