"""The register: as documented at the opening, growing through the fair."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np
import pytest
from tests.fairsim.runs import log_of, of_types
from tests.fairsim.stage import context_of

from fairfacts.event import Event
from fairfacts.parts.organisations import TOP_TRADERS, OrganisationRegistered
from fairfacts.parts.runs import FairOpened
from fairsim.inputs.scenario import load_scenario
from fairsim.parts.organisations import Organisations


@cache
def at_opening(*changes: str, seed: int = 7, scale: float = 1.0) -> list[OrganisationRegistered]:
    """Return the register of a fair that opens."""
    log: list[Event] = []
    scenario = load_scenario("ciftis2020", changes=changes, scale=scale)
    Organisations(context_of(scenario, log, seed=seed)).register_before_opening()
    return of_types(log, OrganisationRegistered)


def economies(register: list[OrganisationRegistered]) -> set[str]:
    return {organisation.economy for organisation in register}


SEEDS = [7, 8, 2020]


@pytest.mark.parametrize("seed", SEEDS)
def test_register_at_the_opening_has_each_kind_as_documented(seed: int):
    assert Counter(organisation.kind for organisation in at_opening(seed=seed)) == {
        "international_organisation": 33,
        "embassy": 68,
        "overseas_chamber": 110,
        "fortune_500": 199,
        "enterprise": 18_000 - 410,
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_148_economies_take_part(seed: int):
    assert len(economies(at_opening(seed=seed))) == 148


@pytest.mark.parametrize("seed", SEEDS)
def test_the_thirty_largest_traders_all_take_part(seed: int):
    ranks = {organisation.economy_rank for organisation in at_opening(seed=seed)}
    assert sorted(rank for rank in ranks if rank <= TOP_TRADERS) == list(range(1, TOP_TRADERS + 1))


def test_embassies_are_of_different_economies_abroad():
    embassies = [organisation.economy for organisation in at_opening() if organisation.kind == "embassy"]
    assert (len(set(embassies)), set(embassies) & {"CN"}) == (68, set())


def test_chambers_and_international_organisations_are_from_abroad():
    kinds = ("overseas_chamber", "international_organisation", "embassy")
    assert "CN" not in {organisation.economy for organisation in at_opening() if organisation.kind in kinds}


def test_delegates_are_as_many_as_documented_on_average():
    delegates = np.array([organisation.delegates for organisation in at_opening()])
    # rounding to one at least lifts the mean a little; the standard error is about 0.05
    assert 5.6 < delegates.mean() < 6.0


def test_enterprises_come_from_abroad_by_their_share():
    enterprises = [organisation for organisation in at_opening() if organisation.kind == "enterprise"]
    share = np.mean([organisation.economy != "CN" for organisation in enterprises])
    wanted = load_scenario("ciftis2020").parameters.organisations.overseas_share
    assert abs(share - wanted) < 4 * np.sqrt(wanted * (1 - wanted) / len(enterprises))


def test_only_enterprises_and_large_companies_exhibit():
    exhibitors = Counter(organisation.kind for organisation in at_opening() if organisation.exhibits)
    assert sorted(exhibitors) == ["enterprise", "fortune_500"]


def test_all_twelve_sectors_are_there_by_their_weight():
    counts = Counter(organisation.sector for organisation in at_opening())
    assert ([sector for sector, _ in counts.most_common(2)], len(counts)) == (["business", "communication"], 12)


def test_economy_that_is_kept_away_does_not_come():
    assert "US" not in economies(at_opening("economies.US=0"))


def test_economies_kept_away_are_replaced_by_others():
    assert len(economies(at_opening("economies.US=0", "economies.DE=0"))) == 148


def test_fair_without_foreign_economies_is_at_home():
    assert economies(at_opening("organisations.foreign_economies=0")) == {"CN"}


def test_attributes_do_not_depend_on_how_many_register():
    assert at_opening("organisations.at_opening=9000") == at_opening()[:9_000]


def test_tiny_fair_has_two_exhibitors_to_ask():
    register = at_opening("organisations.exhibitor_share=0.01", scale=0.0002)
    assert (len(register), sum(organisation.exhibits for organisation in register)) == (4, 2)


def test_register_grows_only_after_the_opening(log: list[Event]):
    opened = next(place for place, event in enumerate(log) if isinstance(event, FairOpened))
    before, after = (of_types(part, OrganisationRegistered) for part in (log[:opened], log[opened:]))
    days = sorted({event.at_ms // 86_400_000 for event in after})
    assert (len(before), {event.at_ms for event in before}, days) == (360, {0}, [0, 1, 2, 3, 4, 5])


def test_register_grows_by_what_the_closing_report_counts(large_log: list[Event]):
    grown = len(of_types(large_log, OrganisationRegistered)) - 1_800
    assert abs(grown - 400) < 4 * np.sqrt(400)


@pytest.mark.slow
def test_register_does_not_grow_when_nobody_signs_up():
    log = log_of("organisations.registrations_per_day=0", scale=0.02)
    assert len(of_types(log, OrganisationRegistered)) == 360


def test_newcomers_sign_up_by_the_profile_most_of_them_in_office_hours(large_log: list[Event]):
    hours = [event.at_ms // 3_600_000 % 24 for event in of_types(large_log, OrganisationRegistered) if event.at_ms]
    counts = np.bincount(hours, minlength=24)
    profile = np.array(load_scenario("ciftis2020").parameters.organisations.hour_profile)
    expected = len(hours) * profile / profile.sum()
    assert ((counts - expected) ** 2 / expected).sum() < 49.73  # 23 degrees of freedom, 0.1 %
    assert counts[8:18].sum() > 0.6 * len(hours)
