"""Economies by services trade, each with its local time."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from fairsim.inputs.economies import hours_ahead, load_economies, time_zones
from fairsim.inputs.fair import load_fair

ECONOMIES = {economy.code: economy for economy in load_economies("CN", {})}
BEIJING = ZoneInfo("Asia/Shanghai")
SUMMER, WINTER = datetime(2020, 9, 4, 12, tzinfo=BEIJING), datetime(2020, 12, 4, 12, tzinfo=BEIJING)


def test_economies_stand_by_rank_largest_first():
    ranked = sorted(ECONOMIES.values(), key=lambda economy: -economy.weight)
    assert [(economy.code, economy.rank) for economy in ranked] == list(zip(ECONOMIES, range(1, 209), strict=True))


def test_home_economy_is_the_only_one_that_is_not_overseas():
    assert [code for code, economy in ECONOMIES.items() if not economy.overseas] == ["CN"]


def test_every_economy_has_a_time_zone():
    assert len({ZoneInfo(economy.zone).utcoffset(SUMMER) for economy in ECONOMIES.values()}) > 24


@pytest.mark.parametrize(
    ("code", "zone"),
    [("CN", "Asia/Shanghai"), ("DE", "Europe/Berlin"), ("US", "America/New_York"), ("AU", "Australia/Sydney")],
)
def test_zone_is_that_of_the_main_business_centre(code: str, zone: str):
    assert ECONOMIES[code].zone == zone


@pytest.mark.parametrize(
    ("zone", "summer_h", "winter_h"),
    [("Asia/Shanghai", 0, 0), ("Europe/Berlin", -6, -7), ("Asia/Kolkata", -2.5, -2.5), ("Asia/Tokyo", 1, 1)],
)
def test_hours_ahead_of_beijing_follow_the_season(zone: str, summer_h: float, winter_h: float):
    assert [hours_ahead(zone, "Asia/Shanghai", moment) for moment in (SUMMER, WINTER)] == [summer_h, winter_h]


def test_factor_multiplies_the_weight_of_its_economy():
    changed = load_economies("CN", {"DE": (0.5, "mine.toml")})
    assert [(economy.code, economy.weight) for economy in changed if economy != ECONOMIES[economy.code]] == [
        ("DE", 741.702 / 2)
    ]


def test_sectors_are_twelve_and_their_shares_one_whole():
    sectors = load_fair("ciftis2020").sectors
    assert (len({sector.name for sector in sectors}), round(sum(sector.weight for sector in sectors), 9)) == (12, 1)


def test_values_of_the_sectors_have_the_mean_of_all_sectors():
    assert round(sum(sector.weight * sector.value_factor for sector in load_fair("ciftis2020").sectors), 9) == 1


def test_time_zones_are_those_of_the_locked_database_and_none_of_this_machine() -> None:
    assert {"Europe/Berlin", "Asia/Shanghai", "UTC"} < time_zones()
    assert "localtime" not in time_zones()
    assert all(ZoneInfo(name) for name in time_zones())
