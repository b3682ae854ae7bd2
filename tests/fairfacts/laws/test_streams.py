"""Streams, the platform and the routes: what is lawful by a hair, and what is not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.fairfacts.laws.test_programme import ELEVEN, FORUM, OPENED, TEN, broken, cancelled, closed
from tests.fairfacts.stories import HOUR, MINUTE
from tests.fairfacts.test_auditor import BAKER, STORY

from fairfacts.auditor import Auditor
from fairfacts.parts.disruptions import DisruptionBegun, PlatformOutage, StreamFailure
from fairfacts.parts.platform import PlatformMetered, PlatformOpened, PublicCounted
from fairfacts.parts.routes import RouteDeparted, RouteOffered
from fairfacts.parts.streams import (
    StreamEnded,
    StreamStarted,
    ViewerJoined,
    ViewerLeft,
    ViewerRefused,
    ViewersStalled,
)

STARTED = StreamStarted(at_ms=TEN, stream=0)
ENDED = StreamEnded(at_ms=ELEVEN, stream=0)
ON_AIR = (FORUM, OPENED, STARTED)
BAKERS: dict[str, Any] = {"organisation": BAKER, "economy": "SG", "channel": "website"}
FAILS = DisruptionBegun(at_ms=TEN, disruption=0, cause="injected", what=StreamFailure(session=0, lasts_min=60))


def joins(viewer: int = 0, stream: int = 0, at_ms: int = TEN, **who: Any) -> ViewerJoined:
    return ViewerJoined(at_ms=at_ms, stream=stream, viewer=viewer, **(BAKERS | who))


def leaves(viewer: int = 0, stream: int = 0, watched_ms: int = HOUR) -> ViewerLeft:
    return ViewerLeft(at_ms=TEN + HOUR, stream=stream, viewer=viewer, watched_ms=watched_ms, reason="ended")


def refused(reason: str = "failed", stream: int = 0, **who: Any) -> ViewerRefused:
    return ViewerRefused(at_ms=TEN, stream=stream, reason=reason, returns=False, **(BAKERS | who))


def stalled(at_ms: int = TEN, *, stalls: int = 1, left: int = 0) -> ViewersStalled:
    return ViewersStalled(at_ms=at_ms, stalled=stalls, left=left)


def test_a_stream_starts_once_while_its_session_is_open():
    assert broken(*ON_AIR) == {}
    assert broken(FORUM, STARTED) == {"stream.starts": 1}
    assert broken(*ON_AIR, STARTED) == {"stream.starts": 1}
    assert broken(msgspec.structs.replace(FORUM, streamed=False), OPENED, STARTED) == {"stream.starts": 1}


def test_a_stream_ends_without_viewers_before_its_session():
    assert broken(*ON_AIR, joins(), leaves(), ENDED, closed()) == {}
    assert broken(*ON_AIR, joins(), ENDED) == {"stream.ends": 1}
    assert broken(*ON_AIR, closed()) == {"stream.ends": 1}
    assert broken(*ON_AIR, cancelled(at_ms=TEN, was_open=True)) == {"stream.ends": 1}
    assert broken(*ON_AIR, ENDED, ENDED) == {"stream.ends": 1}


def test_viewers_are_numbered_on_and_watch_what_is_on_air():
    assert broken(*ON_AIR, joins(0), joins(1), joins(2)) == {}
    assert broken(*ON_AIR, joins(0), joins(2), joins(3)) == {"viewer.sequence": 1}
    assert broken(*ON_AIR, joins(stream=1)) == {"viewer.on_air": 1}
    assert broken(*ON_AIR, FAILS, joins()) == {"viewer.on_air": 1}
    assert broken(*ON_AIR, joins(organisation=None)) == {}
    assert broken(*ON_AIR, joins(economy="CN")) == {"organisation.registered": 1}


def test_a_viewer_leaves_once_the_stream_it_joined_and_says_how_long_it_watched():
    assert broken(*ON_AIR, joins(), leaves(), leaves()) == {"viewer.joined": 1}
    assert broken(*ON_AIR, joins(), leaves(stream=1)) == {"viewer.joined": 1}
    assert broken(*ON_AIR, joins(), leaves(watched_ms=HOUR - 1)) == {"viewer.watched": 1}


def test_a_stream_refuses_as_failed_while_it_fails_alone():
    assert broken(*ON_AIR, FAILS, refused()) == {}
    assert broken(*ON_AIR, refused()) == {"viewer.refused": 1}
    assert broken(FORUM, OPENED, FAILS, refused()) == {"viewer.refused": 1}
    other = msgspec.structs.replace(FAILS, what=StreamFailure(session=1, lasts_min=60))
    assert broken(*ON_AIR, other, refused()) == {"viewer.refused": 1}
    assert broken(*ON_AIR, FAILS, refused(economy="CN")) == {"organisation.registered": 1}


def test_streams_stall_of_viewers_that_there_are_at_whole_minutes():
    assert broken(*ON_AIR, joins(), stalled(), stalled(stalls=3, left=2), stalled(stalls=2, left=2)) == {}
    assert broken(*ON_AIR, joins(), stalled(stalls=2)) == {"viewer.stalled": 1}
    assert broken(*ON_AIR, joins(), stalled(stalls=1, left=2)) == {"viewer.stalled": 1}
    assert broken(*ON_AIR, joins(), stalled(TEN + 1)) == {"viewer.stalled": 1}


def test_the_platform_carries_as_many_viewers_as_it_says_and_refuses_only_then():
    ten = [joins(viewer) for viewer in range(10)]
    assert broken(*ON_AIR, *ten, refused("full")) == {}
    assert broken(*ON_AIR, *ten, joins(10)) == {"platform.viewers": 1}
    assert broken(*ON_AIR, *ten[:9], refused("full")) == {"platform.full": 1}
    later = msgspec.structs.replace(refused("full"), at_ms=ELEVEN)
    assert broken(*ON_AIR, *ten, leaves(), later) == {"platform.full": 1}
    half = DisruptionBegun(
        at_ms=TEN, disruption=0, cause="injected", what=PlatformOutage(capacity_share=0.55, lasts_min=60)
    )
    assert broken(*ON_AIR, half, *ten[:5], refused("full")) == {}
    assert broken(*ON_AIR, half, *ten[:6]) == {"platform.viewers": 1}


def test_the_platform_opens_once_before_all_else():
    auditor = Auditor()
    auditor.handle([*STORY[:3], *STORY[4:6]])
    assert dict(auditor.broken) == {}
    opened = PlatformOpened(at_ms=TEN, rooms=1, viewers=10, requests_per_s=100, open_days=365)
    assert broken(opened) == {"platform.opens": 1}


def metered(minute: int, *, off_ms: int = 0, share: float = 1.0) -> PlatformMetered:
    return PlatformMetered(at_ms=TEN + minute * MINUTE + off_ms, requests=1, waiting=0, capacity_share=share)


def test_the_platform_is_metered_once_a_minute_at_its_capacity():
    assert broken(metered(0), metered(1)) == {}
    assert broken(metered(0), metered(0)) == {"platform.minute": 1}
    assert broken(metered(0, off_ms=1)) == {"platform.minute": 1}
    assert broken(metered(0, share=0.5)) == {"platform.minute": 1}


@pytest.mark.parametrize(
    ("at_ms", "users", "faults"), [(TEN, 1, 0), (TEN, 0, 1), (TEN + 1, 1, 1)], ids=["some", "nobody", "off"]
)
def test_the_public_is_counted_at_whole_minutes_when_somebody_comes(at_ms: int, users: int, faults: int):
    counted = PublicCounted(at_ms=at_ms, users=users, views=1)
    assert broken(counted) == {"public.minute": 1} if faults else broken(counted) == {}
    assert broken(counted, counted)["public.minute"] == 1 + faults


def departs(route: int = 0, theme: str = "culture", *, taken: int = 2, left: int = 0) -> RouteDeparted:
    return RouteDeparted(at_ms=TEN, route=route, theme=theme, seats=2, taken=taken, left_behind=left)  # type: ignore[arg-type]


def test_a_tour_takes_whom_it_has_seats_for():
    offered = [RouteOffered(at_ms=0, route=route, theme="culture") for route in range(3)]  # type: ignore[arg-type]
    assert broken(*offered, departs(), departs(1, taken=1), departs(2, left=5)) == {}
    assert broken(offered[0], offered[2]) == {"route.sequence": 1}
    assert broken(*offered, departs(theme="food")) == {"route.theme": 1}
    assert broken(*offered, departs(3)) == {"route.theme": 1}
    assert broken(*offered, departs(taken=3)) == {"route.seats": 1}
    assert broken(*offered, departs(taken=1, left=1)) == {"route.seats": 1}
