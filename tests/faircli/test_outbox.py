"""The outbox, against a real backend and against one that answers as it is told."""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from tests.cloudfair.example import example

from faircli.outbox import Outbox
from fairfacts.errors import BackendError
from fairfacts.events import encode

Answer = Callable[[httpx.Request], httpx.Response]


def digest_of(events: list[Any]) -> str:
    return hashlib.sha256(encode(events)).hexdigest()


class Backend:
    """Answers `POST /runs/r/player` with a state of the log, and every batch with the next of some answers."""

    def __init__(self, *answers: Answer, head: int = 0, digest: str = "") -> None:
        self.batches: list[int] = []
        """First positions of the batches that were sent."""
        self._answers, self._state = list(answers), {"head": head, "at_ms": 0, "digest": digest, "player": 1}
        self.client = httpx.Client(base_url="http://backend", transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/player"):
            return httpx.Response(200, json=self._state)
        self.batches.append(int(request.url.params["first"]))
        return self._answers.pop(0)(request)


def problem(status: int, detail: str) -> Answer:
    return lambda _: httpx.Response(status, json={"detail": detail})


def appended(digest: str, *commands: Any) -> Answer:
    return lambda _: httpx.Response(200, content=json.dumps({"digest": digest, "commands": commands}))


def test_what_was_acknowledged_is_freed_though_nothing_is_collected(client: httpx.Client, run: str):
    # a run is played with few collections: a cycle would stay to its end
    gc.collect()
    gc.disable()
    try:
        outbox = Outbox(client, run, batch_events=5)
        outbox.put(example(50))
        outbox.close()
        answers = [str(thing.request.url) for thing in gc.get_objects() if isinstance(thing, httpx.Response)]
    finally:
        gc.enable()
    own = [url for url in answers if run in url]  # others may be kept by tests before this one
    assert (outbox.sent, own) == (50, [])


@pytest.mark.parametrize("status", [401, 404, 409, 422, 429, 499])
def test_an_answer_below_500_ends_the_run_at_once_with_its_detail(status: int) -> None:
    backend = Backend(problem(status, "send what begins at 3"))
    outbox = Outbox(backend.client, "r")
    outbox.put(example(5))
    with pytest.raises(BackendError, match=r"^send what begins at 3$"):
        outbox.close()
    assert backend.batches == [0]


@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_answer_from_500_on_is_tried_again(status: int) -> None:
    events, told = example(5), []
    backend = Backend(problem(status, "the database is locked"), appended(digest_of(events)))
    outbox = Outbox(backend.client, "r", on_away=told.append)
    outbox.put(events)
    assert outbox.close() == digest_of(events)
    assert (backend.batches, told) == ([0, 0], ["the database is locked"])


def test_patience_ends_with_how_to_go_on() -> None:
    backend = Backend(problem(503, "the database is locked"))
    outbox = Outbox(backend.client, "r", patience_s=0)
    outbox.put(example(5))
    with pytest.raises(BackendError) as fault:
        outbox.close()
    assert str(fault.value) == (
        "the database is locked; gave up after 0 s: start the backend, and complete the run with fair run --resume r"
    )


def test_an_answer_that_is_no_problem_document_is_named_by_its_status() -> None:
    backend = Backend(lambda _: httpx.Response(413, text="too large"))
    outbox = Outbox(backend.client, "r")
    outbox.put(example(5))
    with pytest.raises(BackendError, match=r"^http://backend/runs/r/events\?first=0 answered 413 "):
        outbox.close()


def test_a_resumed_run_sends_what_the_log_does_not_hold() -> None:
    events = example(10)
    backend = Backend(appended(digest_of(events)), head=4, digest=digest_of(events[:4]))
    outbox = Outbox(backend.client, "r")
    outbox.put(events)
    assert outbox.close() == digest_of(events)
    assert backend.batches == [4]


def test_a_log_that_differs_on_resume_is_refused_before_anything_is_sent() -> None:
    events = example(10)
    other = digest_of(events[1:5])
    backend = Backend(head=4, digest=other)
    outbox = Outbox(backend.client, "r")
    outbox.put(events)
    with pytest.raises(BackendError) as fault:
        outbox.close()
    assert str(fault.value) == (
        "run r: its first 4 events are not those of this scenario, seed and version"
        f" (digest {other[:12]} in the log, {digest_of(events[:4])[:12]} here); start a new run"
    )
    assert backend.batches == []


def test_a_backend_whose_digest_differs_after_a_batch_is_refused() -> None:
    backend = Backend(appended("0" * 64))
    outbox = Outbox(backend.client, "r")
    outbox.put(example(5))
    with pytest.raises(BackendError, match="its 5 events are not those of this scenario, seed and version"):
        outbox.close()


def test_each_command_is_handed_over_once() -> None:
    events = example(4)
    pause, resume = ({"number": n, "command": {"kind": kind}} for n, kind in enumerate(("pause", "resume")))
    answers = [appended(digest_of(events[:2]), pause), appended(digest_of(events), pause, resume)]
    backend = Backend(*answers)
    outbox = Outbox(backend.client, "r", batch_events=2)
    outbox.put(events)
    outbox.close()
    assert [outbox.commands.get_nowait().number for _ in range(2)] == [0, 1]
    assert outbox.commands.empty()
