"""One thing of a list, with its history, as it stood at a moment."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec
from tests.cloudfair.api.resources.asking import BUSY_MS, MORNING_MS, every, read

from fairfacts.clock import HOUR_MS
from fairfacts.event import Event
from fairfacts.events import type_name
from fairfacts.parts.negotiations.events import NegotiationEvent
from fairfacts.parts.programme import room_of, title_of
from fairfacts.parts.runs import RunStarted


def test_history_of_a_negotiation_is_what_the_log_says_of_it(web: httpx.Client, played: str, log: list[Event]) -> None:
    events = [event for event in log if isinstance(event, NegotiationEvent)]
    parties = ("negotiation", "organisation", "economy", "exhibitor", "exhibitor_economy", "overseas", "sector")
    parties += ("type", "at_ms")
    ends = {"agreement.signed", "negotiation.failed"}
    for negotiation in {event.negotiation for event in events if type_name(type(event)) in ends}:
        expected = []
        for event in events:
            if event.negotiation == negotiation:
                said = {name: value for name, value in msgspec.to_builtins(event).items() if name not in parties}
                expected.append({"at_ms": event.at_ms, "type": type_name(type(event)), "said": said})
        history = read(web, played, f"negotiations/{negotiation}")["item"]["history"]
        history[0]["said"].pop("sector")  # the events of an agreement say it too, its steps do not
        assert history == expected
        state = {"negotiation.taken_up": "talking", "negotiation.arranged": "arranged"}[expected[1]["type"]]
        middle_ms = expected[1]["at_ms"]
        then = read(web, played, f"negotiations/{negotiation}", at=middle_ms)["item"]
        assert ([step["at_ms"] <= middle_ms for step in expected].count(True), then["state"]) == (
            len(then["history"]),
            state,
        )


def test_details_add_up_to_the_list(web: httpx.Client, played: str) -> None:
    at_ms = BUSY_MS
    session = read(web, played, "sessions", at=at_ms, sort="-attended")["items"][0]
    details = read(web, played, f"sessions/{session['session']}", at=at_ms)["item"]
    assert sum(details.pop("attended_per_minute").values()) == session["attended"]
    assert details == session
    stream = read(web, played, "streams", at=at_ms, sort="-viewers")["items"][0]
    details = read(web, played, f"streams/{stream['stream']}", at=at_ms)["item"]
    assert list(details.pop("viewers_by_minute").values())[-1] == stream["viewers"]
    assert details == stream
    zone = read(web, played, "zones", at=at_ms, sort="-inside")["items"][0]
    details = read(web, played, f"zones/{zone['zone']}", at=at_ms)["item"]
    by_minute = list(details.pop("inside_by_minute").values())
    assert (by_minute[-1], max(by_minute)) == (zone["inside"], zone["inside_peak"])
    assert details == zone
    organisation = read(web, played, "organisations", at=at_ms)["items"][3]
    assert read(web, played, f"organisations/{organisation['organisation']}")["item"] == organisation


def test_names_come_with_what_they_are_made_from(web: httpx.Client, played: str, log: list[Event]) -> None:
    (fair,) = (event.description for event in log if isinstance(event, RunStarted))
    register = {each["organisation"]: each for each in every(web, played, "organisations")}
    for row in read(web, played, "negotiations", limit=100)["items"]:
        for party in ("organisation", "exhibitor"):
            known = register[row[party]]
            assert (row[f"{party}_name"], row[f"{party}_kind"]) == (known["name"], known["kind"])
        assert row["organisation_sector"] == register[row["organisation"]]["sector"]
    for session in every(web, played, "sessions"):
        assert title_of(fair, session["kind"], session["number_of_kind"], session["about"]) == session["title"]
        assert session["room"] == ("" if session["room_number"] is None else room_of(session["room_number"]))


def test_programme_is_shown_as_it_was_planned_at_the_moment(web: httpx.Client, played: str) -> None:
    def planned(session: int, at_ms: int) -> list[Any]:
        item = read(web, played, f"sessions/{session}", at=at_ms)["item"]
        return [item[name] for name in ("room", "capacity", "starts_ms", "ends_ms", "state")]

    before, after = (planned(5, at_ms) for at_ms in (MORNING_MS - 1, MORNING_MS))
    assert (after[0], before[0] != "room 11", after[2:4]) == ("room 11", True, before[2:4])
    of_room = [item["session"] for item in every(web, played, "sessions", room="room 11", at=MORNING_MS)]
    assert (5 in of_room, before[0] in {item["room"] for item in every(web, played, "sessions")}) == (True, True)
    assert 5 not in [item["session"] for item in every(web, played, "sessions", room=before[0], at=MORNING_MS)]
    before, after = (planned(24, at_ms) for at_ms in (MORNING_MS, MORNING_MS + 1))
    assert [moment - 900_000 for moment in after[2:4]] == before[2:4]
    moved, delayed = (read(web, played, f"sessions/{session}", at=MORNING_MS + 1)["item"] for session in (5, 24))
    assert (moved["first_room"] != moved["room"], moved["first_starts_ms"]) == (True, moved["starts_ms"])
    assert (delayed["first_room"], delayed["first_starts_ms"]) == (delayed["room"], before[2])
    cancelled_ms = MORNING_MS - 24 * HOUR_MS
    assert [planned(11, at_ms)[4] for at_ms in (cancelled_ms - 1, cancelled_ms)] == ["scheduled", "cancelled"]


def test_cap_and_lanes_are_those_of_the_moment(web: httpx.Client, played: str) -> None:
    days = [
        read(web, played, "halls", at=at_ms)["items"][-1] for at_ms in (MORNING_MS + 2 * HOUR_MS, BUSY_MS - 1_000_000)
    ]
    assert [day["cap"] for day in days] == [600, 120]
    assert days[0]["lanes"] - days[1]["lanes"] == 1
