from __future__ import annotations

import math

import msgspec
import pytest
from tests.fairlab.conftest import SCALE
from tests.fairsim.runs import log_of

from fairfacts.measures import State, value_at
from fairlab.flow import Register, expected_exposure, flow
from fairsim.inputs.scenario import load_scenario

EMPTY = (
    "visits.domestic_per_delegate_day=0",
    "visits.overseas_per_delegate_day=0",
    "streams.audience_mean=0",
    "venue.days=0",
    "programme.audience_per_seat=0",
)


@pytest.mark.slow
def test_register_is_counted_as_the_measures_do():
    log, scenario, state = log_of(scale=SCALE), load_scenario("ciftis2020", scale=SCALE), State()
    register = Register(scenario.parameters)
    register.handle(log)
    state.fold(log)
    equations, snapshot = flow(scenario.parameters, register.exposure), state.snapshot()
    for path in ("organisations.registered", "organisations.delegates_at_opening"):
        assert equations[path] == value_at(snapshot, path)


@pytest.mark.slow
def test_expected_register_is_the_mean_of_those_that_are_drawn():
    scenario = load_scenario("ciftis2020", scale=SCALE)
    expected, drawn = msgspec.structs.asdict(expected_exposure(scenario.parameters)), []
    for replication in range(8):
        register = Register(scenario.parameters)
        register.handle(log_of(*EMPTY, scale=SCALE, replication=replication))
        drawn.append(msgspec.structs.asdict(register.exposure))
    for name, value in expected.items():
        values = [one[name] for one in drawn]
        mean = sum(values) / 8
        error = math.sqrt(sum((one - mean) ** 2 for one in values) / 7 / 8)
        assert abs(mean - value) < 4.5 * error  # t(7): once in 350


@pytest.mark.slow
def test_flow_without_waiting_is_what_is_played():
    """Nobody lapses and nobody repeats: what is left to differ is chance, of 1.6 / sqrt(visits) and less."""
    changes = (
        "negotiations.retry_share=0",
        # whoever waits on the platform does not log in again meanwhile
        *("negotiations.patience_mean_min=1", "negotiations.talk_mean_min=1", "visits.browse_mean_min=0.1"),
    )
    log, scenario, state = (
        log_of(*changes, scale=0.02),
        load_scenario("ciftis2020", changes=changes, scale=0.02),
        State(),
    )
    register = Register(scenario.parameters)
    register.handle(log)
    state.fold(log)
    given, snapshot = flow(scenario.parameters, register.exposure), state.snapshot()
    visits = value_at(snapshot, "visits.started")
    assert value_at(snapshot, "negotiations.initiated") / given["negotiations.initiated"] == pytest.approx(
        1, abs=4 * 1.6 / math.sqrt(visits)
    )
