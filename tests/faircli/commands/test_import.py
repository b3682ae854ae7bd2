"""`fair import`: the log of a file becomes a run, or nothing is kept."""

from __future__ import annotations

import gzip
import json

from tests.cloudfair.example import digest_of, example
from tests.faircli.fair import Fair

from fairfacts.events import encode

EVENTS = example(60)


def runs(fair: Fair) -> list[str]:
    return [run["id"] for run in json.loads(fair("runs", "--json").stdout)]


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
