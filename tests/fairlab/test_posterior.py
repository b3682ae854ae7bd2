from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from tests.fairlab.conftest import SCALE
from tests.fairlab.quick_model import LOST
from tests.fairlab.test_calibration import two_rates

from fairfacts.errors import LabError
from fairlab.estimates import student
from fairlab.evaluations import Evaluator
from fairlab.flow import expected_exposure
from fairlab.posterior import Draw, find_posterior, marginals
from fairlab.targets import CalibrationProblem
from fairlab.wave import IMPLAUSIBLE, REACH, Space, close_in, spread_points
from fairlab.what_if import effects, play_what_if, what_if
from fairsim.engine.draws import Draws
from fairsim.inputs.scenario import load_scenario

SHORT = (
    "streams.audience_mean=0",
    "venue.days=0",
    "programme.audience_per_seat=0",
    "fair.days=3",
)  # days with 2.8 of the 6.0 days' demand


def short_problem() -> CalibrationProblem:
    problem = two_rates()
    targets = (
        msgspec.structs.replace(one, value=one.value * (2.8 / 6 if one.scales else 1)) for one in problem.targets
    )
    return CalibrationProblem(problem.free, tuple(targets))


@pytest.fixture(scope="module")
def found(executor, quick):
    space = Space("ciftis2020", SHORT, short_problem(), SCALE)
    return find_posterior(
        space, Evaluator(executor, 1), executor, 1, seed=7, wave=10, size=5, populations=2, discrepancy=0.05
    )  # fmt: skip


@pytest.mark.slow
def test_wave_leaves_what_holds_the_answer(found):
    assert found.wave.share < 0.2
    for left in found.wave.left:
        assert left.prior_low <= left.low < left.high <= left.prior_high
    for left, answer in zip(found.wave.left, answers(), strict=True):
        assert left.low < answer < left.high


def answers() -> tuple[float, float]:
    """Return the rates at which the quick model meets both totals."""
    parameters = load_scenario("ciftis2020", changes=SHORT, scale=SCALE).parameters
    whole, part = (one.value * SCALE / (1 - LOST) for one in short_problem().targets[:2])
    exposure, visits = expected_exposure(parameters), parameters.visits
    asked = visits.asker_share * visits.asker_visits * visits.requests_mean
    domestic = (whole - part) / (1 - visits.domestic_to_overseas_share)
    return domestic / (exposure.domestic * asked), (whole - domestic) / (exposure.overseas * asked)


def test_what_is_plausible_is_found_where_parameters_make_up_for_one_another():
    narrow = IMPLAUSIBLE * np.array([0.02, 0.1, 0.1])

    def implausibility(points):
        off = np.stack([points[:, 0] + points[:, 1], points[:, 2], points[:, 3]], axis=1)
        return IMPLAUSIBLE * np.abs(off / narrow).max(axis=1)

    plausible, share = close_in(implausibility, 4, seed=7)
    assert implausibility(plausible).max() < IMPLAUSIBLE
    # a band along the diagonal of the first two, from corner to corner, and a slice of each other
    widths = 2 * narrow
    assert share == pytest.approx(np.prod(widths) * 2 * REACH / (2 * REACH) ** 4, rel=0.5)
    assert plausible[:, 0].min() < -0.9 * REACH
    assert plausible[:, 0].max() > 0.9 * REACH


def test_priors_without_anything_plausible_are_refused():
    with pytest.raises(LabError, match="widen their factors, or --discrepancy"):
        close_in(lambda points: np.full(len(points), 2 * IMPLAUSIBLE), 2, seed=7)


@pytest.mark.slow
def test_draws_are_closer_than_the_prior(found):
    assert len(found.draws) == 5
    assert sum(draw.weight for draw in found.draws) == pytest.approx(1)
    assert found.epsilons[-1] < found.epsilons[0]
    assert all(one.moved > 0.5 for one in found.marginals)
    assert found.runs >= 10 + 10


@pytest.mark.slow
def test_what_if_is_played_with_common_random_numbers(found, executor):
    space = Space("ciftis2020", SHORT, short_problem(), SCALE)
    said = play_what_if(space, found.draws, ["negotiations.night_share=1"], executor, 1, seed=7, count=2)
    assert said["negotiations.lapsed"].mean < 0
    assert said["organisations.registered"] == msgspec.convert(
        {"mean": 0.0, "low": 0.0, "high": 0.0, "sd_parameters": 0.0, "sd_replications": 0.0, "draws": 2},
        type(said["run.events"]),
    )


def test_chance_and_parameters_are_told_apart():
    """Three draws with means 1, 3, 5, each with two replications at 0.5 around it: MSW 0.5, MSB 8."""
    told = what_if(np.array([[0.5, 1.5], [2.5, 3.5], [4.5, 5.5]]))
    assert (told.mean, told.sd_replications, told.sd_parameters) == pytest.approx((3, math.sqrt(0.5), math.sqrt(3.75)))
    assert told.high - told.mean == pytest.approx(student(2) * math.sqrt(3.75 + 0.5 + 8 / 6))


def test_draw_that_has_nothing_to_take_a_mean_of_is_left_out_of_its_effect():
    def of(signed: int, mean: float) -> dict[str, float]:
        return {"agreements.signed": signed, "agreements.value_mean_usd": mean}

    draws = [((of(3, 10), of(3, 11)), (of(2, 10), of(2, 12))), ((of(3, 20), of(3, 23)), (of(2, 20), of(2, 22)))]
    void = ((of(3, 99), of(0, 0)), (of(2, 9), of(2, 9)))
    told = effects([pair for draw in (*draws, void) for pair in draw])["agreements.value_mean_usd"]
    assert (told.mean, told.draws) == (2.0, 2)
    assert "agreements.value_mean_usd" not in effects([pair for draw in (draws[0], void) for pair in draw])


def test_marginal_is_weighted():
    problem = two_rates()
    draws = (Draw((0.4, 0.2), 3.0), Draw((0.4, 0.8), 1.0))
    domestic, overseas = marginals(problem, draws)
    assert (domestic.mean, domestic.moved) == pytest.approx((0.4, 1.0))
    assert math.log(overseas.mean) == pytest.approx(0.75 * math.log(0.2) + 0.25 * math.log(0.8))


def test_points_of_a_wave_are_spread_evenly():
    points = spread_points(20, 3, Draws(1))
    for column in ((points / REACH + 1) / 2).T:
        assert sorted(np.floor(column * 20).tolist()) == list(range(20))


@pytest.mark.slow
def test_too_few_points_are_refused(executor):
    space = Space("ciftis2020", SHORT, short_problem(), SCALE)
    with pytest.raises(LabError, match="--wave 5: 2 parameters need 6 points"):
        find_posterior(space, Evaluator(executor, 1), executor, 1, seed=7, wave=5, size=8, populations=1)
