"""What the intake keeps, and what it refuses: each refusal names the thing and the remedy, and keeps nothing."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

import httpx
import msgspec
import pytest
import zstandard
from tests.cloudfair.conftest import served
from tests.cloudfair.example import NEW_RUN, ZSTD, begin, digest_of, example, packed, send, send_all

from cloudfair.settings import Settings
from fairfacts.events import encode
from fairfacts.parts.runs import FairClosed, RunStarted

EVENTS = example(100)


def post(client: httpx.Client, run: str, body: bytes, first: int = 0, **headers: str) -> httpx.Response:
    return client.post(f"/runs/{run}/events", params={"first": first}, content=body, headers=headers)


def problem_of(answer: httpx.Response) -> dict[str, Any]:
    """The problem document of an answer, but for what its status says anyway."""
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem.pop("type"), problem.pop("status")) == ("about:blank", answer.status_code)
    problem.pop("title")
    return problem


def head(client: httpx.Client, run: str) -> int:
    return client.get(f"/runs/{run}").json()["head"]


def test_batch_is_answered_with_the_next_position_and_the_digest(client: httpx.Client, run: str) -> None:
    answers = [send(client, run, EVENTS, first, first + 50).json() for first in (0, 50)]
    assert answers == [
        {"run": run, "next": 50, "digest": digest_of(EVENTS[:50]), "commands": []},
        {"run": run, "next": 100, "digest": digest_of(EVENTS), "commands": []},
    ]


def test_same_batch_again_is_answered_as_before(client: httpx.Client, run: str) -> None:
    before = [send(client, run, EVENTS, first, first + 50).json() for first in (0, 50)]
    again = [send(client, run, EVENTS, first, first + 50).json() for first in (50, 0)]
    assert (again, head(client, run)) == (before[::-1], 100)


def test_digest_does_not_show_how_the_log_was_cut_or_compressed(client: httpx.Client) -> None:
    digests = set()
    for size in (7, 33, 100):
        run = begin(client)
        send_all(client, run, EVENTS, size=size)
        digests.add(client.get(f"/runs/{run}").json()["digest"])
    run = begin(client)
    digests.add(post(client, run, encode(EVENTS)).json()["digest"])
    stream = zstandard.ZstdCompressor().compressobj()
    frame_without_size = stream.compress(encode(EVENTS)) + stream.flush()
    run = begin(client)
    digests.add(post(client, run, frame_without_size, **ZSTD).json()["digest"])
    assert client.get(f"/runs/{run}/events").json()["next"] is None
    assert digests == {digest_of(EVENTS)}


def test_gap_and_other_content_are_conflicts_that_name_the_head(client: httpx.Client, run: str) -> None:
    send(client, run, EVENTS, 0, 40)
    other = [*EVENTS[:39], FairClosed(EVENTS[39].at_ms)]
    refusals = [send(client, run, EVENTS, 50, 60), send(client, run, EVENTS, 0, 30), send(client, run, other, 0, 40)]
    assert [(answer.status_code, problem_of(answer)["head"]) for answer in refusals] == [(409, 40)] * 3
    assert problem_of(refusals[0])["detail"] == (
        f"run {run}: events 50 to 59 were sent, and the log waits for event 40; send what begins at 40"
    )
    assert head(client, run) == 40


def test_nothing_follows_the_end_of_a_run(client: httpx.Client, run: str) -> None:
    send_all(client, run, EVENTS)
    answer = send(client, run, [*EVENTS, FairClosed(100_000)], 100)
    assert (answer.status_code, problem_of(answer)) == (
        409,
        {
            "detail": f"run {run}: events 100 to 100 were sent, and the run ended with event 99; start another run",
            "head": 100,
        },
    )


def test_log_does_not_go_back_in_time(client: httpx.Client, run: str) -> None:
    send(client, run, EVENTS, 0, 40)
    answer = send(client, run, [*EVENTS[:40], FairClosed(38_999)], 40)
    assert (answer.status_code, problem_of(answer)) == (
        422,
        {
            "detail": "event 0 of the batch: at_ms is 38999, before the 39000 of the log's latest event;"
            " send events in the order of their time",
            "position": 0,
            "field": "at_ms",
        },
    )
    assert head(client, run) == 40


def test_event_after_the_runs_end_does_not_lock_out_those_before(client: httpx.Client, run: str) -> None:
    send(client, run, EVENTS, 0, 40)
    answer = send(client, run, [*EVENTS[:41], FairClosed(99_001)], 40)
    assert (answer.status_code, problem_of(answer)) == (
        422,
        {
            "detail": "event 1 of the batch: at_ms is 99001, after the run's end at 99000 (duration_ms of"
            " run.started); correct it, or begin a run that lasts longer",
            "position": 1,
            "field": "at_ms",
        },
    )
    whole = post(client, begin(client), encode([*EVENTS[:2], FairClosed(99_001)]))
    assert (whole.status_code, head(client, run)) == (422, 40)
    assert send(client, run, EVENTS, 40, 100).json()["digest"] == digest_of(EVENTS)


ENDED, STARTED = EVENTS[-1], EVENTS[0]
LINES = encode(EVENTS[:4]).splitlines(keepends=True)


@pytest.mark.parametrize(
    ("ndjson", "position", "field", "detail"),
    [
        (b"".join([*LINES[:2], LINES[2].replace(b'"attempt":1', b'"attempt":-1')]), 2, "attempt", "at least 0"),
        (b"".join([*LINES[:3], b'{"type":"negotiation.vanished","at_ms":1}\n']), 3, "type", "negotiation.vanished"),
        (b"".join([LINES[0], b'{"type":"fair.opened"}\n']), 1, "the event", "at_ms"),
        (b"".join([LINES[0], b'{"type":"fair.opened","at_ms":1,"mood":2}\n']), 1, "the event", "mood"),
        (b"".join([LINES[0], b"{nonsense}\n"]), 1, "the event", "malformed"),
        (b"".join([LINES[0], b'{"type":"fair.opened","at_ms":"\xff"}\n']), 1, "at_ms", "a whole number is wanted"),
        (b"".join([*LINES[:2], LINES[2].replace(b'"attempt":1', b'"attempt":1,"attempt":1')]), 2, "attempt", "twice"),
        (b"".join([LINES[0].replace(b'"names":{', b'"names":{"en":"A",'), LINES[1]]), 0, "en", "is there twice; send"),
        (b"".join([LINES[0].replace(b'"counted"', b'"co\x92nted"'), LINES[1]]), 0, "the event", "is no UTF-8; send"),
        (b"".join([LINES[0], b"\n", LINES[1]]), 1, "the event", "the line is blank"),
        (b"".join([*LINES, b"\n"]), 4, "the event", "the line is blank"),
        (b"".join([*LINES, b" \n"]), 4, "the event", "the line is blank"),
        (b"".join([LINES[0], b"\x0c\n", LINES[1]]), 1, "the event", "the line is blank"),
        (b"[" + b",".join(LINES).replace(b"\n", b"") + b"]\n", 0, "the event", "not one JSON object"),
        (b"".join(LINES).rstrip(), 3, "the event", "does not end in a newline"),
        (LINES[0].rstrip() + LINES[1], 0, "the event", "1 lines hold 2 events"),
        (b"", 0, "the event", "the batch is empty"),
        (b"\n", 0, "the event", "the line is blank"),
        (encode([STARTED, FairClosed(9), FairClosed(8)]), 2, "at_ms", "before the 9"),
        (encode(EVENTS[1:4]), 0, "type", "a log begins with run.started"),
        (encode([STARTED, STARTED]), 1, "type", "only a log's first event"),
        (encode([STARTED, ENDED, FairClosed(99_000)]), 2, "type", "it follows run.ended"),
    ],
)
def test_bad_event_is_named_and_nothing_of_the_batch_kept(
    client: httpx.Client, run: str, ndjson: bytes, position: int, field: str, detail: str
) -> None:
    answer = post(client, run, packed(ndjson), **ZSTD)
    problem = problem_of(answer)
    assert (answer.status_code, problem["position"], head(client, run)) == (422, position, 0)
    assert detail in problem["detail"]
    assert field == problem["field"] or field == "type"


def test_run_is_started_once(client: httpx.Client, run: str) -> None:
    send(client, run, EVENTS, 0, 40)
    again = RunStarted(
        at_ms=50_000,
        scenario="example",
        seed=7,
        replication=0,
        scale=1.0,
        version="1",
        parameters_sha256="0" * 64,
        epoch="2020-09-04T00:00:00+08:00",
        duration_ms=99_000,
        inputs=(),
        calibrated=(),
    )
    answer = send(client, run, [*EVENTS[:40], again], 40)
    assert (answer.status_code, problem_of(answer)["position"]) == (422, 0)


@pytest.mark.parametrize(
    "body",
    [b"hello", packed(encode(EVENTS))[:-5], packed(encode(EVENTS)) + b"more", packed(encode(EVENTS)) * 2],
    ids=["other", "cut short", "with more", "two frames"],
)
def test_broken_frame_is_refused(client: httpx.Client, run: str, body: bytes) -> None:
    answer = post(client, run, body, **ZSTD)
    assert (answer.status_code, head(client, run)) == (400, 0)
    assert "not one whole zstd frame" in problem_of(answer)["detail"]


def test_other_encodings_are_refused(client: httpx.Client, run: str) -> None:
    answer = post(client, run, b"x", **{"Content-Encoding": "gzip"})
    assert (answer.status_code, problem_of(answer)) == (
        415,
        {"detail": "Content-Encoding is gzip; allowed are zstd and identity"},
    )


def test_batches_over_a_limit_are_refused_and_the_next_one_kept(sqlite: str) -> None:
    limits = {"max_body_bytes": 20_000, "max_batch_bytes": 40_000, "max_batch_events": 200}
    many, stream = encode(example(300)), zstandard.ZstdCompressor().compressobj()
    with (
        served(Settings(database=sqlite, **limits)) as url,
        httpx.Client(base_url=url) as client,
    ):
        run = begin(client)
        answers = [
            post(client, run, b"x" * 20_001),
            post(client, run, iter([b"x" * 15_000] * 100)),
            post(client, run, packed(many), **ZSTD),
            post(client, run, stream.compress(many) + stream.flush(), **ZSTD),
            post(client, run, packed(b'{"type":"fair.opened","at_ms":0}\n' * 201), **ZSTD),
        ]
        refused = [(answer.status_code, problem_of(answer)["limit"]) for answer in answers]
        assert refused == [(413, 20_000), (413, 20_000), (413, 40_000), (413, 40_000), (413, 200)]
        assert send(client, run, EVENTS).json()["next"] == 100


def test_batch_of_exactly_the_largest_size_is_kept(sqlite: str) -> None:
    ndjson, stream = encode(EVENTS), zstandard.ZstdCompressor().compressobj()
    size = len(ndjson)
    limits = {"max_body_bytes": size, "max_batch_bytes": size, "max_batch_events": len(EVENTS)}
    with served(Settings(database=sqlite, **limits)) as url, httpx.Client(base_url=url) as client:
        bodies = ((ndjson, {}), (packed(ndjson), ZSTD), (stream.compress(ndjson) + stream.flush(), ZSTD))
        answers = [post(client, begin(client), body, **headers) for body, headers in bodies]
    assert [answer.json()["next"] for answer in answers] == [len(EVENTS)] * 3


def test_unknown_run_is_answered_with_the_nearest(client: httpx.Client, run: str) -> None:
    answer = send(client, run + "x", EVENTS)
    assert (answer.status_code, problem_of(answer)) == (
        404,
        {"detail": f"there is no run {run}x; did you mean {run}?"},
    )


def test_first_position_is_required(client: httpx.Client, run: str) -> None:
    answer = client.post(f"/runs/{run}/events", content=b"")
    assert (answer.status_code, problem_of(answer)["detail"]) == (422, "query.first is missing; send it")


def test_writes_need_the_token_where_one_is_set_and_reads_do_not(sqlite: str) -> None:
    with served(Settings(database=sqlite, token="secret")) as url, httpx.Client(base_url=url) as client:
        refused = [
            client.post("/runs", json=NEW_RUN, headers=headers)
            for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic secret"})
        ]
        assert [(answer.status_code, answer.headers["www-authenticate"]) for answer in refused] == [(401, "Bearer")] * 3
        client.headers["Authorization"] = "Bearer secret"
        run = begin(client)
        del client.headers["Authorization"]
        assert send(client, run, EVENTS).status_code == 401
        assert client.get(f"/runs/{run}").json()["head"] == 0


def test_page_of_another_host_may_not_write(client: httpx.Client, url: str) -> None:
    origins = ("http://evil.example", url)
    answers = [client.post("/runs", json=NEW_RUN, headers={"Origin": origin}) for origin in origins]
    assert [answer.status_code for answer in answers] == [403, 201]


def test_log_that_cannot_be_written_is_told_and_nothing_taken_in(sqlite: str) -> None:
    with served(Settings(database=sqlite)) as url, httpx.Client(base_url=url) as client:
        run = begin(client)
        send(client, run, EVENTS, 0, 40)
        rename(sqlite, "segment", "elsewhere")
        answer = send(client, run, EVENTS, 40, 100)
        assert (answer.status_code, "no such table: segment" in problem_of(answer)["detail"]) == (503, True)
        rename(sqlite, "elsewhere", "segment")
        assert client.get(f"/runs/{run}/snapshot").json()["position"] == 40
        assert send(client, run, EVENTS, 40, 100).json()["digest"] == digest_of(EVENTS)


def rename(database: str, table: str, name: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO {name}")


@pytest.mark.parametrize("depth", [900, 2_000, 50_000])
@pytest.mark.parametrize("path", ["/runs", "/runs/start", "/runs/{run}/events?first=0", "/runs/{run}/commands",
                                  "/runs/{run}/commands/0/obeyed", "/runs/{run}/query"])  # fmt: skip
def test_deep_json_is_refused(client: httpx.Client, run: str, path: str, depth: int) -> None:
    deep = b'{"a":' * depth + b"1" + b"}" * depth + b"\n"
    answer = client.post(path.format(run=run), content=deep)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), answer.text


def test_a_log_begins_as_its_run_was_begun(client: httpx.Client, run: str) -> None:
    other = msgspec.structs.replace(EVENTS[0], scenario="another", scale=2.0, seed=8)
    refused = post(client, run, encode([other]))
    assert (refused.status_code, problem_of(refused)["detail"]) == (
        422,
        f"event 0 of the batch: run.started is not of run {run}: scenario is another, of the run example; seed is 8,"
        " of the run 7; scale is 2.0, of the run 1.0; send it to the run that it is of, or begin another with these"
        " values",
    )
    assert head(client, run) == 0


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
def test_number_that_json_does_not_have_is_refused(client: httpx.Client, number: str) -> None:
    body = json.dumps(NEW_RUN | {"request": {"changes": [0]}}).replace("[0]", f"[{number}]")
    answer = client.post("/runs", content=body)
    assert (answer.status_code, problem_of(answer)["detail"]) == (
        422,
        "body.request: it holds a number that JSON does not have, such as NaN; leave it out",
    )


@pytest.mark.parametrize("scale", [0.0, -1.0, 1e308, 1_000.1])
def test_a_scale_that_no_fair_has_is_refused(client: httpx.Client, run: str, scale: float) -> None:
    refused = post(client, run, encode([msgspec.structs.replace(EVENTS[0], scale=scale)]))
    assert (refused.status_code, "scale" in problem_of(refused)["detail"]) == (422, True)
    begun = client.post("/runs", json=NEW_RUN | {"scale": scale})
    assert (begun.status_code, "scale" in problem_of(begun)["detail"]) == (422, True)
