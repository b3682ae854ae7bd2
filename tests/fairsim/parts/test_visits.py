"""Who comes to the platform, and when."""

from __future__ import annotations

import numpy as np
import pytest
from tests.fairsim.stage import DAY, HOUR, Stage

from fairsim.parts.visits.turnout import DayVisits, Turnout

OFTEN = {"domestic_per_delegate_day": 40.0, "overseas_per_delegate_day": 40.0}


def drawn(day: int = 0, changed_ms: int = 0, **changes: float) -> DayVisits:
    """Return who comes on a day, or in the rest of it after a change."""
    stage = Stage(visits=OFTEN)
    turnout = Turnout(stage.context, stage.parts.organisations, stage.parts.demand)
    date = stage.context.scenario.epoch
    turnout.begin_day(day, date)
    if changed_ms:
        stage.change(visits=OFTEN | changes)
        turnout.change(changed_ms, date)
    return turnout.draw()


def test_each_day_has_visits_of_its_own() -> None:
    times = [drawn(day).times_ms for day in range(3)]
    assert [np.unique(each // DAY).tolist() for each in times] == [[0], [1], [2]]
    assert len({tuple(each % DAY) for each in times}) == 3


@pytest.mark.parametrize("rate", [40.0, 80.0])
def test_rest_of_a_day_is_drawn_by_the_rate_of_then(rate: float) -> None:
    whole = drawn().times_ms
    rest = drawn(changed_ms=12 * HOUR, domestic_per_delegate_day=rate, overseas_per_delegate_day=rate).times_ms
    later = whole[whole >= 12 * HOUR]
    assert rest.min() >= 12 * HOUR
    assert len(rest) == pytest.approx(len(later) * rate / 40.0, rel=0.35)
    if rate == 40.0:
        assert rest.tolist() == later.tolist()


def test_delegates_who_ask_are_those_of_their_organisation_and_come_in_order() -> None:
    comers = drawn()
    assert comers.times_ms.tolist() == sorted(comers.times_ms)
    assert set(comers.delegates.tolist()) == {0}  # of organisations with one delegate each
    assert len(set(comers.keys.tolist())) == len(comers.keys)
