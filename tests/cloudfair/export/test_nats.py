"""What is published to a real NATS JetStream, and that nothing is published twice or lost."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from pathlib import Path
from typing import Any

import httpx
import nats
import pytest
from tests.cloudfair.conftest import served
from tests.cloudfair.example import begin, digest_of, example, send, send_all
from tests.cloudfair.nats import free_port, nats_server

from cloudfair.export import nats as publisher
from cloudfair.export.jetstream import (
    EVENTS,
    FRAMES,
    NO_JETSTREAM,
    SUBJECTS,
    Message,
    Sender,
    plain,
)
from cloudfair.settings import Settings
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
        assert frame == client.get(f"/runs/{run}/snapshot").json() | {"digest": digest_of(LOG), "ended": True}
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
    monkeypatch.setattr(publisher, "RETRY_S", 0.1)
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


def test_runs_that_had_ended_before_are_published_whole(tmp_path: Path, sqlite: str) -> None:
    with served(Settings(database=sqlite)) as backend, httpx.Client(base_url=backend) as client:
        run = begin(client)
        send_all(client, run, LOG)
    with nats_server(tmp_path) as url, served(Settings(database=sqlite, nats=url)):
        assert are_the_log(asyncio.run(messages(url, EVENTS, len(LOG))), run, LOG)
        assert asyncio.run(frames(url))[0][1] == f"{run}/frames/{len(LOG)}"


def test_holes_are_filled_and_nothing_comes_twice(tmp_path: Path, sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full stream refuses single messages; JetStream has forgotten the ids of the others before it has room again."""
    monkeypatch.setattr(publisher, "RETRY_S", 0.2)
    with nats_server(tmp_path) as url:
        asyncio.run(limited(url, bytes_at_most=150_000))
        with served(Settings(database=sqlite, nats=url)) as backend, httpx.Client(base_url=backend) as client:
            run = begin(client)
            send_all(client, run, LOG)
            asyncio.run(full(url))
            asyncio.run(limited(url, bytes_at_most=-1))
            found = asyncio.run(messages(url, EVENTS, len(LOG)))
    assert are_the_log(sorted(found, key=lambda message: int(message[1].rpartition("/")[2])), run, LOG)


async def limited(
    url: str, bytes_at_most: int, stream: str = EVENTS, *, size_at_most: int = -1, is_silent: bool = False
) -> None:
    """Make a stream, or settle it anew, with so many bytes, and ids that are forgotten at once."""
    client = await nats.connect(url)
    jetstream = client.jetstream()
    config = nats.js.api.StreamConfig(
        name=stream,
        subjects=[SUBJECTS[stream]],
        max_bytes=bytes_at_most,
        max_msg_size=size_at_most,
        no_ack=is_silent,
        duplicate_window=0.1,
        discard="new",
    )
    is_new = bytes_at_most > 0 or size_at_most > 0 or is_silent
    await (jetstream.add_stream(config) if is_new else jetstream.update_stream(config))
    await client.close()


async def full(url: str) -> None:
    """Return once a stream with a limit takes no more."""
    client = await nats.connect(url)
    jetstream, end, before = client.jetstream(), time.monotonic() + PATIENCE_S, -1
    while (now := await state_of(jetstream, EVENTS)) == 0 or now != before:
        assert time.monotonic() < end, "the stream was never full"
        before = now
        await asyncio.sleep(0.3)
    assert 0 < now < len(LOG)
    await client.close()


async def emptied(url: str, stream: str = EVENTS, *, made_again: bool) -> None:
    """Purge a stream, or delete it."""
    client = await nats.connect(url)
    jetstream = client.jetstream()
    await (jetstream.delete_stream(stream) if made_again else jetstream.purge_stream(stream))
    await client.close()


def test_a_purged_stream_gets_what_is_new_and_one_made_again_gets_all(tmp_path: Path, sqlite: str) -> None:
    with nats_server(tmp_path) as url:
        settings = Settings(database=sqlite, nats=url)
        with served(settings) as backend, httpx.Client(base_url=backend) as client:
            run = begin(client)
            send_all(client, run, LOG[:700])
            asyncio.run(messages(url, EVENTS, 700))
        asyncio.run(emptied(url, made_again=False))
        with served(settings) as backend, httpx.Client(base_url=backend) as client:
            send_all(client, run, LOG, first=700)
            found = asyncio.run(messages(url, EVENTS, len(LOG) - 700))
        assert [name for _, name, _ in found] == [f"{run}/events/{position}" for position in range(700, len(LOG))]
        asyncio.run(emptied(url, made_again=True))
        with served(settings):
            assert are_the_log(asyncio.run(messages(url, EVENTS, len(LOG))), run, LOG)


def test_a_run_that_is_damaged_holds_up_no_other(tmp_path: Path, sqlite: str, caplog: pytest.LogCaptureFixture) -> None:
    with served(Settings(database=sqlite)) as backend, httpx.Client(base_url=backend) as client:
        whole, damaged = begin(client), begin(client)
        for run in (whole, damaged):
            send_all(client, run, LOG)
    with sqlite3.connect(sqlite) as connection:
        connection.execute("update segment set payload = x'00' where run_id = ?", (damaged,))
    with nats_server(tmp_path) as url, served(Settings(database=sqlite, nats=url)):
        assert are_the_log(asyncio.run(messages(url, EVENTS, len(LOG))), whole, LOG)
    assert f"run {damaged}: the segment at event 0 is not what was appended" in caplog.text


