"""A fair that changes while it is on: the same until then, lawful and otherwise afterwards."""

from __future__ import annotations

import pytest

from fairfacts.auditor import audit
from fairfacts.errors import ScenarioError
from fairfacts.event import Event
from fairfacts.negotiations import NegotiationLapsed, NegotiationRequested, NegotiationTakenUp
from fairfacts.venue import CapChanged
from fairfacts.visits import VisitStarted
from fairsim.arrivals import HOUR_MS
from fairsim.fair import Fair, slices
from fairsim.scenario import load_scenario

AT_MS = 44 * HOUR_MS
"""Eight in the evening of the second day."""


def branched(*changes: str, at_ms: int = AT_MS) -> list[Event]:
    """Return the log of a fair that changes at a moment."""
    fair = Fair(load_scenario("ciftis2020", scale=0.02), 7)
    fair.play_until(at_ms)
    log = fair.take_events()
    fair.change(load_scenario("ciftis2020", scale=0.02, changes=changes))
    return log + [event for _, events in slices(fair, HOUR_MS) for event in events]


def count(log: list[Event], *types: type[Event]) -> int:
    return sum(type(event) in types for event in log)


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


@pytest.mark.parametrize("change", CHANGES)
def test_fair_that_changes_is_lawful_and_the_same_until_then(log: list[Event], change: str):
    changed = branched(change)
    before = [event for event in log if event.at_ms < AT_MS]
    assert (audit(changed), changed[: len(before)]) == ([], before)


@pytest.mark.parametrize(("change", "kind"), [(change, kind) for change, kind in CHANGES.items() if kind])
def test_change_shows_soon_after_it(log: list[Event], change: str, kind: type[Event]):
    changed = branched(change)
    parted = next(at for at, (one, other) in enumerate(zip(log, changed, strict=False)) if one != other)
    assert AT_MS <= changed[parted].at_ms <= AT_MS + HOUR_MS
    assert count(changed, kind) != count(log, kind)


def test_cap_that_changes_while_the_halls_are_open_is_told():
    changed = branched("venue.cap=5000", at_ms=36 * HOUR_MS)
    assert [event for event in changed if type(event) is CapChanged] == [CapChanged(36 * HOUR_MS, 100)]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("fair.days=7", "fair.days is 6 and cannot become 7 while the fair is on"),
        ("programme.evening=9", "programme.evening is 5 and cannot become 9"),
        ("venue.gate_lanes=5 5", "the number of gates cannot change"),
    ],
)
def test_what_is_laid_out_before_the_opening_cannot_change(change: str, complaint: str):
    with pytest.raises(ScenarioError, match=complaint):
        branched(change, at_ms=HOUR_MS)
