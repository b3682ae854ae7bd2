"""Shipped scenarios say what they change against the baseline, which is fitted anew from time to time."""

from __future__ import annotations

import pytest

from fairfacts.evidence.roles import plays_other_parameters
from fairfacts.measures import State
from fairfacts.resources import data
from fairsim.fair import play
from fairsim.inputs.scenario import Scenario, load_scenario

SHIPPED = sorted(file.name.removesuffix(".toml") for file in data("scenarios").iterdir() if file.name.endswith(".toml"))


def value(scenario: Scenario, name: str) -> float:
    part, field = name.split(".")
    return float(getattr(getattr(scenario.parameters, part), field))


def test_ten_times_the_demand_is_ten_times_that_of_the_baseline() -> None:
    tenfold, baseline = load_scenario("tenfold"), load_scenario("ciftis2020")
    changed = list(tenfold.overrides)
    assert len(changed) == 5
    assert {name: value(tenfold, name) / value(baseline, name) for name in changed} == {
        name: pytest.approx(10) for name in changed
    }


@pytest.mark.parametrize("name", SHIPPED)
def test_a_what_if_is_no_test_of_the_model_whatever_it_overrides(name: str) -> None:
    scenario, state = load_scenario(name, scale=0.01), State()
    state.fold(next(play(scenario, 7, slice_ms=1))[1])
    assert plays_other_parameters(state.parts.run, scenario.overrides) is bool(scenario.overrides)
    assert bool(scenario.overrides) is (name != "ciftis2020")