@pytest.mark.parametrize("while_it_is_up", [True, False])
def test_the_last_frames_are_published_again_where_their_stream_was_lost(
    tmp_path: Path, sqlite: str, monkeypatch: pytest.MonkeyPatch, *, while_it_is_up: bool
) -> None:
    monkeypatch.setattr(publisher, "CHECK_S", 0.1)
    with nats_server(tmp_path) as url:
        settings = Settings(database=sqlite, nats=url)
        with served(settings) as backend, httpx.Client(base_url=backend) as client:
            run = begin(client)
            send_all(client, run, LOG)
            asyncio.run(frames(url))
            asyncio.run(messages(url, EVENTS, len(LOG)))
            if while_it_is_up:
                asyncio.run(emptied(url, FRAMES, made_again=True))
                assert asyncio.run(frames(url))[0][1] == f"{run}/frames/{len(LOG)}"
        if not while_it_is_up:
            asyncio.run(emptied(url, FRAMES, made_again=True))
            with served(settings):
                assert asyncio.run(frames(url))[0][1] == f"{run}/frames/{len(LOG)}"
        assert asyncio.run(messages(url, EVENTS, len(LOG)))[-1][1] == f"{run}/events/{len(LOG) - 1}"  # and no event


def test_a_stream_of_frames_that_is_full_holds_up_no_event(
    tmp_path: Path, sqlite: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name, value in (("RETRY_S", 0.1), ("TURN_EVENTS", 400), ("PAGE_EVENTS", 200)):
        monkeypatch.setattr(publisher, name, value)
    caplog.set_level("INFO", publisher.__name__)
    with nats_server(tmp_path) as url:
        asyncio.run(limited(url, 1, FRAMES))
        with served(Settings(database=sqlite, nats=url)) as backend, httpx.Client(base_url=backend) as client:
            runs = [begin(client), begin(client)]
            for run in runs:
                send_all(client, run, LOG)
            found = asyncio.run(messages(url, EVENTS, 2 * len(LOG)))
            told = [(record.getMessage(), record.fields.get("stream")) for record in caplog.records]
            asyncio.run(limited(url, -1, FRAMES))
            asyncio.run(frames(url))
    assert all(are_the_log([each for each in found if each[1].startswith(f"{run}/")], run, LOG) for run in runs)
    assert sorted(told) == [
        ("the publisher is connected", None),
        ("the publisher publishes", EVENTS),
        ("the publisher waits", FRAMES),
    ]
    assert caplog.records[-1].fields["stream"] == FRAMES
    assert caplog.records[-1].getMessage() == "the publisher publishes"


def test_a_damaged_record_loses_no_event_and_sends_none_twice(tmp_path: Path, sqlite: str) -> None:
    with nats_server(tmp_path) as url:
        settings = Settings(database=sqlite, nats=url)
        with served(settings) as backend, httpx.Client(base_url=backend) as client:
            run = begin(client)
            send_all(client, run, LOG[:700])
            asyncio.run(messages(url, EVENTS, 700))
            with sqlite3.connect(sqlite) as connection:
                connection.execute("update publication set position = 1000000")
            send_all(client, run, LOG, first=700)
            assert are_the_log(asyncio.run(messages(url, EVENTS, len(LOG))), run, LOG)


async def test_what_another_stream_took_is_not_taken_for_published(tmp_path: Path) -> None:
    with nats_server(tmp_path) as url:
        client = await nats.connect(url)
        await client.jetstream().add_stream(name="OTHER", subjects=["cloudfair.*.events.>"])
        sender = Sender(client)
        await sender.begin()
        message = Message("cloudfair.a.events.x", "a/events/0", b"{}", "application/json")
        with pytest.raises(nats.js.errors.APIError, match="another stream took"):
            await sender.send(EVENTS, [message])
        await client.close()


async def test_a_stream_that_lacks_our_subject_is_not_taken_for_a_server_without_jetstream(tmp_path: Path) -> None:
    with nats_server(tmp_path) as url:
        client = await nats.connect(url)
        await client.jetstream().add_stream(name=EVENTS, subjects=["foo.>"])
        sender = Sender(client)
        await sender.begin()
        with pytest.raises(nats.js.errors.NoStreamResponseError) as refused:
            await sender.send(EVENTS, [Message("cloudfair.a.events.x", "a/events/0", b"{}", "application/json")])
        await client.close()
    assert "give CLOUDFAIR_EVENTS the subject cloudfair.*.events.>" in plain(refused.value)


def test_a_server_without_jetstream_is_named_as_such() -> None:
    assert plain(nats.js.errors.ServiceUnavailableError()) == NO_JETSTREAM
    assert plain(nats.js.errors.APIError(code=503, description="maximum bytes exceeded")) == "maximum bytes exceeded"
