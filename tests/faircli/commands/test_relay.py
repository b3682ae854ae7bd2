"""`fair relay`: live feeds from NATS, without a database."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import httpx
from tests.cloudfair.nats import nats_server
from tests.faircli.fair import SMALL, Fair


def test_a_run_is_watched_at_a_relay_that_leaves_no_file(fair: Fair, tmp_path: Path) -> None:
    (tmp_path / "nats").mkdir()
    (tmp_path / "relay").mkdir()
    with nats_server(tmp_path / "nats") as nats, fair.serving("--nats", nats) as (url, _):
        away = Fair(tmp_path / "relay")
        with away.start("relay", "--nats", nats, "--port", "0", "--backend", f"{url}/") as relay:
            assert relay.stdout is not None
            at = relay.stdout.readline().split()[-1]
            result = json.loads(fair("run", *SMALL, "--to", url, "--json").stdout)
            watched = patiently(away, result["run"], at)
            nameless = away("watch", "--from", at)
            unknown = away("watch", "nothing", "--from", at)
            relay.send_signal(signal.SIGTERM)
            assert relay.wait(30) == 0
    last = watched[-1]
    assert (last["position"], last["run"]) == (result["events"], result["measures"]["run"])
    assert nameless.returncode == 1
    assert f"/runs is not a relay's, which has live feeds of runs alone; ask {url}" in " ".join(nameless.stderr.split())
    reason = f"no frame of a run nothing was published; ask {url} which runs there are"
    assert " ".join(unknown.stderr.split()) == f"Error: {reason}"
    assert list((tmp_path / "relay").iterdir()) == []


def patiently(fair: Fair, run: str, url: str) -> list[dict[str, object]]:
    """The frames of a run until it ends; its last one is published within a second."""
    end = time.monotonic() + 30
    while (done := fair("watch", run, "--from", url, "--json")).returncode:
        assert time.monotonic() < end, done.stderr
        time.sleep(0.2)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_without_a_nats_the_relay_lives_and_is_not_ready(fair: Fair) -> None:
    with fair.start("relay", "--nats", "nats://127.0.0.1:1", "--port", "0") as relay:
        assert relay.stdout is not None
        url = relay.stdout.readline().split()[-1]
        assert httpx.get(f"{url}/health").json()["service"] == "cloudfair relay"
        ready = httpx.get(f"{url}/ready")
        assert (ready.status_code, "nats://127.0.0.1:1 does not answer" in ready.json()["detail"]) == (503, True)
        relay.send_signal(signal.SIGTERM)
        assert relay.wait(30) == 0
