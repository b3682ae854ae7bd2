"""Questions to the read side, and what it should answer: the lists, their orders, and the measures of a moment."""

from __future__ import annotations

from typing import Any

import httpx

from fairfacts.clock import HOUR_MS
from fairfacts.event import Event
from fairfacts.measures import State

BUSY_MS = 2 * 24 * HOUR_MS + 11 * HOUR_MS + 1_800_123
"""On the third day at half past eleven: halls, streams and desks are at work."""
MORNING_MS = 2 * 24 * HOUR_MS + 8 * HOUR_MS
LISTS = {
    "organisations": ("organisation", "-organisation", "delegates", "-delegates", "economy_rank", "-economy_rank"),
    "sessions": ("session", "starts", "-starts", "attended", "-attended", "turned_away", "-turned_away"),
    "streams": ("stream", "started", "-started", "viewers", "-viewers", "views", "-views", "watched", "-watched"),
    "halls": ("",),
    "zones": ("zone", "inside", "-inside", "density", "-density", "spent", "-spent"),
    "stands": ("organisation", "requests", "-requests"),
    "projects": ("published", "-published"),
    "releases": ("released", "-released"),
    "results": ("result", "value", "-value", "signed", "-signed"),
    "tours": ("departed", "-departed", "taken", "-taken", "left_behind", "-left_behind"),
    "notices": ("published", "-published"),
    "disruptions": ("begun", "-begun"),
    "negotiations": ("requested", "-requested", "waited", "-waited", "talked", "-talked"),
    "agreements": ("intended", "-intended", "signed", "-signed", "value", "-value"),
}
"""Every list, and what it can be sorted by."""
KEYS = {
    "starts": "starts_ms",
    "started": "started_ms",
    "watched": "watched_h",
    "spent": "spent_h",
    "begun": "begun_ms",
    "departed": "departed_ms",
    "published": "published_ms",
    "released": "released_ms",
    "signed": "signed_ms",
    "requested": "requested_ms",
    "waited": "waited_ms",
    "talked": "talked_ms",
    "intended": "intended_ms",
    "value": "value_usd",
}


def every(client: httpx.Client, run: str, path: str, limit: int = 500, **asked: Any) -> list[dict[str, Any]]:
    """Return everything that a list has, page by page."""
    items, cursor = [], None
    while True:
        page = read(client, run, path, limit=limit, **asked, **({"cursor": cursor} if cursor else {}))
        items += page["items"]
        if (cursor := page["next"]) is None:
            return items
        assert len(page["items"]) == limit


def read(client: httpx.Client, run: str, path: str, **asked: Any) -> dict[str, Any]:
    answer = client.get(f"/runs/{run}/{path}", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def measures(log: list[Event], at_ms: int) -> tuple[int, dict[str, Any]]:
    """Return the position of a moment and the measures of it."""
    state = State()
    state.fold(event for event in log if event.at_ms <= at_ms)
    return state.position, state.snapshot()
