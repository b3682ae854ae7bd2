"""What NATS does not take, or does not acknowledge, holds up nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import httpx
import msgspec
import nats
import pytest
from tests.cloudfair.conftest import served
from tests.cloudfair.example import begin, send_all
from tests.cloudfair.export.test_nats import LOG, PATIENCE_S, are_the_log, emptied, frames, limited, messages
from tests.cloudfair.nats import nats_server
from tests.faircli.fair import wait_until

from cloudfair.export import jetstream
from cloudfair.export import nats as publisher
from cloudfair.export.jetstream import EVENTS, Message, Sender
from cloudfair.settings import Settings


@pytest.mark.parametrize("limit_of", ["stream", "server"])
def test_a_run_with_an_event_that_is_too_large_holds_up_no_other(
    tmp_path: Path, sqlite: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, limit_of: str
) -> None:
    """The latest run comes first: that one refused event stopped all that are older, for good."""
    monkeypatch.setattr(publisher, "TOO_LARGE_S", 0.1)
    sector = "x" * (1_100_000 if limit_of == "server" else 50_000)
    large = [*LOG[:2], msgspec.structs.replace(LOG[2], sector=sector), *LOG[3:]]
    with nats_server(tmp_path) as url:
        if limit_of == "stream":
            asyncio.run(limited(url, -1, size_at_most=20_000))
        with served(Settings(database=sqlite, nats=url)) as backend, httpx.Client(base_url=backend) as client:
            older, refused = begin(client), begin(client)
            send_all(client, refused, large)
            send_all(client, older, LOG)
            found = asyncio.run(whole(url, older))
    assert are_the_log([each for each in found if each[1].startswith(f"{older}/")], older, LOG)
    told = [record.getMessage() for record in caplog.records if f"max_msg_size of {EVENTS}" in record.getMessage()]
    assert [text.partition(" is larger")[0] for text in told] == [
        f"a run is not published: run {refused}: a message at or after event 0"
    ]


def test_nothing_behind_an_event_that_a_stream_refuses_is_published(
    tmp_path: Path, sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stream had all events but one, and looked whole to whoever did not count."""
    monkeypatch.setattr(publisher, "TOO_LARGE_S", 0.1)
    large = [*LOG[:2], msgspec.structs.replace(LOG[2], sector="x" * 50_000), *LOG[3:]]
    with nats_server(tmp_path) as url:
        asyncio.run(limited(url, -1, size_at_most=20_000))
        with served(Settings(database=sqlite, nats=url)) as backend, httpx.Client(base_url=backend) as client:
            older, refused = begin(client), begin(client)
            send_all(client, refused, large)
            send_all(client, older, LOG)
            found = asyncio.run(whole(url, older))
    assert [name for _, name, _ in found if refused in name] == [f"{refused}/events/{n}" for n in range(2)]


async def test_the_size_of_a_message_is_what_a_stream_has_a_limit_for(tmp_path: Path) -> None:
    message = Message("cloudfair.a.events.x", "a/events/0", b"x" * 1_000, "application/json")
    with nats_server(tmp_path) as url:
        client = await nats.connect(url)
        for size, is_taken in ((message.size() - 1, False), (message.size(), True)):
            config = nats.js.api.StreamConfig(name=EVENTS, subjects=["cloudfair.*.events.>"], max_msg_size=size)
            await client.jetstream().add_stream(config)
            sender = Sender(client)
            await sender.begin()
            refused = contextlib.nullcontext() if is_taken else pytest.raises(nats.js.errors.APIError, match="size")
            with refused:
                await sender.send(EVENTS, [message])
            await client.jetstream().delete_stream(EVENTS)
        await client.close()


@pytest.mark.parametrize("kept", [300, 700])
def test_a_stream_with_another_history_of_a_run_gets_no_event_of_this_one(
    tmp_path: Path, sqlite: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, kept: int
) -> None:
    """As after a copy of the database is put back: the stream would have mixed both, and nothing said so."""
    monkeypatch.setattr(publisher, "RETRY_S", 0.1)
    copy = tmp_path / "copy.db"
    with nats_server(tmp_path) as url:
        with served(Settings(database=sqlite, nats=url)) as backend, httpx.Client(base_url=backend) as client:
            run = begin(client)
            send_all(client, run, LOG[:200])
            asyncio.run(messages(url, EVENTS, 200))
            with sqlite3.connect(sqlite) as database, sqlite3.connect(copy) as other:
                database.backup(other)
            send_all(client, run, LOG[:500], first=200)
            asyncio.run(messages(url, EVENTS, 500))
        otherwise = [*LOG[:250], *LOG[251:]]
        with served(Settings(database=str(copy), nats=url)) as backend, httpx.Client(base_url=backend) as client:
            send_all(client, run, otherwise[:kept], first=200)
            wait_until(lambda: "is not the one in the database" in caplog.text)
            assert f"run {run}: event 499 of {EVENTS}" in caplog.text
            asyncio.run(messages(url, EVENTS, 500))
            asyncio.run(emptied(url, EVENTS, made_again=True))
            found = asyncio.run(messages(url, EVENTS, kept))
    assert are_the_log(found, run, otherwise[:kept])


async def whole(url: str, run: str) -> list[tuple[str, str, Any]]:
    """All messages of events, once the last one of a run has come."""
    client = await nats.connect(url)
    end = time.monotonic() + PATIENCE_S
    try:
        subscription = await client.jetstream().subscribe("cloudfair.>", stream=EVENTS, ordered_consumer=True)
        found: list[tuple[str, str, Any]] = []
        while not found or found[-1][1] != f"{run}/events/{len(LOG) - 1}":
            assert time.monotonic() < end, "they did not come in time"
            message = await subscription.next_msg(timeout=PATIENCE_S)
            found.append((message.subject, message.headers["Nats-Msg-Id"], json.loads(message.data)))
        return found
    finally:
        await client.close()


def test_frames_come_while_the_stream_of_events_acknowledges_nothing(
    tmp_path: Path, sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "FRAME_S", 0.05)
    monkeypatch.setattr(jetstream, "ACK_S", 3_600.0)
    with nats_server(tmp_path) as url:
        asyncio.run(limited(url, -1, is_silent=True))
        with served(Settings(database=sqlite, nats=url)) as backend, httpx.Client(base_url=backend) as client:
            run = begin(client)
            send_all(client, run, LOG)
            assert asyncio.run(frames(url))[0][1] == f"{run}/frames/{len(LOG)}"
