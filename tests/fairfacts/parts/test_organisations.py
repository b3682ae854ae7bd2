"""Measures of the register."""

from __future__ import annotations

from tests.fairfacts.stories import DAY, HOUR, STARTED, changed

from fairfacts.parts.organisations import OrganisationRegistered, name_of
from fairfacts.parts.runs import FairOpened

BANK = OrganisationRegistered(
    at_ms=0,
    organisation=0,
    kind="fortune_500",
    economy="CN",
    economy_rank=2,
    sector="finance",
    delegates=12,
    exhibits=True,
)
SCHOOL = OrganisationRegistered(
    at_ms=0,
    organisation=1,
    kind="enterprise",
    economy="DE",
    economy_rank=3,
    sector="education",
    delegates=3,
    exhibits=False,
)
LATE = OrganisationRegistered(
    at_ms=DAY + HOUR,
    organisation=2,
    kind="enterprise",
    economy="CN",
    economy_rank=2,
    sector="finance",
    delegates=5,
    exhibits=True,
)
ISLAND = OrganisationRegistered(
    at_ms=DAY + 2 * HOUR,
    organisation=3,
    kind="embassy",
    economy="TV",
    economy_rank=208,
    sector="other",
    delegates=1,
    exhibits=False,
)


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
    mexico = OrganisationRegistered(
        at_ms=0,
        organisation=0,
        kind="enterprise",
        economy="MX",
        economy_rank=30,
        sector="finance",
        delegates=1,
        exhibits=False,
    )
    norway = OrganisationRegistered(
        at_ms=0,
        organisation=1,
        kind="enterprise",
        economy="NO",
        economy_rank=31,
        sector="finance",
        delegates=1,
        exhibits=False,
    )
    assert changed("organisations", mexico, norway)["top_traders"] == 1


def test_economy_is_one_top_trader_however_many_come_from_it():
    assert changed("organisations", BANK, BANK, BANK)["top_traders"] == 1


def test_names_are_in_words():
    kinds = ("enterprise", "fortune_500", "guild")
    assert [name_of(STARTED.description, 7, kind, "CN", "culture_and_sport") for kind in kinds] == [
        "Culture and sport enterprise 7 (China)",
        "Fortune 500 culture and sport company 7 (China)",
        "Guild 7 (China)",
    ]
