"""Live feeds from a real NATS: what a relay shows is what the backend's own feed shows."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import nats
import pytest
from tests.cloudfair.conftest import served, serving
from tests.cloudfair.example import begin, digest_of, example, measures_of, send, send_all
from tests.cloudfair.feed.watching import Watching, frames_in, watching
from tests.cloudfair.nats import free_port, nats_server
from websockets.exceptions import ConnectionClosed, InvalidStatus

from cloudfair.export import nats as publisher
from cloudfair.export.jetstream import FRAMES, frame_of, furthest
from cloudfair.export.nats_servers import Servers
from cloudfair.feed.feed import HELD_FRAMES
from cloudfair.relay import subscriber
from cloudfair.relay.app import create_relay
from cloudfair.relay.subscriber import Subscriber
from cloudfair.settings import Settings
from fairfacts.errors import BackendError

LOG = example(2_000)
ELSEWHERE = "http://backend.example:8000"
PATIENCE_S = 30.0


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames are published often, and a server that was lost is asked again soon."""
    monkeypatch.setattr(publisher, "FRAME_S", 0.05)
    monkeypatch.setattr(publisher, "LOOK_S", 0.02)
    for module in (publisher, subscriber):
        monkeypatch.setattr(module, "RETRY_S", 0.1)


@contextlib.contextmanager
def relayed(nats: str, **settings: Any) -> Iterator[httpx.Client]:
    """A relay that is ready."""
    of = Settings(database="/nowhere/fair.db", **settings)
    with serving(lambda: create_relay(of, nats, ELSEWHERE), of) as url, httpx.Client(base_url=url) as relay:
        eventually(lambda: relay.get("/ready").status_code == 200)
        yield relay


@contextlib.contextmanager
def both(folder: Path, database: str) -> Iterator[tuple[httpx.Client, httpx.Client, str]]:
    """A backend that publishes, a relay, and the NATS between them."""
    with (
        nats_server(folder) as url,
        served(Settings(database=database, nats=url)) as backend,
        httpx.Client(base_url=backend) as client,
        relayed(url) as relay,
    ):
        yield client, relay, url


