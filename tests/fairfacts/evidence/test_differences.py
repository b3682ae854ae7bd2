"""Two runs side by side."""

from __future__ import annotations

import msgspec
import pytest
from tests.fairfacts.stories import ABROAD, GOLDEN, HOUR, STARTED, after

from fairfacts.errors import ScenarioError
from fairfacts.evidence.differences import Difference, differences, series_differences
from fairfacts.measures import MEASURES, State, value_at
from fairfacts.parts.visits import VisitStarted

TWO_VISITS = after(
    STARTED,
    VisitStarted(at_ms=9 * HOUR, visit=0, organisation=4, economy="CN", channel="website", attempt=1),
    VisitStarted(at_ms=10 * HOUR, visit=1, organisation=9, economy=ABROAD, channel="website", attempt=1),
).snapshot()
THREE_VISITS = after(
    STARTED,
    VisitStarted(at_ms=9 * HOUR, visit=0, organisation=4, economy="CN", channel="website", attempt=1),
    VisitStarted(at_ms=9 * HOUR, visit=1, organisation=4, economy="CN", channel="website", attempt=1),
    VisitStarted(at_ms=33 * HOUR, visit=2, organisation=4, economy="CN", channel="website", attempt=1),
).snapshot()


def test_measures_that_differ_are_told_with_difference_and_ratio():
    rows = [msgspec.structs.replace(row, chance=None) for row in differences(TWO_VISITS, THREE_VISITS)]
    assert [row for row in rows if row.difference] == [
        Difference("run.at_ms", 10 * HOUR, 33 * HOUR, 23 * HOUR, 3.3),
        Difference("run.events", 3, 4, 1, 1.3333),
        Difference("visits.online", 2, 3, 1, 1.5),
        Difference("visits.online_peak", 2, 3, 1, 1.5),
        Difference("visits.started", 2, 3, 1, 1.5),
        Difference("visits.started_overseas", 1, 0, -1, 0.0),
        Difference("platform.page_views", 2, 3, 1, 1.5),
    ]


def test_every_measure_that_is_one_number_is_compared():
    snapshot = after(*GOLDEN).snapshot()
    others = {path for path in MEASURES if isinstance(value_at(snapshot, path), str | dict)}
    assert {row.measure for row in differences(snapshot, State().snapshot())} == set(MEASURES) - others


def test_mean_of_nothing_has_no_difference():
    """Two runs without a signature on site showed a wait of 0, apart by 0, and of 0 by chance."""
    rows = {row.measure: row for row in differences(TWO_VISITS, after(*GOLDEN).snapshot())}
    mean = rows["agreements.value_mean_usd"]
    assert (mean.a, mean.b, mean.difference, mean.ratio, mean.chance) == (None, mean.b, None, None, None)
    assert mean.b is not None
    none = next(row for row in differences(TWO_VISITS, THREE_VISITS) if row.measure == "agreements.value_mean_usd")
    assert (none.a, none.b, none.difference) == (None, None, None)


def test_series_is_compared_key_by_key():
    assert series_differences("visits.per_hour", TWO_VISITS, THREE_VISITS) == [
        Difference("domestic.9", 1, 2, 1, 2.0),
        Difference("domestic.33", 0, 1, 1, None),
        Difference("overseas.10", 1, 0, -1, 0.0),
    ]
    assert series_differences("visits.by_economy", TWO_VISITS, THREE_VISITS) == [
        Difference("CN", 1, 3, 2, 3.0),
        Difference("DE", 1, 0, -1, 0.0),
    ]


@pytest.mark.parametrize(
    ("series", "remedy"),
    [("visits.per_hours", "did you mean visits.per_hour?"), ("x", "the nearest of 75 are: ")],
)
def test_what_is_no_series_is_refused_with_the_nearest(series: str, remedy: str):
    with pytest.raises(ScenarioError, match=f"^{series}: is no series; {remedy}"):
        series_differences(series, TWO_VISITS, THREE_VISITS)
