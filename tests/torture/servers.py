"""PostgreSQL that crashes and recovers, and NATS that is killed and comes back, while a run is taken in."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path
from unittest import mock

import httpx
from tests.cloudfair.conftest import new_postgres, served
from tests.cloudfair.example import begin, digest_of, example, send
from tests.cloudfair.export.test_nats import are_the_log, messages
from tests.cloudfair.nats import free_port, nats_server
from tests.cloudfair.postgres import postgres_server, promote, standby_of
from tests.torture.trouble import Random, Trouble

from cloudfair.export import nats
from cloudfair.export.jetstream import EVENTS
from cloudfair.projections.verification import verify
from cloudfair.settings import Settings
from cloudfair.store.log import Log

PATIENCE_S = 120.0


def crashing(random: Random, folder: Path) -> int:
    """Send a run while PostgreSQL crashes some times; hold that its log is whole."""
    events, crashes, done = example(random.randint(1_000, 3_000)), random.randint(2, 6), threading.Event()
    pauses = [random.uniform(0.05, 0.6) for _ in range(crashes)]
    with postgres_server(durable=True) as (server, directory):
        database = new_postgres(directory, "template0")

        def crash() -> None:
            for pause in pauses:
                done.wait(pause)
                server.crash()
                server.start()

        with served(Settings(database=database)) as url, httpx.Client(base_url=url, timeout=60) as client:
            run, crasher, first, size = begin(client), threading.Thread(target=crash), 0, random.randint(5, 40)
            crasher.start()
            end = time.monotonic() + PATIENCE_S
            while first < len(events):
                answer = send(client, run, events, first, first + size)
                assert answer.status_code == 200 or answer.status_code >= 500, answer.text
                assert time.monotonic() < end, answer.text
                if answer.status_code == 200:
                    first = answer.json()["next"]
                    assert answer.json()["digest"] == digest_of(events[:first])
            crasher.join()
        log = Log.open(database, read_only=True)
        assert verify(log, run).damage == []
        assert log.segments.digest(run, len(events)) == digest_of(events)
        log.close()
    return crashes


def failing_over(random: Random, folder: Path) -> int:
    """Send a run while PostgreSQL is lost and its standby takes over; hold that its log is whole."""
    events, size = example(random.randint(500, 1_500)), random.randint(20, 60)
    lost_at, first, end = random.randrange(len(events)), 0, time.monotonic() + PATIENCE_S
    with postgres_server(durable=True) as (server, primary):
        database, is_lost = new_postgres(primary, "template0"), False
        with standby_of(primary) as standby:
            either = f"{database}&host={standby}&target_session_attrs=read-write"
            with served(Settings(database=either)) as url, httpx.Client(base_url=url, timeout=60) as client:
                run = begin(client)
                while first < len(events):
                    if first >= lost_at and not is_lost:
                        server.crash()
                        is_lost = bool(send(client, run, events, first, first + size).status_code >= 500)
                        assert is_lost, "a batch was answered by a database that is gone"
                        promote(standby)
                    answer = send(client, run, events, first, first + size)
                    assert answer.status_code == 200 or answer.status_code >= 500, answer.text
                    assert time.monotonic() < end, answer.text
                    if answer.status_code == 200:
                        first = answer.json()["next"]
                        assert answer.json()["digest"] == digest_of(events[:first])
            log = Log.open(f"{database.partition('?')[0]}?host={standby}", read_only=True)
            assert verify(log, run).damage == []
            assert log.segments.digest(run, len(events)) == digest_of(events)
            log.close()
    return 1


def away(random: Random, folder: Path) -> int:
    """Send a run while NATS is killed some times; hold that the stream has every event once."""
    events, kills, port = example(random.randint(500, 3_000)), random.randint(1, 3), free_port()
    settings = Settings(database=str(folder / "fair.db"), nats=f"nats://127.0.0.1:{port}")
    with (
        mock.patch.object(nats, "RETRY_S", 0.1),
        mock.patch.object(nats, "PAGE_EVENTS", random.randint(50, 500)),
        mock.patch.object(nats, "TURN_EVENTS", random.randint(50, 2_000)),
        served(settings) as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        run, first = begin(client), 0
        for _ in range(kills):
            with nats_server(folder, port):
                for _ in range(random.randint(1, 5)):
                    if first < len(events):
                        first = send(client, run, events, first, first + 100).json()["next"]
                time.sleep(random.uniform(0.0, 0.5))  # the moment of the kill, not a wait for something
        while first < len(events):
            first = send(client, run, events, first, first + 1_000).json()["next"]
        with nats_server(folder, port) as address:
            found = asyncio.run(messages(address, EVENTS, len(events)))
    assert are_the_log(sorted(found, key=lambda message: int(message[1].rpartition("/")[2])), run, events)
    return kills


POSTGRES = Trouble("postgres", crashing, full=40, short=1)
FAILOVER = Trouble("failover", failing_over, full=20, short=1)
NATS = Trouble("nats", away, full=20, short=1)
