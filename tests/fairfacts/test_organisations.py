"""Measures of the register."""

from __future__ import annotations

from tests.fairfacts.stories import DAY, HOUR, STARTED, changed

from fairfacts.organisations import Kind, OrganisationRegistered, name_of
from fairfacts.runs import FairOpened

BANK = OrganisationRegistered(0, 0, "fortune_500", "CN", 2, "finance", 12, True)
SCHOOL = OrganisationRegistered(0, 1, "enterprise", "DE", 3, "education", 3, False)
LATE = OrganisationRegistered(DAY + HOUR, 2, "enterprise", "CN", 2, "finance", 5, True)
ISLAND = OrganisationRegistered(DAY + 2 * HOUR, 3, "embassy", "TV", 208, "other", 1, False)


def test_organisations_that_register_are_counted_by_what_they_are():
    assert changed("organisations", STARTED, BANK, SCHOOL) == {
        "registered": 2,
        "exhibitors": 1,
        "overseas": 1,
        "delegates": 15,
        "economies": 2,
        "top_traders": 2,
        "sectors": 2,
        "by_kind": {"fortune_500": 1, "enterprise": 1},
        "by_economy": {"CN": 1, "DE": 1},
        "by_sector": {"finance": 1, "education": 1},
    }


def test_register_grows_after_what_is_held_at_the_opening():
    assert changed("organisations", STARTED, BANK, SCHOOL, FairOpened(0), LATE, ISLAND) == {
        "registered": 4,
        "registered_at_opening": 2,
        "exhibitors": 2,
        "overseas": 2,
        "delegates": 21,
        "delegates_at_opening": 15,
        "economies": 3,
        "top_traders": 2,
        "sectors": 3,
        "by_kind": {"fortune_500": 1, "enterprise": 2, "embassy": 1},
        "by_economy": {"CN": 2, "DE": 1, "TV": 1},
        "by_sector": {"finance": 2, "education": 1, "other": 1},
        "per_hour": {"25": 1, "26": 1},
    }


def test_the_thirtieth_largest_trader_is_a_top_trader_and_the_next_is_not():
    mexico = OrganisationRegistered(0, 0, "enterprise", "MX", 30, "finance", 1, False)
    norway = OrganisationRegistered(0, 1, "enterprise", "NO", 31, "finance", 1, False)
    assert changed("organisations", mexico, norway)["top_traders"] == 1


def test_economy_is_one_top_trader_however_many_come_from_it():
    assert changed("organisations", BANK, BANK, BANK)["top_traders"] == 1


def test_names_are_in_words():
    kinds: tuple[Kind, ...] = ("enterprise", "fortune_500")
    assert [name_of(7, kind, "CN", "culture_and_sport") for kind in kinds] == [
        "Culture and sport enterprise 7 (China)",
        "Fortune 500 culture and sport company 7 (China)",
    ]
