"""Measures that nobody reported stand beside those that somebody did."""

from __future__ import annotations

from tests.fairfacts.stories import STARTED, after

from fairfacts.evidence.comparison import Row, Simulated, emergent
from fairfacts.evidence.emergent import EMERGENT
from fairfacts.evidence.figures import PLUS
from fairfacts.evidence.folder import known_fair
from fairfacts.measures import MEASURES, value_at

FIGURES = known_fair("ciftis2020").figures


def test_every_emergent_measure_is_documented_and_at_the_end_reported_by_nobody():
    reported = {path for figure in FIGURES.values() if not figure.at for path in figure.measure.split(PLUS)}
    assert [path for path in EMERGENT if path not in MEASURES or path in reported] == []


def test_emergent_row_has_no_figure_and_no_verdict():
    snapshot = after(STARTED).snapshot()
    first = emergent(lambda measure, _: Simulated(value_at(snapshot, measure)))[0]
    assert first == Row("visits.started", "", "visits", None, 0, None, "emergent", "visits.started")


def test_mean_of_nothing_has_no_value_among_what_nobody_reported():
    nobody = {row.measure: row.simulated for row in emergent(lambda path, _: Simulated(0.0))}
    somebody = {
        row.measure: row.simulated for row in emergent(lambda path, _: Simulated(2.0 if "taken" in path else 0.0))
    }
    waits = "negotiations.waited_mean_s"
    assert (nobody[waits], somebody[waits], nobody["negotiations.held"]) == ("", 0.0, 0.0)
