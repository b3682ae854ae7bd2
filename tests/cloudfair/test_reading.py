"""The read side over HTTP: what the services of the fair show of a run that the model has played."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import Any, get_args

import httpx
import msgspec
import pytest
from tests.cloudfair.example import begin, send_all

from cloudfair.reading.services import SERVICES
from fairfacts.course import GAUGES
from fairfacts.disruptions import (
    EntryCap,
    LanesClosed,
    PlatformOutage,
    SessionCancellation,
    SessionDelay,
    SessionMove,
    StreamFailure,
)
from fairfacts.event import Event
from fairfacts.events import type_name
from fairfacts.measures import State, value_at
from fairfacts.negotiations import NegotiationEvent, NegotiationRequested
from fairfacts.platform import PlatformMetered
from fairfacts.venue import ZonesCounted
from fairsim.fair import Fair
from fairsim.scenario import load_scenario

HOUR_MS = 3_600_000
SCALE = 0.01
BUSY_MS = 2 * 24 * HOUR_MS + 11 * HOUR_MS + 1_800_123
"""On the third day at half past eleven: halls, streams and desks are at work."""
MORNING_MS = 2 * 24 * HOUR_MS + 8 * HOUR_MS
INJECTED = (
    (MORNING_MS - 24 * HOUR_MS, SessionCancellation(session=11)),
    (MORNING_MS, SessionMove(session=5, room="room 11")),
    (MORNING_MS + 1, SessionDelay(session=24, by_min=15)),
    (BUSY_MS - 1_800_000, EntryCap(people=120, lasts_min=20)),
    (BUSY_MS - 1_800_000, LanesClosed(gate=0, lanes=1, lasts_min=45)),
    (BUSY_MS - 600_000, PlatformOutage(capacity_share=0.3, lasts_min=30)),
    (BUSY_MS - 300_000, StreamFailure(session=52, lasts_min=10)),
)
"""What is done to the fair, and when."""
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


@pytest.fixture(scope="module")
def log() -> list[Event]:
    """A hundredth of the fair, with much that goes wrong: the platform on the first evening, then what is injected."""
    fair = Fair(load_scenario("opening-night", scale=SCALE), seed=7)
    for at_ms, disruption in INJECTED:
        fair.play_until(at_ms)
        fair.inject(disruption)
    fair.play_until(6 * 24 * HOUR_MS)
    return fair.take_events()


@pytest.fixture(scope="module")
def web(url: str) -> httpx.Client:
    with httpx.Client(base_url=url, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def played(web: httpx.Client, log: list[Event]) -> str:
    """A run with the whole of it."""
    run = begin(web)
    send_all(web, run, log, size=5_000)
    return run


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


@pytest.mark.parametrize("at_ms", [0, 29 * HOUR_MS, BUSY_MS, None], ids=["opening", "night", "busy", "end"])
def test_lists_add_up_to_the_measures(web: httpx.Client, played: str, log: list[Event], at_ms: int | None) -> None:
    asked = {} if at_ms is None else {"at": at_ms}
    moment_ms = log[-1].at_ms if at_ms is None else at_ms
    position, snapshot = measures(log, moment_ms)
    assert read(web, played, "sessions", **asked)["as_of"] == {"position": position, "at_ms": moment_ms}
    lists = {name: every(web, played, name, **asked) for name in LISTS}

    register, kinds = snapshot["organisations"], Counter(item["kind"] for item in lists["organisations"])
    assert (len(lists["organisations"]), kinds) == (register["registered"], register["by_kind"])
    assert sum(item["delegates"] for item in lists["organisations"]) == register["delegates"]
    assert len(lists["stands"]) == register["exhibitors"]

    programme, states = snapshot["programme"], Counter(item["state"] for item in lists["sessions"])
    assert len(lists["sessions"]) == programme["scheduled"]
    assert [states[state] for state in ("live", "held", "cancelled")] == [
        programme[state] for state in ("live", "held", "cancelled")
    ]
    attended = {str(item["session"]): item["attended"] for item in lists["sessions"] if item["attended"]}
    assert attended == programme["attended_by_session"]
    assert sum(item["turned_away"] for item in lists["sessions"]) == programme["turned_away"]

    streams = snapshot["streams"]
    assert Counter(item["state"] for item in lists["streams"]) == Counter(live=streams["live"], ended=streams["ended"])
    assert sum(item["viewers"] for item in lists["streams"]) == streams["viewers"]
    views = {str(item["stream"]): item["views"] for item in lists["streams"] if item["views"]}
    assert views == streams["views_by_stream"]
    public, refused = (sum(item[name] for item in lists["streams"]) for name in ("views_public", "refused"))
    assert (public, refused) == (streams["views_public"], streams["refused"])

    venue = snapshot["venue"]
    for measure, name in (
        ("inside_by_zone", "inside"),
        ("inside_peak_by_zone", "inside_peak"),
        ("density_by_zone", "density"),
        ("density_peak_by_zone", "density_peak"),
        ("spent_h_by_zone", "spent_h"),
        ("stands_by_zone", "stands"),
    ):
        assert {zone["name"]: zone[name] for zone in lists["zones"]} == venue[measure]
    days = lists["halls"]
    assert {str(day["day"]): day["entered"] for day in days if day["entered"]} == venue["entered_per_day"]
    assert (sum(day["inside"] for day in days), sum(day["refused"] for day in days)) == (
        venue["inside"],
        venue["refused"],
    )
    assert ([day["state"] for day in days] or ["closed"])[-1] == venue["state"]
    assert sum(day["booked_out"] for day in days) == venue["booked_out"]
    if days:
        assert (days[-1]["cap"], days[-1]["lanes"]) == (venue["cap"], sum(venue["lanes_by_gate"].values()))

    told, disruptions = snapshot["notices"], Counter(item["state"] for item in lists["disruptions"])
    assert Counter(item["about"] for item in lists["notices"]) == told["published_by_kind"]
    assert (disruptions["active"], disruptions["ended"]) == (
        len(snapshot["disruptions"]["active"]),
        snapshot["disruptions"]["ended"],
    )
    for item in lists["disruptions"]:
        if item["state"] == "active":
            active = snapshot["disruptions"]["active"][str(item["disruption"])]
            assert (item["kind"], item["begun_ms"], item["until_ms"]) == (
                active["kind"],
                active["since_ms"],
                active.get("until_ms"),
            )

    tours, routes = lists["tours"], snapshot["routes"]
    assert [sum(tour[name] for tour in tours) for name in ("seats", "taken", "left_behind")] == [
        routes[name] for name in ("seats", "taken", "left_behind")
    ]
    assert len(lists["projects"]) == snapshot["projects"]["published"]
    results = snapshot["results"]
    assert len(lists["releases"]) == results["releases"] + results["reports"]
    assert len(lists["results"]) == results["announced"]
    assert sum(item["state"] == "signed" for item in lists["results"]) == results["signed"]

    negotiations, states = snapshot["negotiations"], Counter(item["state"] for item in lists["negotiations"])
    names = ("waiting", "declined", "lapsed", "talking", "failed", "no_deal", "follow_up")
    assert {name: states[name] for name in names} == {name: negotiations[name] for name in names}
    assert states["intent"] == negotiations["intents"] == len(lists["agreements"])
    assert sum(stand["requests"] for stand in lists["stands"]) == negotiations["initiated"]

    agreements, states = snapshot["agreements"], Counter(item["state"] for item in lists["agreements"])
    names = ("drafting", "fell_through", "waiting", "signed")
    assert {name: states[name] for name in names} == {name: agreements[name] for name in names}
    signed = [item for item in lists["agreements"] if item["state"] == "signed"]
    assert sum(item["value_usd"] for item in signed) == agreements["value_usd"]
    assert Counter(item["place"] for item in signed if item["place"]) == agreements["by_place"]


@pytest.mark.parametrize("path", LISTS)
def test_page_of_a_moment_is_what_was_shown_then(web: httpx.Client, played: str, log: list[Event], path: str) -> None:
    position, _ = measures(log, BUSY_MS)
    run = begin(web)
    send_all(web, run, log[:position], size=3_000)
    shown = read(web, run, path)
    assert shown["as_of"]["position"] == position
    then = read(web, played, path, at=BUSY_MS)
    assert (then["items"], bool(then["next"])) == (shown["items"], bool(shown["next"])) or _only_waits(shown, then)


def _only_waits(shown: dict[str, Any], then: dict[str, Any]) -> bool:
    """Return whether two pages differ only by the time between the latest event and the moment that was asked for."""
    between_ms = then["as_of"]["at_ms"] - shown["as_of"]["at_ms"]
    pairs = zip(then["items"], shown["items"], strict=True)
    differences = {(name, one[name] - other[name]) for one, other in pairs for name in one if one[name] != other[name]}
    return differences <= {("waited_ms", between_ms), ("talked_ms", between_ms)}


@pytest.mark.parametrize("path", LISTS)
def test_every_order_is_kept_from_page_to_page(web: httpx.Client, played: str, path: str) -> None:
    for sort in LISTS[path]:
        asked = {"sort": sort, "at": BUSY_MS} if sort else {"at": BUSY_MS}
        if path == "negotiations":
            asked["state"] = "talking"
        whole = every(web, played, path, **asked)
        assert every(web, played, path, limit=max(1, len(whole) // 3), **asked) == whole
        if sort:
            name = sort.removeprefix("-")
            key = (
                KEYS.get(name, name) if path != "results" else {"value": "value", "signed": "signed_ms"}.get(name, name)
            )
            values = [-1 if item[key] is None else item[key] for item in whole]
            assert values == sorted(values, reverse=sort.startswith("-"))


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("organisations", {"kind": "embassy"}),
        ("organisations", {"economy": "DE"}),
        ("organisations", {"sector": "finance", "exhibits": True}),
        ("sessions", {"kind": "evening"}),
        ("sessions", {"room": "room 1", "mode": "hybrid"}),
        ("sessions", {"day": 3, "streamed": True}),
        ("sessions", {"state": "live"}),
        ("streams", {"state": "live"}),
        ("notices", {"about": "platform_outage", "over": True}),
        ("notices", {"disruption": 2}),
        ("disruptions", {"state": "active", "cause": "injected"}),
        ("disruptions", {"kind": "platform_outage"}),
        ("sessions", {"state": "cancelled"}),
        ("tours", {"theme": "culture", "route": 9}),
        ("zones", {"kind": "special"}),
        ("stands", {"zone": 0}),
        ("stands", {"economy": "CN", "sector": "tourism"}),
        ("projects", {"sector": "business"}),
        ("releases", {"kind": "technology"}),
        ("results", {"occasion": "henan", "state": "signed"}),
        ("negotiations", {"state": "lapsed", "economy": "CN"}),
        ("negotiations", {"state": "talking", "overseas": True}),
        ("negotiations", {"state": "no_deal", "sector": "health"}),
        ("negotiations", {"state": "waiting", "exhibitor_economy": "CN"}),
        ("agreements", {"state": "signed", "mode": "on_site"}),
        ("agreements", {"state": "waiting", "overseas": False}),
        ("agreements", {"place": "table 1"}),
    ],
)
def test_filter_leaves_what_it_names(web: httpx.Client, played: str, path: str, asked: dict[str, Any]) -> None:
    chosen = every(web, played, path, at=BUSY_MS, **asked)
    whole = every(web, played, path, at=BUSY_MS)
    key = next(iter(whole[0]))
    expected = [item[key] for item in whole if all(item[name] == value for name, value in asked.items())]
    assert sorted(item[key] for item in chosen) == sorted(expected)


def test_parts_of_names_hours_parties_and_values_are_found(web: httpx.Client, played: str) -> None:
    organisations = every(web, played, "organisations")
    named = [item for item in organisations if "embassy" in item["name"].lower()]
    assert (every(web, played, "organisations", name="EMBASSY"), bool(named)) == (named, True)
    overseas = [item for item in organisations if item["economy"] != "CN"]
    assert every(web, played, "organisations", overseas=True) == overseas
    sessions = every(web, played, "sessions", title="FORUM")
    assert {item["session"] for item in sessions} == {
        item["session"] for item in every(web, played, "sessions") if "forum" in item["title"].lower()
    }
    negotiations = every(web, played, "negotiations")
    of_hour = [item for item in negotiations if item["requested_ms"] // HOUR_MS == 34]
    assert every(web, played, "negotiations", hour=34) == of_hour
    party = of_hour[0]["exhibitor"]
    assert every(web, played, "negotiations", organisation=party) == [
        item for item in negotiations if party in (item["organisation"], item["exhibitor"])
    ]
    agreements = every(web, played, "agreements", least_usd=200_000)
    assert agreements == [item for item in every(web, played, "agreements") if (item["value_usd"] or 0) >= 200_000]
    stands = every(web, played, "stands", name="china")
    assert stands == [item for item in every(web, played, "stands") if "China" in item["name"]]


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
        assert expected[1]["type"] == "negotiation.taken_up"
        middle_ms = expected[1]["at_ms"]
        then = read(web, played, f"negotiations/{negotiation}", at=middle_ms)["item"]
        assert ([step["at_ms"] <= middle_ms for step in expected].count(True), then["state"]) == (
            len(then["history"]),
            "talking",
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
    expected: dict[int, list[int]] = {}
    state = State()
    for now_ms, events in groupby((event for event in log if event.at_ms <= until_ms), key=lambda event: event.at_ms):
        state.fold(heard := list(events))
        if any(isinstance(event, (PlatformMetered, ZonesCounted)) for event in heard):
            snapshot = state.snapshot()
            expected[now_ms // 60_000] = [value_at(snapshot, gauge) for gauge in GAUGES]
    gauges = [list(row) for row in zip(*answer["gauges"].values(), strict=True)]
    assert tuple(answer["gauges"]) == GAUGES
    assert dict(zip(answer["minutes"], gauges, strict=True)) == expected
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


def test_copy_that_is_still_good_is_not_sent_again(web: httpx.Client, log: list[Event]) -> None:
    run = begin(web)
    send_all(web, run, log[:3_000])
    asked = ("organisations", "organisations?at=0", "negotiations/lapses", "negotiations/between", "course")
    paths = [f"/runs/{run}/{path}" for path in asked]
    tags = [web.get(path).headers["etag"] for path in paths]
    again = [web.get(path, headers={"If-None-Match": tag}) for path, tag in zip(paths, tags, strict=True)]
    assert [(answer.status_code, answer.content) for answer in again] == [(304, b"")] * 5
    send_all(web, run, log[:6_000], first=3_000)
    again = [web.get(path, headers={"If-None-Match": tag}) for path, tag in zip(paths, tags, strict=True)]
    assert [answer.status_code for answer in again] == [200, 304, 200, 200, 200]


def test_pages_are_of_one_moment_while_the_run_goes_on(web: httpx.Client, log: list[Event]) -> None:
    run = begin(web)
    send_all(web, run, log[:5_000])
    whole = every(web, run, "negotiations", sort="-waited")
    page = read(web, run, "negotiations", sort="-waited", limit=100)
    send_all(web, run, log[:9_000], first=5_000)
    rest = read(web, run, "negotiations", sort="-waited", limit=500, cursor=page["next"])
    assert page["items"] + rest["items"] == whole[: 100 + len(rest["items"])]
    assert rest["as_of"]["at_ms"] == page["as_of"]["at_ms"]


def test_run_without_events_has_nothing(web: httpx.Client) -> None:
    run = begin(web)
    for path in LISTS:
        assert read(web, run, path) == {"as_of": {"position": 0, "at_ms": 0}, "items": [], "next": None}


@pytest.mark.parametrize(
    ("path", "asked", "status", "says"),
    [
        ("sessions", {"at": "tomorrow"}, 422, "tomorrow is no moment"),
        ("sessions", {"at": "2019-01-01"}, 422, "lies before the run's epoch"),
        ("sessions", {"cursor": "x"}, 422, "query.cursor: x is none; take it from `next` of a page"),
        ("sessions", {"colour": "red"}, 422, "query.colour is unknown; leave it out"),
        ("sessions", {"limit": 501}, 422, "less than or equal to 500"),
        ("negotiations", {"state": "lost"}, 422, "query.state is 'lost'; it should be"),
        ("negotiations", {"sort": "size"}, 422, "query.sort is 'size'; it should be"),
        ("negotiations/99999999", {}, 404, "has no negotiation 99999999 at"),
        ("sessions/99999999", {"at": 0}, 404, "has no session 99999999 at 0 ms"),
        ("negotiations/10", {"at": 0}, 404, "has no negotiation 10 at 0 ms"),
    ],
)
def test_bad_question_is_told_what_is_wrong_with_it(
    web: httpx.Client, played: str, path: str, asked: dict[str, Any], status: int, says: str
) -> None:
    answer = web.get(f"/runs/{played}/{path}", params=asked)
    assert (answer.status_code, says in answer.json()["detail"]) == (status, True), answer.text


def test_cursor_is_for_its_own_question(web: httpx.Client, played: str) -> None:
    cursor = read(web, played, "organisations", limit=1, kind="enterprise")["next"]
    answer = web.get(f"/runs/{played}/organisations", params={"limit": 1, "cursor": cursor})
    assert (answer.status_code, "is of another question" in answer.json()["detail"]) == (422, True)


def test_every_answer_is_as_it_is_described(web: httpx.Client, played: str) -> None:
    routes = [route for service in SERVICES for route in service.router.routes]
    models = {route.path.removeprefix("/runs/{run}/"): route.response_model for route in routes}
    details = ["sessions/{session}", "streams/{stream}", "zones/{zone}", "organisations/{organisation}"]
    details += ["negotiations/{negotiation}", "negotiations/lapses", "negotiations/between", "course"]
    for path in [*LISTS, *details]:
        for at_ms in (0, BUSY_MS, log_end_ms := 10**12):
            filled = path.split("{")[0] + ("3" if "{" in path else "")
            answer = web.get(f"/runs/{played}/{filled}", params={"at": at_ms})
            if answer.status_code == 404 and at_ms != log_end_ms:
                continue  # it was not there yet
            assert models[path].model_validate(answer.json()).model_dump(mode="json") == answer.json()


@pytest.mark.parametrize("path", LISTS)
def test_example_of_a_list_is_as_its_items_are(web: httpx.Client, path: str) -> None:
    (page,) = {
        route.response_model
        for service in SERVICES
        for route in service.router.routes
        if route.path == f"/runs/{{run}}/{path}"
    }
    (item,) = get_args(page.model_fields["items"].annotation)
    (example,) = item.model_json_schema()["examples"]
    described = web.get("/openapi.json").json()["components"]["schemas"][item.__name__]["properties"]
    assert any("description" in field for field in described.values()), path
    assert item.model_validate(example).model_dump(mode="json") == example
