"""A fair that changes while it is on: the same until then, lawful and otherwise afterwards."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.fairsim.runs import log_of

from fairfacts.auditor import audit
from fairfacts.clock import HOUR_MS
from fairfacts.errors import ScenarioError
from fairfacts.event import Event
from fairfacts.parts.disruptions import EntryCap
from fairfacts.parts.negotiations.events import NegotiationLapsed, NegotiationRequested, NegotiationTakenUp
from fairfacts.parts.venue.events import CapChanged
from fairfacts.parts.visits import VisitStarted
from fairsim.fair import Fair, slices
from fairsim.inputs.changing import check_change
from fairsim.inputs.scenario import load_scenario
from fairsim.inputs.sketch.asked import Sketch
from fairsim.inputs.sketch.sketch import write_fair

AT_MS = 44 * HOUR_MS
"""Eight in the evening of the second day."""


DAYS = "fair.days=3"


@pytest.fixture(scope="module")
def log() -> list[Event]:
    """The fair that does not change."""
    return log_of(DAYS, scale=0.02)


def branched(*changes: str, at_ms: int = AT_MS) -> list[Event]:
    """Return the log of a fair that changes at a moment."""
    fair = Fair(load_scenario("ciftis2020", scale=0.02, changes=[DAYS]), 7)
    fair.play_until(at_ms)
    log = fair.take_events()
    fair.change(load_scenario("ciftis2020", scale=0.02, changes=[DAYS, *changes]))
    return log + [event for _, events in slices(fair, HOUR_MS) for event in events]


def count(log: list[Event], *types: type[Event]) -> int:
    return sum(type(event) in types for event in log)


@pytest.mark.slow
def test_change_of_nothing_changes_nothing(log: list[Event]):
    assert branched() == log


CHANGES = {
    "negotiations.patience_mean_min=240": NegotiationLapsed,
    "negotiations.night_share=1": NegotiationTakenUp,
    "negotiations.negotiators_mean=5": NegotiationTakenUp,
    "negotiations.popularity_zipf=0.1": NegotiationRequested,
    "visits.overseas_per_delegate_day=2": VisitStarted,
    "streams.public_audience_mean=5000": None,
    "agreements.drafting_mean_h=1": None,
    "venue.domestic_share=1": None,
    "platform.again_mean_s=500": None,
}


@pytest.mark.slow
@pytest.mark.parametrize(("change", "kind"), CHANGES.items())
def test_fair_that_changes_is_lawful_the_same_until_then_and_another_soon_after(
    log: list[Event], change: str, kind: type[Event] | None
):
    changed = branched(change)
    before = [event for event in log if event.at_ms < AT_MS]
    assert (audit(changed), changed[: len(before)]) == ([], before)
    if kind is not None:  # the others show when the halls open, an agreement is drafted, or the platform is full
        parted = next(at for at, (one, other) in enumerate(zip(log, changed, strict=False)) if one != other)
        assert AT_MS <= changed[parted].at_ms <= AT_MS + 2 * HOUR_MS
        assert count(changed, kind) != count(log, kind)


def test_cap_that_changes_while_the_halls_are_open_is_told():
    changed = branched("venue.cap=5000", at_ms=36 * HOUR_MS)
    assert [event for event in changed if type(event) is CapChanged] == [CapChanged(at_ms=36 * HOUR_MS, cap=100)]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("fair.days=7", "fair.days is 3 and cannot become 7 while the fair is on"),
        ("programme.evening.count=9", "programme.evening.count is 5 and cannot become 9"),
        (
            "organisations.exhibitor_share=0.2",
            "organisations.fortune_500.exhibitor_share is 0.304 and cannot become 0.2 while the fair is on: it is laid"
            " out before the opening and follows organisations.exhibitor_share where it has no value of its own",
        ),
        ("venue.gate_lanes=5 5", "the number of gates cannot change"),
    ],
)
def test_what_is_laid_out_before_the_opening_cannot_change(change: str, complaint: str):
    with pytest.raises(ScenarioError, match=complaint):
        branched(change, at_ms=HOUR_MS)


SKETCH = Sketch(date(2027, 3, 12), 1, "UTC", "US", 60, 30, 1500, 12)
"""A day of halls from 10 o'clock on."""


def test_more_lanes_under_a_cap_that_fills_make_a_log_that_holds_its_laws(tmp_path: Path):
    write_fair(tmp_path / "mine", SKETCH)
    usual = ["venue.cap=60", "venue.check_mean_s=60"]
    few, many = (
        load_scenario(str(tmp_path / "mine"), changes=[*usual, lanes])
        for lanes in ("venue.gate_lanes=1 1", "venue.gate_lanes=8 8")
    )
    fair = Fair(few, 0)
    fair.play_until(10 * HOUR_MS)
    fair.change(many)
    fair.play_until(fair.duration_ms)
    assert audit(fair.take_events()) == []


def test_a_cap_that_rises_while_somebody_is_checked_lets_in_whom_it_allows(tmp_path: Path):
    write_fair(tmp_path / "mine", SKETCH)
    fair = Fair(load_scenario(str(tmp_path / "mine"), changes=["venue.cap=100", "venue.gate_lanes=3 3"]), 12)
    fair.play_until(11 * HOUR_MS)
    fair.inject(EntryCap(people=1000, lasts_min=600))
    fair.play_until(fair.duration_ms)
    assert audit(fair.take_events()) == []


def test_lanes_change_also_in_a_small_run_whose_scenario_closes_some(tmp_path: Path):
    entry = ["[[disruptions]]", 'kind = "lanes_closed"', "gate = 0", "lanes = 13", 'begins = "day 2 09:30"']
    file = tmp_path / "mine.toml"
    file.write_text("\n".join(['extends = "ciftis2020"', *entry, "lasts_min = 90"]))
    before = load_scenario(str(file), scale=0.1)
    check_change(before, load_scenario(str(file), scale=0.1, changes=["venue.gate_lanes=30 26 26 26 26"]))
    file.write_text(file.read_text().replace("13", "12"))
    with pytest.raises(ScenarioError, match="disruptions cannot change while the fair is on"):
        check_change(before, load_scenario(str(file), scale=0.1))
