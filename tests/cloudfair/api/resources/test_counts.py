"""What the read side counts: lapses by hour, pairs of economies, the course of the gauges."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

import httpx
import pytest
from tests.cloudfair.api.resources.asking import BUSY_MS, measures, read

from fairfacts.clock import HOUR_MS
from fairfacts.event import Event
from fairfacts.measures import GAUGES, State, value_at
from fairfacts.parts.negotiations.events import NegotiationLapsed, NegotiationRequested
from fairfacts.parts.platform import PlatformMetered
from fairfacts.parts.venue.events import ZonesCounted

SAMPLED_MIN = 37


@pytest.mark.parametrize("at_ms", [BUSY_MS, 10**12])
def test_lapses_by_hour_add_up_to_the_measures(web: httpx.Client, played: str, log: list[Event], at_ms: int) -> None:
    _, snapshot = measures(log, at_ms)
    for by in ("economy", "sector"):
        items = read(web, played, "negotiations/lapses", by=by, limit=300, at=at_ms)["items"]
        assert {item["of"]: item["requested"] for item in items} == snapshot["negotiations"][f"by_{by}"]
        assert sum(item["lapsed"] for item in items) == snapshot["negotiations"]["lapsed"]
        per_hour: Counter[str] = Counter()
        for item in items:
            assert sum(item["lapsed_per_hour"].values()) == item["lapsed"]
            assert sum(item["answered_per_hour"].values()) == item["answered"]
            per_hour += Counter(item["requested_per_hour"])
        origins = snapshot["negotiations"]["per_hour"]
        assert per_hour == Counter(origins["domestic"]) + Counter(origins["overseas"])


def test_lapses_of_exhibitors_say_who_answers_nobody(web: httpx.Client, played: str, log: list[Event]) -> None:
    asked = Counter(str(event.exhibitor) for event in log if isinstance(event, NegotiationRequested))
    lapsed = Counter(str(event.exhibitor) for event in log if isinstance(event, NegotiationLapsed))
    items = read(web, played, "negotiations/lapses", by="exhibitor", limit=300)["items"]
    assert {item["of"]: item["requested"] for item in items} == dict(asked.most_common(len(items)))
    assert {item["of"]: item["lapsed"] for item in items} == {item["of"]: lapsed[item["of"]] for item in items}
    shares = [item["lapse_share"] for item in items]
    assert 1.0 in shares
    assert min(shares) < 0.5


@pytest.mark.parametrize("at_ms", [0, BUSY_MS, None])
def test_all_pairs_of_economies_are_those_of_the_requests(
    web: httpx.Client, played: str, log: list[Event], at_ms: int | None
) -> None:
    until_ms = log[-1].at_ms if at_ms is None else at_ms
    requests = [event for event in log if isinstance(event, NegotiationRequested) and event.at_ms <= until_ms]
    answer = read(web, played, "negotiations/between", **({} if at_ms is None else {"at": at_ms}))
    counts = {(one, other): count for one, asked in answer["by_pair"].items() for other, count in asked.items()}
    assert counts == Counter((event.economy, event.exhibitor_economy) for event in requests)
    assert answer["as_of"] == {"position": measures(log, until_ms)[0], "at_ms": until_ms}


@pytest.mark.parametrize("at_ms", [29 * HOUR_MS, BUSY_MS, None], ids=["night", "busy", "end"])
def test_course_is_what_the_gauges_stood_at_when_each_minute_had_passed(
    web: httpx.Client, played: str, log: list[Event], at_ms: int | None
) -> None:
    until_ms = log[-1].at_ms if at_ms is None else at_ms
    answer = read(web, played, "course", **({} if at_ms is None else {"at": at_ms}))
    heard: set[int] = set()
    expected: dict[int, list[int]] = {}
    state = State()
    for now_ms, events in groupby((event for event in log if event.at_ms <= until_ms), key=lambda event: event.at_ms):
        state.fold(happened := list(events))
        if any(isinstance(event, (PlatformMetered, ZonesCounted)) for event in happened):
            heard.add(minute := now_ms // 60_000)
            if minute % SAMPLED_MIN == 0:  # a snapshot of every minute would take half a minute
                snapshot = state.snapshot()
                expected[minute] = [value_at(snapshot, gauge) for gauge in GAUGES]
    gauges = [list(row) for row in zip(*answer["gauges"].values(), strict=True)]
    shown = dict(zip(answer["minutes"], gauges, strict=True))
    assert tuple(answer["gauges"]) == GAUGES
    assert set(shown) == heard
    assert {minute: shown[minute] for minute in expected} == expected
    assert answer["as_of"] == {"position": measures(log, until_ms)[0], "at_ms": until_ms}


def test_course_since_a_moment_and_every_so_many_minutes_is_a_part_of_it(web: httpx.Client, played: str) -> None:
    whole, since = read(web, played, "course"), "2020-09-06T08:00:30"
    part = read(web, played, "course", since=since, every_min=15)
    first = (2 * 24 + 8) * 60 + 1
    last = {minute // 15: row for row, minute in enumerate(whole["minutes"]) if minute >= first}
    assert part["minutes"] == [whole["minutes"][row] for row in last.values()]
    assert part["gauges"] == {name: [gauge[row] for row in last.values()] for name, gauge in whole["gauges"].items()}
    assert read(web, played, "course", since=10**9)["minutes"] == []


def test_course_since_no_moment_is_refused_by_its_name(web: httpx.Client, played: str) -> None:
    answer = web.get(f"/runs/{played}/course", params={"since": "noon"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "query.since")
    assert "noon is no moment; write ms since the epoch" in answer.json()["detail"]
