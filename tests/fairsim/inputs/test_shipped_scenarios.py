"""Shipped scenarios say what they change against the baseline, which is fitted anew from time to time."""

from __future__ import annotations

import pytest

from fairsim.inputs.scenario import Scenario, load_scenario


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