def eventually(holds: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(0.02)


@contextlib.contextmanager
def joined(relay: httpx.Client, run: str, **subscription: Any) -> Iterator[Watching]:
    """A watcher of a relay, once a frame of the run was published."""
    eventually(lambda: known(relay, run, {}))
    with watching(relay, run) as watcher:
        watcher.subscribe(rate_hz=20, **subscription)
        yield watcher


def known(relay: httpx.Client, run: str, headers: dict[str, str]) -> bool:
    """Whether a relay has the run."""
    try:
        with watching(relay, run, additional_headers=headers):
            return True
    except InvalidStatus:
        return False


def ended(watcher: Watching) -> tuple[int, Any, str]:
    """How a watcher ends: position, measures, digest."""
    while (message := watcher.next("patch", "end"))["type"] != "end":
        pass
    return watcher.position, watcher.state, message["digest"]


def in_nats(url: str, work: Callable[[Any], Awaitable[Any]]) -> Any:
    async def connected() -> Any:
        client = await nats.connect(url)
        try:
            return await work(client.jetstream())
        finally:
            await client.close()

    return asyncio.run(connected())


def reason_of(watcher: Watching) -> tuple[int, str]:
    with pytest.raises(ConnectionClosed) as closed:
        watcher.next("nothing but heartbeats")
    assert closed.value.rcvd
    return closed.value.rcvd.code, closed.value.rcvd.reason


def test_a_watcher_ends_with_the_measures_of_the_backends_own_feed(tmp_path: Path, sqlite: str) -> None:
    with both(tmp_path, sqlite) as (client, relay, _):
        run = begin(client)
        send(client, run, LOG, 0, 500)
        with watching(client, run) as own, joined(relay, run) as watcher:
            own.subscribe(rate_hz=20)
            assert (watcher.hello["run"], watcher.hello["head"]) == (run, 500)
            assert (watcher.position, watcher.state) == (500, measures_of(LOG[:500]))
            for first in range(500, 2_000, 250):
                send(client, run, LOG, first, first + 250)
                watcher.until(first + 250)
                assert watcher.state == measures_of(LOG[: first + 250])
            assert ended(watcher) == ended(own) == (2_000, measures_of(LOG), digest_of(LOG))


def test_runs_that_began_or_ended_before_the_relay_are_shown_whole(tmp_path: Path, sqlite: str) -> None:
    with (
        nats_server(tmp_path) as url,
        served(Settings(database=sqlite, nats=url)) as backend,
        httpx.Client(base_url=backend) as client,
    ):
        over, going_on = begin(client), begin(client)
        send_all(client, over, LOG)
        send(client, going_on, LOG, 0, 700)
        with relayed(url) as relay:
            with joined(relay, over) as watcher:
                assert watcher.hello["head"] <= 2_000
                assert ended(watcher) == (2_000, measures_of(LOG), digest_of(LOG))
            with joined(relay, going_on) as watcher:
                watcher.until(700)
                assert watcher.state == measures_of(LOG[:700])


def test_feeds_go_on_when_nats_was_away(tmp_path: Path, sqlite: str) -> None:
    port = free_port()
    settings = Settings(database=sqlite, nats=f"nats://127.0.0.1:{port}")
    with served(settings) as backend, httpx.Client(base_url=backend) as client, contextlib.ExitStack() as stack:
        run = begin(client)
        with nats_server(tmp_path, port) as url:
            relay = stack.enter_context(relayed(url))
            send(client, run, LOG, 0, 500)
            watcher = stack.enter_context(joined(relay, run))
            watcher.until(500)
        eventually(lambda: relay.get("/ready").status_code == 503)
        away = relay.get("/ready")
        assert (away.headers["retry-after"], relay.get("/health").json()["status"]) == ("5", "ok")
        assert f"NATS at nats://127.0.0.1:{port} does not answer" in away.json()["detail"]
        with watching(relay, run) as other:  # a run that is served stands still, and is there
            assert other.subscribe()["position"] == 500
        with pytest.raises(InvalidStatus) as refused, watching(relay, "another"):
            pass
        assert refused.value.response.status_code == 503
        send_all(client, run, LOG, first=500)
        with nats_server(tmp_path, port):
            assert ended(watcher) == (2_000, measures_of(LOG), digest_of(LOG))
            eventually(lambda: relay.get("/ready").status_code == 200)


def test_a_frame_that_comes_late_is_not_shown(tmp_path: Path, sqlite: str) -> None:
    """Two backends publish the frames of a run; the last message may be of the one that is behind."""

    async def behind(jetstream: Any) -> None:
        early = await furthest(jetstream, f"cloudfair.{run}.frames")
        content = json.dumps({"run": run, "position": 100, "at_ms": 99_000, "digest": "", "ended": False})
        measures = json.dumps(early.measures)
        for body in (f'{content[:-1]}, "measures": {measures}}}', "{}"):
            headers = {"Nats-Msg-Id": f"{run}/frames/100-late" if body == "{}" else f"{run}/frames/100"}
            await jetstream.publish(f"cloudfair.{run}.frames", body.encode(), stream=FRAMES, headers=headers)

    with both(tmp_path, sqlite) as (client, relay, url):
        run = begin(client)
        send(client, run, LOG, 0, 1_000)
        with joined(relay, run) as watcher:
            watcher.until(1_000)
            in_nats(url, behind)
            send(client, run, LOG, 1_000, 2_000)
            assert ended(watcher) == (2_000, measures_of(LOG), digest_of(LOG))
        with relayed(url) as later, joined(later, run) as watcher:
            assert ended(watcher) == (2_000, measures_of(LOG), digest_of(LOG))


def test_a_run_of_an_endless_name_is_unknown_and_disturbs_no_other(tmp_path: Path, sqlite: str) -> None:
    """NATS closes the connection of whoever names a subject that long: no run would get frames for a while."""
    with both(tmp_path, sqlite) as (client, relay, _):
        run = begin(client)
        send(client, run, LOG, 0, 500)
        with joined(relay, run) as watcher:
            with pytest.raises(InvalidStatus) as refused, watching(relay, "x" * 5_000):
                pass
            answered = refused.value.response
            assert (answered.status_code, relay.get("/ready").status_code) == (404, 200)
            assert "no frame of a run xxxxxxxxxxxxxxxxxxxx... of 5,000 characters was" in answered.body.decode()
            send_all(client, run, LOG, first=500)
            assert ended(watcher)[0] == len(LOG)


def test_slow_watchers_get_one_patch_with_all_they_missed_and_hold_nobody_up(tmp_path: Path, sqlite: str) -> None:
    with both(tmp_path, sqlite) as (client, relay, _):
        run = begin(client)
        send(client, run, LOG, 0, 100)
        with joined(relay, run, acknowledge=True) as late, joined(relay, run) as prompt:
            for first in range(100, 1_000, 100):
                send(client, run, LOG, first, first + 100)
                prompt.until(first + 100)
            assert frames_in(late) == []
            late.say("ack", frame=late.frame)
            patch = late.next("patch")
            assert 1 < patch["merged"] <= HELD_FRAMES
            assert (late.position, late.state) == (1_000, measures_of(LOG[:1_000]))


def test_what_only_a_backend_has_is_refused_with_its_address(tmp_path: Path, sqlite: str) -> None:
    with both(tmp_path, sqlite) as (client, relay, _):
        run = begin(client)
        send(client, run, LOG, 0, 100)
        with joined(relay, run):
            pass
        for method, path in (
            ("GET", "/"),
            ("GET", "/runs"),
            ("GET", f"/runs/{run}/snapshot"),
            ("POST", f"/runs/{run}/commands"),
            ("DELETE", f"/runs/{run}/live"),
        ):
            answer = relay.request(method, path)
            assert (answer.status_code, answer.headers["content-type"]) == (421, "application/problem+json")
            assert answer.json()["backend"] == ELSEWHERE
            assert answer.json()["detail"] == (
                f"{path} is not a relay's, which has live feeds of runs alone; ask {ELSEWHERE}"
            )
        for path, status in ((f"{run}/against/{run}", 421), ("nothing", 404)):
            with pytest.raises(InvalidStatus) as refused, watching(relay, path):
                pass
            assert refused.value.response.status_code == status
            assert ELSEWHERE in refused.value.response.body.decode()
        past = (1008, f"a relay shows no past; ask {ELSEWHERE}")
        with watching(relay, run) as watcher:
            watcher.say("subscribe", at_ms=0)
            assert reason_of(watcher) == past
        for move in ({"kind": "seek", "at_ms": 0}, {"kind": "pause"}, {"kind": "step"}, {"kind": "play", "speed": 1}):
            with joined(relay, run) as watcher:
                watcher.say(**move)
                assert reason_of(watcher) == past
        with joined(relay, run) as watcher:
            watcher.say("live")
            assert watcher.next("playback")["mode"] == "live"
            watcher.say("subscribe", resume=watcher.token)
            assert watcher.next("patch", "snapshot")
        assert 'cloudfair_sockets{route="/runs/{run}/live"}' in relay.get("/metrics").text


def test_where_reading_needs_a_token_a_relay_asks_for_it(tmp_path: Path, sqlite: str) -> None:
    with nats_server(tmp_path) as url, served(Settings(database=sqlite, nats=url)) as backend:
        with httpx.Client(base_url=backend) as client:
            run = begin(client)
            send(client, run, LOG, 0, 100)
        with relayed(url, token="all", read_token="read") as relay:
            bearer = {"Authorization": "Bearer read"}
            eventually(lambda: known(relay, run, bearer))
            for headers, status in (({}, 401), ({"Origin": "http://evil.example"} | bearer, 403)):
                with (
                    pytest.raises(InvalidStatus) as refused,
                    watching(relay, run, additional_headers=headers),
                ):
                    pass
                assert refused.value.response.status_code == status


async def test_a_run_that_nobody_watches_is_let_go(tmp_path: Path, sqlite: str) -> None:
    with nats_server(tmp_path) as url, served(Settings(database=sqlite, nats=url)) as backend:
        run = await asyncio.to_thread(begun, backend)
        relay = Subscriber(Servers(url), ELSEWHERE)
        taking = asyncio.create_task(relay.run())
        feed = await patiently(relay, run)
        relay.drop_idle(idle_s=60)
        assert await relay.feed(run) is feed
        relay.drop_idle(idle_s=0)
        assert relay._runs == {}
        assert (await relay.feed(run)).source.position == 500
        relay.stop()
        await asyncio.wait_for(taking, 10)


def begun(backend: str) -> str:
    with httpx.Client(base_url=backend) as client:
        run = begin(client)
        send(client, run, LOG, 0, 500)
        return run


async def patiently(relay: Subscriber, run: str) -> Any:
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return await relay.feed(run)
        except BackendError:
            assert time.monotonic() < end
            await asyncio.sleep(0.02)


@pytest.mark.slow
def test_a_relay_imports_nothing_that_opens_a_database() -> None:
    code = "import sys, cloudfair.relay.app; print(sorted({name.partition('.')[0] for name in sys.modules}))"
    env = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}  # it has a database
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert {"fastapi", "cloudfair"} <= set(found := eval(done.stdout))
    assert {"sqlalchemy", "sqlmodel", "sqlite3", "psycopg", "alembic"} & set(found) == set()


def test_a_message_that_is_no_frame_is_named(caplog: pytest.LogCaptureFixture) -> None:
    assert frame_of(b'{"run": "a"}') is None
    assert "a message on the subject of frames is none" in caplog.text
