"""Disks that are full, locked, slow, read-only or gone under a backend that takes in events."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
from sqlalchemy import Connection, Engine, event
from tests.cloudfair.conftest import served
from tests.cloudfair.example import NEW_RUN, begin, digest_of, example, send, send_all
from tests.torture.trouble import Random, Trouble

from cloudfair.projections.verification import verify
from cloudfair.settings import Settings
from cloudfair.store.log import Log
from fairfacts.event import Event

LIMITED = (
    "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2); "
    "from cloudfair.server import serve; from cloudfair.settings import Settings; "
    "serve(Settings(database=sys.argv[1], port=0))"
)
"""A backend none of whose files may grow beyond a size: to write more fails as on a full disk."""


@contextmanager
def limited(database: str, size: int):
    """Serve in a process of its own whose files have a largest size; yield its URL."""
    command = [sys.executable, "-c", LIMITED, database, str(size)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().split()[-1]
        finally:
            server.kill()


def _full(random: Random, folder: Path, events: list[Event], database: str) -> None:
    run, acknowledged, size = "", 0, random.randint(20, 60)
    log = Log.open(database)  # its tables are made before the disk is full
    log.close()
    with limited(database, random.randint(150_000, 400_000)) as url, httpx.Client(base_url=url, timeout=60) as client:
        run = begin(client)
        while acknowledged < len(events):
            answer = send(client, run, events, acknowledged, acknowledged + size)
            if answer.status_code != 200:
                assert answer.status_code in (500, 503), answer.text
                assert client.get("/health").status_code == 200
                break
            acknowledged = answer.json()["next"]
    _complete(database, run, events, acknowledged)


def _locked(random: Random, folder: Path, events: list[Event], database: str) -> None:
    """Another program holds the lock for a while, less long than the backend waits."""
    with served(Settings(database=database)) as url, httpx.Client(base_url=url, timeout=60) as client:
        run = begin(client)
        cut = random.randint(1, len(events) - 1)
        send_all(client, run, events[:cut])
        with closing(sqlite3.connect(database, isolation_level=None, check_same_thread=False)) as other:
            other.execute("BEGIN IMMEDIATE")
            timer = threading.Timer(random.uniform(0.01, 0.5), other.execute, ["ROLLBACK"])
            timer.start()
            assert client.get(f"/runs/{run}/snapshot").status_code == 200
            send_all(client, run, events, first=cut)
            timer.join()
    _complete(database, run, events, len(events))


def _gone(random: Random, folder: Path, events: list[Event], database: str) -> None:
    """The file is removed, or replaced by another database: nothing is acknowledged after that."""
    with served(Settings(database=database)) as url, httpx.Client(base_url=url, timeout=60) as client:
        run = begin(client)
        cut = random.randint(1, len(events) - 1)
        send_all(client, run, events[:cut])
        take_away: Callable[[], object] = random.choice(
            [
                lambda: shutil.rmtree(folder / "data"),
                lambda: [file.unlink() for file in (folder / "data").iterdir()],
                lambda: Path(database).unlink(),
                lambda: shutil.copy(database, folder / "copy") and (folder / "copy").rename(database),
                lambda: Path(f"{database}-wal").unlink(),
            ]
        )
        take_away()
        answer = send(client, run, events, cut)
        assert answer.status_code in (500, 503), f"{answer.status_code} {answer.text}"


@contextmanager
def _listening(name: str, listener: Callable[[Connection], None]) -> Iterator[None]:
    """Call a function at an event of every engine, for the length of the block."""
    event.listen(Engine, name, listener)
    try:
        yield
    finally:
        event.remove(Engine, name, listener)


def _slow(random: Random, folder: Path, events: list[Event], database: str) -> None:
    """Every commit takes a while: what waits for no commit is answered meanwhile, and everything is taken in."""
    with served(Settings(database=database)) as url, httpx.Client(base_url=url, timeout=60) as client:
        run, longest_s = begin(client), random.uniform(0.01, 0.1)
        with _listening("commit", lambda _: time.sleep(random.uniform(0, longest_s))):
            sending = threading.Thread(target=send_all, args=(client, run, events), kwargs={"size": 100})
            sending.start()
            while sending.is_alive():
                for path in ("/health", f"/runs/{run}", f"/runs/{run}/snapshot"):
                    assert httpx.get(f"{url}{path}", timeout=60).status_code == 200, path
            sending.join()
    _complete(database, run, events, len(events))


def _read_only(random: Random, folder: Path, events: list[Event], database: str) -> None:
    """The disk takes no writes for a while: they are refused with words, all else is answered, and then it goes on."""
    is_read_only = False

    def opened(connection: Connection) -> None:
        if connection.dialect.name == "sqlite" and (driver := connection.connection.dbapi_connection):
            driver.cursor().execute(f"PRAGMA query_only = {int(is_read_only)}")

    with (
        _listening("engine_connect", opened),
        served(Settings(database=database)) as url,
        httpx.Client(base_url=url, timeout=60) as client,
    ):
        run, cut = begin(client), random.randint(1, len(events) - 1)
        send_all(client, run, events[:cut])
        is_read_only = True
        for refused in (send(client, run, events, cut), client.post("/runs", json=NEW_RUN)):
            assert (refused.status_code, "readonly database" in refused.text) == (503, True), refused.text
        for path in ("/health", "/metrics", "/runs", f"/runs/{run}", f"/runs/{run}/snapshot", f"/runs/{run}/course"):
            assert client.get(path).status_code == 200, path
        assert client.get(f"/runs/{run}").json()["head"] == cut
        is_read_only = False
        send_all(client, run, events, first=cut)
    _complete(database, run, events, len(events))


def _complete(database: str, run: str, events: list[Event], acknowledged: int) -> None:
    """Hold that what was acknowledged is there, and that the run can be completed."""
    with served(Settings(database=database)) as url, httpx.Client(base_url=url, timeout=60) as client:
        details = client.get(f"/runs/{run}").json()
        assert details["head"] >= acknowledged, f"{acknowledged} were acknowledged, {details['head']} are left"
        assert details["digest"] == digest_of(events[: details["head"]])
        if details["head"] < len(events):
            send_all(client, run, events, first=details["head"])
        assert client.get(f"/runs/{run}").json()["digest"] == digest_of(events)
    log = Log.open(database, read_only=True)
    assert verify(log, run).damage == []
    log.close()


def make(random: Random, folder: Path) -> int:
    """Take in a run on a bad disk."""
    (folder / "data").mkdir()
    kind = random.choices([_full, _locked, _gone, _slow, _read_only], [1, 2, 3, 1, 2])[0]
    kind(random, folder, example(random.randint(100, 2_000)), str(folder / "data" / "fair.db"))
    return 1


DISKS = Trouble("disks", make, full=100, short=3)
