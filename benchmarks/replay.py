"""A log in memory: decoded and folded, and held against the laws."""

from __future__ import annotations

import time

from cloudfair.store.segments import pieces
from fairfacts.auditor import Auditor
from fairfacts.events import decode
from fairfacts.measures import State


def replay(ndjson: list[bytes]) -> float:
    """Decode and fold a log; return events a second."""
    state, began = State(), time.perf_counter()
    for batch in ndjson:
        state.fold(decode(batch))
    return state.position / (time.perf_counter() - began)


def audit(ndjson: list[bytes]) -> float:
    """Hold a log against the laws, in pieces as `fair verify` reads it; return events a second."""
    auditor, spent_s = Auditor(), 0.0
    for batch in ndjson:
        for piece in pieces(batch):
            events = decode(piece)
            began = time.perf_counter()
            auditor.handle(events)
            spent_s += time.perf_counter() - began
    return auditor.position / spent_s
