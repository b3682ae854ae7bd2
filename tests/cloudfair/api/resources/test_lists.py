"""Every list of the read side: what it holds, in which order, page by page, at any moment."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx
import pytest
from tests.cloudfair.api.resources.asking import BUSY_MS, KEYS, LISTS, every, measures, read
from tests.cloudfair.example import begin, send_all

from fairfacts.clock import HOUR_MS
from fairfacts.event import Event


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
    run = begin(web, log)
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


def test_organisations_are_found_by_their_names_in_a_language_of_the_fair(web: httpx.Client, played: str) -> None:
    organisations = every(web, played, "organisations")
    german = [item for item in organisations if item["kind"] == "embassy" and item["economy"] == "DE"]
    assert german
    found = every(web, played, "organisations", name=f"使馆 {german[0]['organisation']}（DE）", language="zh")
    assert found == german[:1]
    finance = [item for item in organisations if item["kind"] == "enterprise" and item["sector"] == "finance"]
    assert every(web, played, "organisations", name="金融 企业", language="zh") == finance
    assert web.get(f"/runs/{played}/organisations", params={"name": " ", "language": "zh"}).status_code == 200
    assert every(web, played, "organisations", name="EMBASSY", language="de") == every(
        web, played, "organisations", kind="embassy"
    )  # the fair is not named in German


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


def test_copy_that_is_still_good_is_not_sent_again(web: httpx.Client, log: list[Event]) -> None:
    run = begin(web, log)
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
    run = begin(web, log)
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


def test_cursor_is_for_its_own_question(web: httpx.Client, played: str) -> None:
    cursor = read(web, played, "organisations", limit=1, kind="enterprise")["next"]
    answer = web.get(f"/runs/{played}/organisations", params={"limit": 1, "cursor": cursor})
    assert (answer.status_code, "is of another question" in answer.json()["detail"]) == (422, True)
