from __future__ import annotations

import hashlib

import msgspec
import pytest
from tests.fairlab.conftest import SCALE
from tests.fairsim.runs import log_of

from fairfacts.clock import DAY_MS, HOUR_MS
from fairfacts.errors import LabError, ScenarioError
from fairfacts.events import encode
from fairfacts.parts.disruptions import PlatformOutage
from fairlab.branch import Fork, Injected, check_fork, pairs_of, play_branch
from fairlab.pairs import pairs_by_measure
from fairsim.inputs.scenario import load_scenario

QUICK = ("streams.audience_mean=0", "venue.days=0", "programme.audience_per_seat=0")  # nothing here depends on them
EVENING_MS = DAY_MS + 20 * HOUR_MS + 500
OUTAGE = PlatformOutage(lasts_min=30)


def fork(*changes: str, **parts) -> Fork:
    scenario = load_scenario("ciftis2020", changes=QUICK, scale=SCALE)
    changed = load_scenario("ciftis2020", changes=(*QUICK, *changes), scale=SCALE)
    return Fork(scenario, 7, 0, EVENING_MS, changed, **parts)


@pytest.mark.slow
def test_branch_is_the_run_up_to_its_moment_and_differs_from_there():
    branched = play_branch(fork("negotiations.night_share=1"))
    log = log_of(*QUICK, scale=SCALE)
    assert branched.run_digest == hashlib.sha256(encode(log)).hexdigest()
    position, event = branched.parting.position, branched.parting.run
    assert msgspec.to_builtins(log[position]) == event
    assert event["at_ms"] >= EVENING_MS
    assert branched.parting.branch != event
    talks = pairs_by_measure(pairs_of([branched]))["negotiations.taken_up"]  # more, as some desks are kept in the night
    assert (
        talks.difference.mean
        == branched.branch["negotiations"]["taken_up"] - branched.run["negotiations"]["taken_up"]
        > 0
    )


@pytest.mark.slow
def test_branch_with_a_disruption_parts_where_it_begins():
    branched = play_branch(fork(disruptions=(OUTAGE,)))
    assert branched.parting.branch["type"] == "disruption.begun"
    assert branched.parting.branch["at_ms"] == EVENING_MS


@pytest.mark.slow
def test_branch_in_which_nothing_is_otherwise_is_the_run():
    branched = play_branch(fork(history=(Injected(EVENING_MS - HOUR_MS, OUTAGE),)))
    assert (branched.parting, branched.run) == (None, branched.branch)
    assert branched.run_digest == branched.branch_digest
    assert branched.run["disruptions"]["begun"] == 1  # what was injected into the run happens in both


def test_what_cannot_be_branched_is_refused_before_any_run():
    with pytest.raises(LabError, match="the branch changes nothing"):
        check_fork(fork())
    with pytest.raises(ScenarioError, match=r"venue.first_day is 2 and cannot become 3 while the fair is on"):
        check_fork(fork("venue.first_day=3"))
    late = msgspec.structs.replace(fork("negotiations.night_share=1"), at_ms=6 * DAY_MS)
    with pytest.raises(LabError, match="the run has ended by that moment"):
        check_fork(late)
