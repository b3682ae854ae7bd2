"""The programme: laid out without a clash as documented, and how one session is held."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fairfacts.timetables import conference, from_schedule
from tests.fairsim.stage import DAY, HOUR, MINUTE, Stage, replaced

from fairfacts.parts.programme import AttendeeAdmitted, AttendeeTurnedAway, SessionClosed, SessionOpened
from fairfacts.parts.streams import StreamEnded, StreamStarted
from fairsim.engine.draws import Draws
from fairsim.inputs.scenario import load_scenario
from fairsim.parts.programme.plan import lay_in, lay_out
from fairsim.parts.programme.sessions import NO_ROOM, Session

SHIPPED = load_scenario("ciftis2020")
SECTORS = [sector.name for sector in SHIPPED.fair.sectors]
HOSTS = ["US", "DE", "JP"]
SEEDS = [7, 8, 2020]


@cache
def programme(seed: int = 7) -> list[Session]:
    """Return the documented programme."""
    return lay_out(SHIPPED, SECTORS, HOSTS, Draws(seed))


def clashes(sessions: list[Session]) -> list[tuple[Session, Session]]:
    """Return pairs of sessions in one room at one time."""
    ordered = sorted(
        (session for session in sessions if session.room != NO_ROOM),
        key=lambda session: (session.room, session.starts_ms),
    )
    return [
        (one, next_one)
        for one, next_one in pairwise(ordered)
        if one.room == next_one.room and one.ends_ms > next_one.starts_ms
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_documented_session_has_its_place(seed: int):
    assert Counter(session.kind for session in programme(seed)) == {
        "summit": 1,
        "summit_forum": 4,
        "industry_forum": 116,
        "industry_promotion": 18,
        "foreign_day": 29,
        "provincial": 18,
        "evening": 5,
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_no_two_sessions_are_in_one_room_at_one_time(seed: int):
    assert clashes(programme(seed)) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_32_sessions_are_online_only_without_a_room(seed: int):
    online = [session for session in programme(seed) if session.mode == "online"]
    assert (len(online), {(session.room, session.seats) for session in online}) == (32, {(NO_ROOM, 0)})


@pytest.mark.parametrize("seed", SEEDS)
def test_173_sessions_are_streamed_the_summit_and_all_online_ones_among_them(seed: int):
    streamed = Counter(session.mode for session in programme(seed) if session.streamed)
    assert (streamed, programme(seed)[0].streamed) == ({"online": 32, "hybrid": 141}, True)


def test_session_in_a_room_is_hybrid_when_it_is_streamed():
    modes = {(session.mode, session.streamed) for session in programme()}
    assert modes == {("online", True), ("hybrid", True), ("on_site", False)}


def test_summit_opens_the_fair_in_the_evening_in_the_largest_room():
    summit = programme()[0]
    assert (summit.kind, summit.starts_ms, summit.seats) == ("summit", 20 * HOUR, 1_500)


def test_evening_events_are_in_the_evenings_after():
    evenings = [session.starts_ms for session in programme() if session.kind == "evening"]
    assert evenings == [day * DAY + 19 * HOUR for day in range(1, 6)]


def test_other_sessions_begin_in_the_days_slots():
    slots = {session.starts_ms % DAY / HOUR for session in programme() if session.kind not in ("summit", "evening")}
    assert slots == {9, 11, 13.5, 15.5}


def test_sessions_are_inside_the_fairs_days():
    others = programme()[1:]
    assert (min(s.starts_ms for s in others) // DAY, max(s.ends_ms for s in others) // DAY) == (1, 5)


def test_summit_forums_have_the_larger_rooms():
    assert {session.seats for session in programme() if session.kind == "summit_forum"} == {1_500}


def test_titles_are_all_different():
    assert [title for title, count in Counter(session.title for session in programme()).items() if count > 1] == []


def test_sessions_are_numbered_in_sequence():
    assert [session.number for session in programme()] == list(range(191))


def test_other_seed_lays_out_another_programme():
    assert programme(7) != programme(8)


@given(
    days=st.integers(1, 8),
    held=st.tuples(*[st.tuples(st.integers(1, 8), st.integers(1, 8))] * 6),
    counts=st.tuples(*[st.integers(0, 60)] * 6),
    online=st.floats(0, 1),
    streamed=st.floats(0, 1),
    rooms=st.lists(st.integers(1, 500), min_size=1, max_size=5),
    summit_starts_h=st.sampled_from([0, 10, 20, 22]),
    seed=st.integers(0, 9),
)
def test_any_programme_is_laid_out_without_a_clash(
    days: int,
    held: tuple[tuple[int, int], ...],
    counts: tuple[int, ...],
    online: float,
    streamed: float,
    rooms: list[int],
    summit_starts_h: int,
    seed: int,
):
    forums, *movable, _ = counts
    online_only = int(online * sum(movable))
    kinds = ("summit_forum", "industry_forum", "industry_promotion", "foreign_day", "provincial", "evening")
    of_kinds = {
        key: {"count": count, "first_day": min(*between, days), "last_day": min(max(between), days)}
        for key, count, between in zip(kinds, counts, held, strict=True)
    }
    told = replaced(SHIPPED, "fair", {"days": days})
    told = replaced(told, "programme", {
        "online_only": online_only,
        "streamed": 1 + int(streamed * (forums + sum(movable))),
        "room_seats": tuple(rooms),
        "summit": {"starts_h": (summit_starts_h,)},
        **of_kinds,
    })  # fmt: skip
    laid_out = lay_out(told, SECTORS, HOSTS, Draws(seed))
    assert {
        "clashes": clashes(laid_out),
        "sessions": len(laid_out),
        "online": sum(session.mode == "online" for session in laid_out),
        "streamed": sum(session.streamed for session in laid_out),
        "outside": [session for session in laid_out if session.ends_ms > days * DAY],
    } == {
        "clashes": [],
        "sessions": 1 + sum(counts),
        "online": online_only,
        "streamed": told.parameters.programme.streamed,
        "outside": [],
    }


TEN = 10 * HOUR
FORUM = Session(5, "industry_forum", "Forum", "finance", "on_site", False, 0, 2, TEN, TEN + HOUR, "")


def test_session_that_is_full_turns_away():
    stage = Stage(programme={"audience_per_seat": 2.0, "arrival_before_start_min": 3.0})
    stage.hold(FORUM)
    log = stage.play(DAY)
    came_ms = TEN - 3 * MINUTE
    assert [(type(event), event.at_ms) for event in log] == [
        (AttendeeAdmitted, came_ms),
        (AttendeeAdmitted, came_ms),
        (AttendeeTurnedAway, came_ms),
        (AttendeeTurnedAway, came_ms),
        (SessionOpened, TEN),
        (SessionClosed, TEN + HOUR),
    ]


def test_session_says_how_many_attended():
    stage = Stage(programme={"audience_per_seat": 0.5})
    stage.hold(FORUM)
    assert stage.play(DAY)[1:] == [
        SessionOpened(at_ms=TEN, session=5, kind="industry_forum"),
        SessionClosed(
            at_ms=TEN + HOUR, session=5, kind="industry_forum", mode="on_site", counted=True, attended=1, overran_ms=0
        ),
    ]


def test_session_with_a_stream_keeps_it_on_air_from_begin_to_end():
    stage = Stage(programme={"audience_per_seat": 0.0})
    stage.hold(FORUM._replace(mode="hybrid", streamed=True))
    assert stage.play(DAY) == [
        SessionOpened(at_ms=TEN, session=5, kind="industry_forum"),
        StreamStarted(at_ms=TEN, stream=5),
        StreamEnded(at_ms=TEN + HOUR, stream=5),
        SessionClosed(
            at_ms=TEN + HOUR, session=5, kind="industry_forum", mode="hybrid", counted=True, attended=0, overran_ms=0
        ),
    ]


def test_session_that_overruns_ends_late_and_its_stream_with_it():
    stage = Stage(programme={"overrun_share": 1.0, "overrun_mean_min": 1e9, "overrun_max_min": 15.0})
    online = FORUM._replace(mode="online", streamed=True, room=NO_ROOM, seats=0)
    stage.hold(online)
    assert stage.play(DAY)[2:] == [
        StreamEnded(at_ms=TEN + 75 * MINUTE, stream=5),
        SessionClosed(
            at_ms=TEN + 75 * MINUTE,
            session=5,
            kind="industry_forum",
            mode="online",
            counted=True,
            attended=0,
            overran_ms=15 * MINUTE,
        ),
    ]


def test_delegates_who_come_are_from_home():
    stage = Stage(programme={"audience_per_seat": 20.0})
    stage.hold(FORUM)
    came = [event for event in stage.play(DAY) if isinstance(event, AttendeeAdmitted | AttendeeTurnedAway)]
    assert (len(came), {event.economy for event in came}) == (40, {"CN"})


def test_events_of_foreign_economies_are_those_of_the_hosts_in_turn():
    hosts = [session.host for session in programme() if session.kind == "foreign_day"]
    assert hosts == [HOSTS[number % 3] for number in range(29)]
    assert {session.host for session in programme() if session.kind != "foreign_day"} == {""}


def test_rooms_of_a_timetable_without_seats_have_those_of_the_fair_the_smallest_where_these_run_out():
    said = conference()
    for room in said["schedule"]["conference"]["rooms"]:
        room["capacity"] = None
    timetable = from_schedule(json.dumps(said).encode()).timetable
    scenario = replaced(SHIPPED, "programme", {"room_seats": (50, 900, 400)})
    _, seats, rooms = lay_in(timetable, scenario, Draws(7))
    assert (len(rooms), seats) == (4, [900, 400, 50, 50])
