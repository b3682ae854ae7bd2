"""What is published to a real NATS JetStream, and that nothing is published twice or lost."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import httpx
import nats
import pytest
from tests.cloudfair.conftest import served
from tests.cloudfair.example import begin, example, send, send_all
from tests.cloudfair.nats import free_port, nats_server

from cloudfair import outlet
from cloudfair.outlet import EVENTS, FRAMES, Outlet, masked
from cloudfair.settings import Settings
from fairfacts.errors import BackendError
from fairfacts.events import encode

LOG = example(2_000)
PATIENCE_S = 30.0


async def messages(url: str, stream: str, count: int) -> list[tuple[str, str, Any]]:
    """The first messages of a stream: subject, id, content; and that there are no more, once they have come."""
    client = await nats.connect(url)
    try:
        jetstream = client.jetstream()
        end = time.monotonic() + PATIENCE_S
        while (await state_of(jetstream, stream)) < count:
            assert time.monotonic() < end, "they did not come in time"
            await asyncio.sleep(0.05)
        subscription = await jetstream.subscribe(">", stream=stream, ordered_consumer=True)
        found = [await subscription.next_msg(timeout=10) for _ in range(count)]
        assert await state_of(jetstream, stream) == count
        return [(m.subject, m.headers["Nats-Msg-Id"], json.loads(m.data)) for m in found]
    finally:
        await client.close()


async def state_of(jetstream: Any, stream: str) -> int:
    """How many messages a stream has; none where it is not there yet."""
    try:
        return int((await jetstream.stream_info(stream)).state.messages)
    except nats.js.errors.NotFoundError:
        return 0


def are_the_log(found: list[tuple[str, str, Any]], run: str, events: list[Any]) -> bool:
    lines = [json.loads(line) for line in encode(events).splitlines()]
    return [(subject, name, said["data"], said["source"]) for subject, name, said in found] == [
        (f"cloudfair.{run}.events.{line['type']}", f"{run}/events/{position}", line, f"/runs/{run}")
        for position, line in enumerate(lines)
    ]


def test_events_and_frames_of_a_run_are_published_in_order(tmp_path: Path, sqlite: str) -> None:
    with (
        nats_server(tmp_path) as url,
        served(Settings(database=sqlite, nats=url)) as backend,
        httpx.Client(base_url=backend) as client,
    ):
        run = begin(client)
        send_all(client, run, LOG, size=300)
        assert are_the_log(asyncio.run(messages(url, EVENTS, len(LOG))), run, LOG)
        *_, (subject, name, frame) = asyncio.run(frames(url))
        assert (subject, name) == (f"cloudfair.{run}.frames", f"{run}/frames/{len(LOG)}")
        assert frame == client.get(f"/runs/{run}/snapshot").json()
        metrics = client.get("/metrics").text
    assert f'cloudfair_published_total{{kind="events"}} {len(LOG):.1f}' in metrics


async def frames(url: str) -> list[tuple[str, str, Any]]:
    client = await nats.connect(url)
    jetstream, end = client.jetstream(), time.monotonic() + PATIENCE_S
    try:
        while True:
            try:
                last = await jetstream.get_last_msg(FRAMES, "cloudfair.*.frames")
                if json.loads(last.data)["position"] == len(LOG):
                    return [(last.subject, last.headers["Nats-Msg-Id"], json.loads(last.data))]
            except nats.js.errors.NotFoundError:
                pass
            assert time.monotonic() < end, "no last frame came in time"
            await asyncio.sleep(0.05)
    finally:
        await client.close()


def test_a_backend_that_is_started_again_goes_on_where_jetstream_stands(tmp_path: Path, sqlite: str) -> None:
    with nats_server(tmp_path) as url:
        with served(Settings(database=sqlite, nats=url)) as backend, httpx.Client(base_url=backend) as client:
            run = begin(client)
            send_all(client, run, LOG[:700])
            asyncio.run(messages(url, EVENTS, 700))
        with served(Settings(database=sqlite)) as backend, httpx.Client(base_url=backend) as client:
            send_all(client, run, LOG, first=700)  # nobody publishes meanwhile, and the run ends
        with served(Settings(database=sqlite, nats=url)):
            assert are_the_log(asyncio.run(messages(url, EVENTS, len(LOG))), run, LOG)


def test_a_server_that_comes_late_or_goes_away_is_waited_for(
    tmp_path: Path, sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlet, "RETRY_S", 0.1)
    port = free_port()
    settings = Settings(database=sqlite, nats=f"nats://127.0.0.1:{port}")
    with served(settings) as backend, httpx.Client(base_url=backend) as client:
        run = begin(client)
        send(client, run, LOG, 0, 500)
        with nats_server(tmp_path, port) as url:
            asyncio.run(messages(url, EVENTS, 500))
        send_all(client, run, LOG, first=500)
        with nats_server(tmp_path, port) as url:
            assert are_the_log(asyncio.run(messages(url, EVENTS, len(LOG))), run, LOG)


def test_two_backends_publish_an_event_once(tmp_path: Path, sqlite: str) -> None:
    with nats_server(tmp_path) as url:
        settings = Settings(database=sqlite, nats=url)
        with served(settings) as one, served(settings), httpx.Client(base_url=one) as client:
            run = begin(client)
            send_all(client, run, LOG, size=100)
            assert are_the_log(asyncio.run(messages(url, EVENTS, len(LOG))), run, LOG)


def test_a_run_that_had_ended_before_is_left_alone(tmp_path: Path, sqlite: str) -> None:
    with served(Settings(database=sqlite)) as backend, httpx.Client(base_url=backend) as client:
        send_all(client, begin(client), LOG)
    with (
        nats_server(tmp_path) as url,
        served(Settings(database=sqlite, nats=url)) as backend,
        httpx.Client(base_url=backend) as client,
    ):
        run = begin(client)
        send_all(client, run, LOG[:50])
        found = asyncio.run(messages(url, EVENTS, 50))
    assert {said["source"] for _, _, said in found} == {f"/runs/{run}"}


def test_the_address_is_told_without_its_password() -> None:
    assert masked("nats://fair:secret@nats.example:4333") == "nats://nats.example:4333"
    assert masked("nats.example") == "nats://nats.example:4222"


def test_without_the_client_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlet.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(BackendError, match=r"nats-py is missing; install it with: pip install 'cloudfair\[nats\]'"):
        Outlet("nats://127.0.0.1", None, None, None)
