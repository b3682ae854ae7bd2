"""Backends on one PostgreSQL behind a real load balancer: one stops in order, one is killed, and nothing is lost."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.cloudfair.balancer import balancer
from tests.cloudfair.example import begin, digest_of, example, measures_of, send
from tests.cloudfair.feed.watching import watching
from tests.cloudfair.nats import free_port
from tests.ready.program import interpreter
from websockets.exceptions import ConnectionClosed

EVENTS = example(2_000)
DRAIN_S = 5
STEP = 20
ENOUGH = 1_500
"""What is left is for the backends that remain."""


@contextlib.contextmanager
def backend(database: str, port: int) -> Iterator[subprocess.Popen[str]]:
    command = [interpreter(), "-m", "faircli", "serve", "--db", database, "--port", str(port)]
    with subprocess.Popen([*command, "--drain", str(DRAIN_S)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            assert process.stdout.readline()
            yield process
        finally:
            process.kill()


def taken_in(port: int) -> int:
    """How many events a backend took in."""
    text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    return int(float(re.findall(r"^cloudfair_events_taken_in_total (\S+)$", text, re.MULTILINE)[0]))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_backends_come_and_go_behind_a_load_balancer(database: str, tmp_path: Path) -> None:
    ports = [free_port(), free_port()]
    with contextlib.ExitStack() as stack:
        one, other = (stack.enter_context(backend(database, port)) for port in ports)
        url = stack.enter_context(balancer(tmp_path, [f"http://127.0.0.1:{port}" for port in ports]))
        client = stack.enter_context(httpx.Client(base_url=url, timeout=30))
        run, sent = begin(client), 0
        for _ in range(10):
            sent = sent_on(client, run, sent)
        assert min(map(taken_in, ports)) > 0

        with watching(client, run) as watcher:
            watcher.subscribe(rate_hz=20)
            one.send_signal(signal.SIGTERM)  # whoever watches or sends notices nothing until it has stopped
            while one.poll() is None:
                sent = sent_on(client, run, sent) if sent < ENOUGH else sent
                time.sleep(0.05)
            with contextlib.suppress(ConnectionClosed):
                watcher.until(sent)
        with watching(client, run) as watcher:  # lands on the other one
            assert watcher.subscribe()["position"] == sent

        stack.enter_context(backend(database, ports[0]))
        other.kill()
        while sent < len(EVENTS):
            with contextlib.suppress(httpx.HTTPStatusError):  # an answer that was lost; the batch is sent again
                sent = sent_on(client, run, sent)
        assert taken_in(ports[0]) > 0
        stands = client.get(f"/runs/{run}").json()
        assert (stands["head"], stands["digest"]) == (len(EVENTS), digest_of(EVENTS))
        assert client.get(f"/runs/{run}/snapshot").json()["measures"] == measures_of(EVENTS)


def sent_on(client: httpx.Client, run: str, first: int) -> int:
    """Send some more events; return how many there are then."""
    return int(send(client, run, EVENTS, first, first + STEP).raise_for_status().json()["next"])
