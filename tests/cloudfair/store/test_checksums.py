"""Checksums of rows are those that earlier releases have stored."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

from cloudfair.store.checksums import fixed_checksum, sha256_of, state_checksum

STATE = {"head": 7, "at_ms": 0, "ended": False, "pace": None, "fault": "é", "player": 0}


def of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def test_checksum_is_of_the_values_as_json() -> None:
    assert sha256_of("a", 1, None, True) == of('["a", 1, null, true]')
    assert sha256_of(datetime(2020, 9, 5, tzinfo=UTC), b"\0") == of('["2020-09-05T00:00:00+00:00", "b\'\\\\x00\'"]')


def test_run_that_no_player_took_up_has_the_checksum_of_releases_that_knew_of_none() -> None:
    assert state_checksum("r", STATE) == of('["r", 7, 0, false, null, "é"]')
    assert state_checksum("r", STATE | {"player": 1}) == of('["r", 7, 0, false, null, "é", 1]')


def test_what_never_changes_is_under_one_checksum_in_its_order() -> None:
    run = {"scale": 0.5, "seed": 7, "scenario": "s", "id": "r", "replication": 0, "version": "1", "request": "{}"}
    assert fixed_checksum(run | {"created_at": "now"}) == of('["r", "s", 7, 0, 0.5, "1", "{}", "now"]')
