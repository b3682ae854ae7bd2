"""The backend is killed in the middle of a run and started again: nothing that was answered for is lost."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
from tests.cloudfair.example import begin, digest_of, example, measures_of, send, send_all
from tests.ready.program import interpreter
from tests.real import starts

from fairfacts.events import encode

EVENTS = example(30_000)
PROGRAM = "import sys; from cloudfair.server import serve; from cloudfair.settings import Settings; " + (
    "serve(Settings(database=sys.argv[1], port=0))"
)


@contextmanager
def process(database: str) -> Iterator[tuple[subprocess.Popen[str], httpx.Client]]:
    """Serve in a process of its own."""
    starts("backend")
    command = [interpreter(), "-c", PROGRAM, database]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            url = server.stdout.readline().split()[-1]
            with httpx.Client(base_url=url, timeout=30) as client:
                yield server, client
        finally:
            server.kill()


def test_killed_backend_goes_on_where_its_log_ends(database: str) -> None:
    answered = [0]

    def send_until_it_is_gone(run: str) -> None:
        with suppress(httpx.TransportError):
            while answered[0] < len(EVENTS):
                answered[0] = send(client, run, EVENTS, answered[0], answered[0] + 500).json()["next"]

    with process(database) as (server, client):
        run = begin(client)
        sending = threading.Thread(target=send_until_it_is_gone, args=(run,))
        sending.start()
        while answered[0] < 10_000:
            assert sending.is_alive()
            time.sleep(0.01)
        server.kill()
        sending.join()

    with process(database) as (server, client):
        stands = client.get(f"/runs/{run}").json()
        head = stands["head"]
        assert answered[0] <= head <= answered[0] + 500 < len(EVENTS)
        assert stands["digest"] == digest_of(EVENTS[:head])
        assert client.get(f"/runs/{run}/snapshot").json()["measures"] == measures_of(EVENTS[:head])
        send_all(client, run, EVENTS, first=head, size=3_000)
        assert client.get(f"/runs/{run}").json()["digest"] == digest_of(EVENTS)
        assert client.get(f"/runs/{run}/snapshot").json()["measures"] == measures_of(EVENTS)
        page = client.get(f"/runs/{run}/events", params={"first": head - 100, "limit": 200}).content
        assert b",".join(encode(EVENTS[head - 100 : head + 100]).splitlines()) in page
        server.terminate()
        assert server.wait(10) == 0
