"""The outbox, against a real backend."""

from __future__ import annotations

import gc

import httpx
from tests.cloudfair.example import example

from fairsim.outbox import Outbox


def test_what_was_answered_for_is_let_go_of_though_nothing_is_collected(client: httpx.Client, run: str):
    # a run is played with few collections: whatever is in a cycle would stay to its end
    gc.collect()
    gc.disable()
    try:
        outbox = Outbox(client, run, batch_events=5)
        outbox.put(example(50))
        outbox.close()
        answers = [thing for thing in gc.get_objects() if isinstance(thing, httpx.Response)]
    finally:
        gc.enable()
    assert (outbox.sent, answers) == (50, [])
