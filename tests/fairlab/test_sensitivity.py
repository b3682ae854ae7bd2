"""What decides a measure is found, and what does not is not: of totals that are known functions of the parameters."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.fairlab.known_totals import FACTORS, totals

from fairfacts.errors import LabError
from fairlab import sensitivity
from fairlab.evaluations import Evaluation, EvaluationResult, Evaluator, Total
from fairlab.sensitivity import Factor, Study, factors_of
from fairsim.inputs.scenario import Scenario, load_scenario

MEASURES = "visits.started", "venue.entered"


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sensitivity, "factors_of", lambda *_: (FACTORS, {"venue.days": "is a day"}))
    monkeypatch.setattr(Evaluator, "play", totals)


def study(measures: tuple[str, ...] = MEASURES) -> Study:
    evaluator = Evaluator(None, 1)  # type: ignore[arg-type]  # it plays nothing
    return Study("ciftis2020", (), measures, evaluator, scale=0.01, seed=7, by=2.0)


@pytest.mark.slow
def test_screening_finds_by_how_much_each_parameter_moves_a_measure():
    found = study().analyse(trajectories=4, leading=1, samples=0)
    base = load_scenario("ciftis2020").parameters
    visits, entries = (found.effects[measure] for measure in MEASURES)
    moved = 75 / (100 + 10 * base.visits.browse_mean_min)
    assert (visits[0].parameter, visits[0].mean_absolute) == ("visits.browse_mean_min", pytest.approx(moved))
    assert [effect.mean_absolute for effect in visits[1:]] == [0.0, 0.0]
    assert visits[0].deviation == pytest.approx(0, abs=1e-12)
    assert entries[0].deviation > 0  # it depends on the other one
    assert {effect.parameter for effect in entries[:2]} == {"visits.browse_mean_min", "negotiations.slot_min"}


@pytest.mark.slow
def test_shares_of_the_variance_are_of_the_parameters_that_lead():
    found = study().analyse(trajectories=4, leading=2, samples=64)
    names = {index.parameter for index in found.indices["visits.started"]}
    assert names >= {"visits.browse_mean_min", "negotiations.slot_min"}
    first = found.indices["visits.started"][0]
    assert (first.parameter, first.first, first.total) == (
        "visits.browse_mean_min", pytest.approx(1, abs=0.05), pytest.approx(1, abs=0.05),
    )  # fmt: skip
    # of a product of two uniform numbers on [a, 4a]: 25/12 of a, squared over mean squared is 3/25, so 1/9 is shared
    of_product = found.indices["venue.entered"][0]
    assert of_product.total - of_product.first > 0.02


def test_measure_that_nothing_moves_leads_nobody_on(recwarn: pytest.WarningsRecorder) -> None:
    found = study((*MEASURES, "programme.counted_held")).analyse(trajectories=4, leading=1, samples=8)
    assert found.moving["programme.counted_held"] == ()
    assert "programme.counted_held" not in found.indices
    assert {index.parameter for of in found.indices.values() for index in of} == {"visits.browse_mean_min"} | {
        found.effects["venue.entered"][0].parameter
    }
    assert found.worth_measuring[0] == found.effects["venue.entered"][0].parameter
    assert not recwarn.list


@pytest.mark.slow
def test_parameters_whose_values_cannot_stand_together_are_varied_by_less(monkeypatch: pytest.MonkeyPatch) -> None:
    opens, closes = (
        Factor("negotiations.opens_h", 6.0, 17.0, whole=True),
        Factor("negotiations.closes_h", 12.0, 24.0, whole=True),
    )
    monkeypatch.setattr(sensitivity, "factors_of", lambda *_: ((FACTORS[0], opens, closes, FACTORS[1]), {}))
    found = study().analyse(trajectories=8, leading=4, samples=8)
    by_name = {factor.name: factor for factor in found.factors}
    assert (by_name[FACTORS[0].name], by_name[FACTORS[1].name]) == FACTORS[:2]
    assert (by_name[opens.name], by_name[closes.name]) == (opens.nearer(9), closes.nearer(18))
    assert {factor.name for factor in found.leading} == {index.parameter for index in found.indices["venue.entered"]}


def test_trajectory_and_sample_with_a_mean_of_nothing_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their 0 was taken for a value, so that whatever parameter made a fair sign nothing moved the mean most."""
    mean, played = "agreements.value_mean_usd", []

    def play(_: Evaluator, evaluations: Sequence[Evaluation]) -> list[EvaluationResult]:
        results = []
        for evaluation in evaluations:
            browse = evaluation.scenario.parameters.visits.browse_mean_min
            played.append(evaluation.measures)
            nothing = len(played) in (3, 40)  # a run of the first trajectory, and one of a sample
            results.append(
                EvaluationResult("", (Total(0.0 if nothing else browse, 1.0), Total(float(not nothing), 1.0)))
            )
        return results

    monkeypatch.setattr(Evaluator, "play", play)
    found = study((mean,)).analyse(trajectories=4, leading=1, samples=16)
    assert set(played) == {(mean, "agreements.signed")}
    assert found.of_fewer == {mean: "3 of 4 trajectories and 15 of 16 samples"}
    assert [effect.parameter for effect in found.moving[mean]] == ["visits.browse_mean_min"]
    assert found.effects[mean][0].deviation == pytest.approx(0, abs=1e-12)


def test_measure_that_is_nothing_is_refused():
    with pytest.raises(LabError, match=r"venue.entered: is 0 in the scenario as it is; play at a larger --scale"):
        Study(
            "ciftis2020", ("visits.browse_mean_min=0.1",), ("venue.entered",), _Nothing(), scale=0.01, seed=7, by=2.0
        ).analyse(2, 1, 0)


class _Nothing(Evaluator):
    def __init__(self) -> None:
        super().__init__(None, 1)  # type: ignore[arg-type]  # it plays nothing

    def play(self, evaluations: Sequence[Evaluation]) -> list[EvaluationResult]:
        return [EvaluationResult("", (Total(0.0, 1.0),)) for _ in evaluations]


def test_only_assumed_numbers_that_can_be_played_are_varied(monkeypatch: pytest.MonkeyPatch):
    scenario = load_scenario("cicpe2021", scale=0.01)

    def load(changes: Sequence[str]) -> Scenario:
        loaded.extend(changes)
        return scenario

    loaded: list[str] = []
    factors, left_out = factors_of(scenario, load, 2.0)
    kinds = {name: scenario.fair.rows[name].kind for name in [factor.name for factor in factors]}
    assert set(kinds.values()) == {"assumed"}
    assert left_out["visits.hour_profile"] == "is no single number"
    assert len(loaded) == 2 * len(factors)
    assert all(scenario.fair.rows[factor.name].low <= factor.low < factor.high for factor in factors)
