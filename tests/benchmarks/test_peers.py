"""What is measured against others, in short: all do the same work. `make bench` installs the packages of others."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from benchmarks.peers import feeds, logs
from benchmarks.peers.__main__ import Measured, draw
from tests.real import starts


@pytest.mark.slow
@pytest.mark.parametrize("who", logs.WAYS)
def test_every_log_keeps_every_event(who: str, tmp_path: Path) -> None:
    if who == "eventsourcing" and find_spec("eventsourcing") is None:
        pytest.skip("make bench installs it")
    sent = logs.batches(0.001)
    kept = logs.kept(who, sent, str(tmp_path / "kept.db"))
    assert kept.events == sum(batch.count(b"\n") for batch in sent)
    assert kept.seconds > 0
    assert logs.size(tmp_path / "kept.db") > kept.events


def test_a_plain_broadcast_reaches_every_watcher() -> None:
    starts("broadcast")
    sent = feeds.by_broadcast(4, 2_000, 1.0)
    assert (sent.frames, sent.frame_bytes) == (4 * feeds.HZ, 2_000)


def test_all_are_drawn(tmp_path: Path) -> None:
    draw(
        [
            Measured("desks", "Cloudfair's desks", "1", 4.0, "request"),
            Measured("desks", "SimPy", "4", 9.0, "request"),
            Measured("feed", "Cloudfair", "1", 40.0, "frame"),
        ],
        tmp_path / "peers.png",
    )
    assert (tmp_path / "peers.png").read_bytes().startswith(b"\x89PNG")
