"""The public on the platform: counts by the minute, as demand is, and nobody while the platform is down."""

from __future__ import annotations

import pytest
from tests.fairsim.runs import log_of, of_types
from tests.fairsim.stage import DAY, HOUR, Stage

from fairfacts.measures import State
from fairfacts.parts.disruptions import Demand, PlatformOutage
from fairfacts.parts.platform import PublicCounted

PUBLIC = {"users_per_day": 14_400.0, "day_profile": (1.0,), "hour_profile": (1.0,) * 24, "views_per_user": 5.0}


def played(*changes: tuple[int, object], users_per_day: float = 14_400.0) -> list[PublicCounted]:
    stage = Stage(public=PUBLIC | {"users_per_day": users_per_day})
    stage.env.add_arrivals(stage.parts.public.day(0))
    for at_ms, change in changes:
        stage.at(at_ms, lambda change=change: stage.disruptions.begin(change, "injected"))
    return of_types(stage.play(DAY), PublicCounted)


def test_as_many_come_as_the_day_has_with_the_pages_that_they_open():
    counted = played()
    users, views = sum(one.users for one in counted), sum(one.views for one in counted)
    assert (users, views / users) == (pytest.approx(14_400, rel=0.03), pytest.approx(5, rel=0.03))


@pytest.mark.parametrize("users_per_day", [30.0, 300.0])
def test_as_many_come_where_hardly_any_comes_in_a_minute(users_per_day: float):
    users = sum(counted.users for counted in played(users_per_day=users_per_day))
    assert users == pytest.approx(users_per_day, abs=3 * users_per_day**0.5)


def test_nobody_comes_while_the_platform_is_down():
    counted = played((10 * HOUR, PlatformOutage(lasts_min=60)))
    assert [one for one in counted if 10 * HOUR < one.at_ms < 11 * HOUR] == []


def test_more_come_as_demand_grows():
    grown = played((12 * HOUR, Demand(factor=3.0, lasts_min=12 * 60.0)))
    before, after = (sum(one.users for one in grown if (one.at_ms > 12 * HOUR) is late) for late in (False, True))
    assert after / before == pytest.approx(3, rel=0.1)


@pytest.mark.slow
def test_users_are_delegates_and_public_each_once():
    state = State()
    state.fold(log_of(scale=0.005))
    shown = state.snapshot()
    assert shown["platform"]["users"] == shown["visits"]["delegates"] + shown["platform"]["users_public"]
    assert 0 < shown["visits"]["delegates"] <= min(shown["people"]["registered"], shown["visits"]["started"])
