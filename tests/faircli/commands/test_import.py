"""`fair import`: the log of a file becomes a run, is refused as a whole, or is gone on with."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any
from unittest import mock

import httpx
import msgspec
import pytest
import zstandard
from tests.cloudfair.example import digest_of, example
from tests.faircli.fair import Fair

from faircli import connection
from faircli.connection import Connection
from fairfacts.errors import BackendError
from fairfacts.events import encode

EVENTS = example(60)


def runs(fair: Fair) -> list[str]:
    return [run["id"] for run in json.loads(fair("runs", "--json").stdout)]


@contextmanager
def breaking_off(fault: BaseException, after: int) -> Iterator[None]:
    """Send batches of 25 events; after so many of them the fault comes, in place of the answer of the last one."""
    request, number = Connection.request, count(1)

    def broken(self: Connection, method: str, path: str, **parts: Any) -> httpx.Response:
        answer = request(self, method, path, **parts)
        if parts.get("content") and next(number) == after:
            raise fault
        return answer

    with mock.patch.object(connection.Connection, "request", broken), mock.patch("faircli.importing.BATCH_EVENTS", 25):
        yield


def test_a_log_is_kept_with_its_own_bytes(fair: Fair) -> None:
    spaced = encode(EVENTS).replace(b'{"type"', b'{ "type"')
    (fair.folder / "log.ndjson.gz").write_bytes(gzip.compress(spaced))
    told = fair.json("import", "log.ndjson.gz")
    assert (runs(fair), told["events"], told["ended"]) == ([told["run"]], 60, True)
    fair("export", told["run"], "--to", "ndjson", "--into", "again.ndjson")
    assert (fair.folder / "again.ndjson").read_bytes() == spaced
    verified = json.loads(fair("verify", "log.ndjson.gz", "--json").stdout)
    assert verified["digest"] == told["digest"] != digest_of(EVENTS)
    assert verified["laws"]["broken"] == told["broken"]


def test_a_log_of_an_earlier_release_may_have_a_seed_that_no_new_run_has(fair: Fair) -> None:
    started = msgspec.structs.replace(EVENTS[0], seed=2**60, replication=2**63 - 1)
    (fair.folder / "log.ndjson").write_bytes(encode([started, *EVENTS[1:]]))
    run = fair.json("import", "log.ndjson")["run"]
    (row,) = json.loads(fair("runs", "--json").stdout)
    assert (row["id"], row["seed"], row["replication"]) == (run, 2**60, 2**63 - 1)
    assert json.loads(fair("verify", run, "--json").stdout)["damage"] == []


def test_a_log_that_breaks_laws_is_kept_and_said_to(fair: Fair) -> None:
    (fair.folder / "log.ndjson").write_bytes(encode([EVENTS[0], *EVENTS[2:], EVENTS[-2]][:-1]))
    done = fair("import", "log.ndjson")
    (run,) = runs(fair)
    assert done.returncode == 0
    assert "Warning: the log breaks " in done.stderr
    assert f"fair verify {run} says where" in " ".join(done.stderr.split())


def test_a_damaged_or_empty_log_is_refused_and_nothing_is_kept(fair: Fair) -> None:
    fair("runs")
    (fair.folder / "bad.ndjson").write_bytes(encode(EVENTS[:2]) + b"{}\n\n")
    (fair.folder / "empty.ndjson").write_bytes(b"")
    for name, complaint in (
        ("bad.ndjson", "bad.ndjson: line 3: the event: "),
        ("bad.ndjson", "and 1 more; nothing was kept; fair verify bad.ndjson names each of them"),
        ("empty.ndjson", "empty.ndjson: it has no events; name a log file"),
        ("log.csv", "log.csv: is called like no log; name a file that ends in .ndjson"),
    ):
        done = fair("import", name)
        assert (done.returncode, complaint in " ".join(done.stderr.split())) == (2, True), done.stderr
    assert not (fair.folder / "cloudfair.db").exists() or runs(fair) == []


@pytest.mark.parametrize(
    ("fault", "why"),
    [(KeyboardInterrupt(), "stopped"), (BackendError("it does not answer; start it"), "it does not answer; start it")],
)
def test_an_import_that_breaks_off_says_what_is_kept_and_is_gone_on_with(
    fair: Fair, fault: BaseException, why: str
) -> None:
    (fair.folder / "log.ndjson").write_bytes(encode(EVENTS))
    with breaking_off(fault, after=2):
        done = fair("import", "log.ndjson")
    (row,) = json.loads(fair("runs", "--json").stdout)
    assert (done.returncode, row["head"], row["state"]) == (1, 50, "stopped")
    assert " ".join(done.stderr.split()) == (
        f"Error: {why}; run {row['id']} holds the first 50 events of log.ndjson; go on with the same command and"
        f" --resume {row['id']}"
    )
    for _ in range(2):  # the second time there is nothing left to send
        told = fair.json("import", "log.ndjson", "--resume", row["id"])
        assert (told["run"], told["events"], told["digest"]) == (row["id"], 60, digest_of(EVENTS))
    (ended,) = json.loads(fair("runs", "--json").stdout)
    assert (ended["id"], ended["head"], ended["state"]) == (row["id"], 60, "ended")
    assert json.loads(fair("verify", row["id"], "--json").stdout)["damage"] == []


def test_a_run_that_holds_something_else_is_not_gone_on_with(fair: Fair) -> None:
    (fair.folder / "log.ndjson").write_bytes(encode(EVENTS))
    (fair.folder / "short.ndjson").write_bytes(encode(EVENTS[:10]))
    (fair.folder / "other.ndjson").write_bytes(encode(EVENTS).replace(b'{"type"', b'{ "type"'))
    run = fair.json("import", "log.ndjson")["run"]
    for name in ("short.ndjson", "other.ndjson"):
        done = fair("import", name, "--resume", run)
        said = (
            f"Error: --resume {run}: its 60 events are not the first ones of {name} (digest {digest_of(EVENTS)[:12]} in"
        )
        assert (done.returncode, said in " ".join(done.stderr.split())) == (2, True), done.stderr
    assert fair("import", "log.ndjson", "--resume", "none").returncode == 1
    assert runs(fair) == [run]


def test_a_little_file_that_unpacks_to_many_events_is_kept(fair: Fair) -> None:
    log = encode(EVENTS[:1]) + b'{"type":"fair.opened","at_ms":0}\n' * 150_000
    (fair.folder / "log.ndjson.zst").write_bytes(zstandard.compress(log))
    done = fair("import", "log.ndjson.zst", "--json")
    assert (done.returncode, json.loads(done.stdout)["events"]) == (0, 150_001)
