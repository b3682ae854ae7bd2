"""People, each counted once: with their organisations, and later."""

from __future__ import annotations

from tests.fairfacts.stories import HOUR, STARTED, after

from fairfacts.parts.organisations import OrganisationRegistered
from fairfacts.parts.people import PersonRegistered
from fairfacts.parts.platform import PublicCounted
from fairfacts.parts.visits import VisitStarted

BANK = OrganisationRegistered(
    at_ms=0,
    organisation=0,
    kind="enterprise",
    economy="CN",
    economy_rank=2,
    sector="finance",
    delegates=2,
    exhibits=True,
)


def test_people_are_registered_with_their_organisation_and_later():
    later = PersonRegistered(at_ms=3 * HOUR, organisation=0, economy="CN", delegate=2)
    shown = after(STARTED, BANK, later).snapshot()
    assert (shown["people"], shown["organisations"]["delegates"]) == (
        {"registered": 3, "registered_later": 1, "present": 0, "later_per_hour": {"3": 1}},
        2,
    )


def test_users_of_the_platform_are_delegates_who_come_for_the_first_time_and_the_public():
    visit = {"organisation": 0, "economy": "CN", "channel": "app", "attempt": 1, "delegate": 0}
    shown = after(
        STARTED,
        BANK,
        VisitStarted(at_ms=HOUR, visit=0, **visit, first=True),
        VisitStarted(at_ms=2 * HOUR, visit=1, **visit),
        PublicCounted(at_ms=2 * HOUR, users=40, views=200),
    ).snapshot()
    names = ("users", "users_public", "page_views", "users_public_per_hour")
    # a first page for each visit of a delegate
    assert [shown["platform"][name] for name in names] == [41, 40, 202, {"2": 40}]
    assert (shown["visits"]["delegates"], shown["visits"]["started"]) == (1, 2)
