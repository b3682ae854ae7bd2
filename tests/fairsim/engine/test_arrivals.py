"""Arrivals that follow the local hour."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from fairfacts.clock import DAY_MS, HOUR_MS
from fairfacts.errors import ScenarioError
from fairsim.engine.arrivals import DayClock, count_of, gaps_ms, poisson
from fairsim.engine.draws import Draws
from fairsim.inputs.scenario import load_scenario

STREAM = Draws(7).stream("tests")
PROFILE = np.array(load_scenario("ciftis2020").parameters.visits.hour_profile)
ENTITIES = np.arange(500)
BEIJING, LONDON, INDIA, TONGA = 0.0, -7.0, -2.5, 5.0
AHEAD = np.array([BEIJING, LONDON, INDIA, TONGA])


def of(entity: int, expected: float) -> np.ndarray:
    """Return the operational times at which one entity arrives."""
    _, _, shares = poisson(STREAM, np.array([entity]), np.array([expected]))
    return shares * expected


def by_hour(zone: int) -> np.ndarray:
    """Return how many of some 50,000 arrivals fall into each Beijing hour when they follow a zone's local hours."""
    places, _, shares = poisson(STREAM, ENTITIES, np.full(len(ENTITIES), 100.0))
    moments = DayClock(PROFILE.tolist(), AHEAD).times_ms(np.full(len(places), zone), shares)
    return np.bincount(moments // HOUR_MS, minlength=24)


def chi_square(counts: np.ndarray, weights: np.ndarray) -> float:
    expected = counts.sum() * weights / weights.sum()
    return float(((counts - expected) ** 2 / expected).sum())


LIMIT = 49.73
"""Chi-square, 23 degrees of freedom, 0.1 %."""


def test_arrivals_by_hour_follow_the_profile():
    assert chi_square(by_hour(0), PROFILE) < LIMIT


def test_arrivals_from_a_zone_to_the_west_come_later_in_beijing():
    # at 7 in Beijing it is midnight in London in summer
    assert chi_square(by_hour(1), np.roll(PROFILE, 7)) < LIMIT


def test_arrivals_from_a_zone_of_half_hours_come_between_the_hours():
    assert chi_square(by_hour(2), (np.roll(PROFILE, 2) + np.roll(PROFILE, 3)) / 2) < LIMIT


def test_arrivals_from_a_zone_to_the_east_come_earlier_in_beijing():
    assert chi_square(by_hour(3), np.roll(PROFILE, -5)) < LIMIT


def test_arrivals_by_hour_do_not_follow_another_zones_profile():
    assert chi_square(by_hour(1), PROFILE) > 100 * LIMIT


def test_number_of_arrivals_is_poisson():
    expected = 4.0
    counts = np.bincount(poisson(STREAM, np.arange(20_000), np.full(20_000, expected))[0], minlength=20_000)
    mean_error, variance_error = counts.mean() - expected, counts.var() - expected
    # the variance of a Poisson sample's variance is (m + 2 m^2) / n
    limits = 4 * np.sqrt(expected / 20_000), 4 * np.sqrt((expected + 2 * expected**2) / 20_000)
    assert (abs(mean_error) < limits[0], abs(variance_error) < limits[1]) == (True, True)


def test_arrival_is_keyed_by_entity_and_count():
    places, keys, _ = poisson(STREAM, np.array([5, 6]), np.array([3.0, 3.0]))
    of_five, of_six = np.bincount(places).tolist()
    assert sorted(keys.tolist()) == [*range(5 * 1024, 5 * 1024 + of_five), *range(6 * 1024, 6 * 1024 + of_six)]


def test_higher_rate_keeps_the_arrivals_and_adds_later_ones():
    fewer, more = of(5, 10.0), of(5, 30.0)
    assert np.allclose(more[: len(fewer)], fewer, rtol=1e-12)


def test_higher_rate_changes_no_other_entity():
    def of_the_second(expected_of_first: float) -> list[float]:
        places, _, shares = poisson(STREAM, np.array([5, 6]), np.array([expected_of_first, 10.0]))
        return shares[places == 1].tolist()

    assert of_the_second(2.0) == of_the_second(80.0)


def test_nobody_expected_nobody_arrives():
    assert [len(found) for found in poisson(STREAM, ENTITIES, np.zeros(len(ENTITIES)))] == [0, 0, 0]


def test_entities_that_expect_nothing_are_passed_over():
    places, keys, _ = poisson(STREAM, np.array([3, 4]), np.array([0.0, 50.0]))
    assert (set(places.tolist()), set((keys // 1024).tolist())) == ({1}, {4})


def test_moments_lie_within_the_day():
    shares = np.array([1e-16, 0.5, 1 - 1e-16])
    moments = DayClock(PROFILE.tolist(), AHEAD).times_ms(np.zeros(3, np.int64), shares)
    assert (moments.min() >= 0, moments.max() < DAY_MS) == (True, True)


def test_even_profile_turns_half_the_share_into_noon():
    clock = DayClock([1.0] * 24, AHEAD)
    assert clock.times_ms(np.arange(4), np.full(4, 0.5)).tolist() == [DAY_MS // 2] * 4


def test_hour_of_all_the_weight_takes_all_arrivals():
    clock = DayClock([0.0] * 9 + [1.0] + [0.0] * 14, AHEAD)
    moments = clock.times_ms(np.array([0, 1, 2, 3]), np.full(4, 0.5))
    # half past nine in the morning of each zone, in Beijing time
    assert (moments / HOUR_MS).tolist() == [9.5, 16.5, 12.0, 4.5]


def test_gaps_lead_from_one_moment_to_the_next():
    assert list(gaps_ms(np.array([5, 5, 12]), since_ms=2)) == [3, 0, 7]


def test_more_arrivals_than_can_be_keyed_are_refused():
    with pytest.raises(ScenarioError) as refused:
        of(3, 1_500.0)
    assert str(refused.value) == (
        "one organisation would act 1,500 times in a day (visits, publications or registrations); the model plays at"
        " most 1024: lower the rate or the size of delegations"
    )


def test_more_arrivals_in_a_day_than_can_be_keyed_are_told_of_the_whole_day():
    with pytest.raises(ScenarioError, match="would act 1,500 times"):
        poisson(STREAM, np.array([3]), np.array([787.0]), np.array([713.0]))


MIDDLES = [NormalDist().inv_cdf((place + 0.5) / 20_000) for place in range(20_000)]
"""Standard normal numbers, evenly spread over their distribution."""


@pytest.mark.parametrize("mean", [0.005, 0.02, 0.2, 1.0, 5.0, 29.0, 31.0, 400.0])
def test_counts_of_normal_numbers_are_poisson(mean: float):
    counts = np.array([count_of(mean, normal) for normal in MIDDLES])
    assert (counts.mean(), counts.var()) == (pytest.approx(mean, rel=1e-3), pytest.approx(mean, rel=0.01))


def test_counts_of_small_means_are_the_lowest_whose_chance_reaches_that_of_the_number():
    # of a mean of 1, 0 comes with chance e^-1, 0 or 1 with 2 e^-1, 2 at most with 2.5 e^-1
    chances = [math.exp(-1) * share for share in (0.999, 1.001, 1.999, 2.001, 2.499, 2.501)]
    assert [count_of(1.0, NormalDist().inv_cdf(chance)) for chance in chances] == [0, 1, 1, 2, 2, 3]


def test_counts_end_for_the_largest_numbers_that_are_drawn():
    assert [count_of(mean, 8.6) < mean + 10 * mean**0.5 + 20 for mean in (1e-9, 0.1, 3.0, 29.0)] == [True] * 4


@pytest.mark.parametrize("normal", [-5.0, -1.0, 0.0, 2.0, 5.0])
def test_more_come_of_one_number_as_more_are_expected(normal: float):
    means = np.concatenate([np.arange(0, 29.5, 0.1), np.arange(31, 100, 0.1)])
    assert np.diff([count_of(mean, normal) for mean in means]).min() >= 0
