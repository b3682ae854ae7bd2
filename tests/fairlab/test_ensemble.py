from __future__ import annotations

import hashlib

import pytest
from tests.fairlab.conftest import SCALE
from tests.fairsim.runs import BRIEF, log_of

from fairfacts.clock import DAY_MS, HOUR_MS
from fairfacts.errors import LabError
from fairfacts.events import encode
from fairfacts.measures import State
from fairlab.ensemble import Ensemble, Plan, Until, paired, play_ensembles, read_until
from fairlab.replications import moment_ms
from fairsim.inputs.scenario import load_scenario


def test_replication_is_the_run_of_its_seed_and_number(ensemble):
    log = log_of(*BRIEF, scale=SCALE, seed=7, replication=2)
    state = State()
    state.fold(log)
    replication = ensemble.replications[2]
    assert replication.digest == hashlib.sha256(encode(log)).hexdigest()
    assert replication.measures == state.snapshot()


def test_ensemble_comes_back_from_its_file(ensemble, tmp_path):
    path = tmp_path / "ensemble.json"
    ensemble.save(path)
    loaded = Ensemble.load(path)
    assert loaded == ensemble
    assert loaded.digest == ensemble.digest
    assert loaded.estimates() == ensemble.estimates()


def test_file_that_holds_no_ensemble_is_named(tmp_path):
    path = tmp_path / "other.json"
    path.write_text('{"kind": "other"}')
    with pytest.raises(LabError, match=r"other.json: holds no ensemble .*fair ensemble -o FILE"):
        Ensemble.load(path)


def test_moment_is_folded_with_what_happens_in_it(executor):
    scenario = load_scenario("ciftis2020", changes=BRIEF, scale=SCALE)
    at_ms = moment_ms("2020-09-05 08:00", scenario, "--at")
    assert at_ms == DAY_MS + 8 * HOUR_MS
    plan = Plan(1, moments_ms=(at_ms,))
    (ensemble,) = play_ensembles([("ciftis2020", BRIEF, scenario)], 7, executor, 1, plan)
    state = State()
    state.fold(event for event in log_of(*BRIEF, scale=SCALE, seed=7) if event.at_ms <= at_ms)
    assert ensemble.replications[0].moments == {str(at_ms): state.snapshot()}
    assert ensemble.estimate("organisations.registered", at_ms).mean == state.snapshot()["organisations"]["registered"]


@pytest.mark.slow
def test_paired_scenarios_share_their_random_numbers(executor, ensemble):
    changes = (*BRIEF, "negotiations.patience_mean_min=75")
    asked = [
        ("ciftis2020", changed, load_scenario("ciftis2020", changes=changed, scale=SCALE))
        for changed in (BRIEF, changes)
    ]
    one, other = play_ensembles(asked, 7, executor, 1, Plan(4))
    assert one == ensemble
    pairs = paired(one, other)
    assert pairs["organisations.registered"].difference.mean == pairs["venue.entered"].difference.sd == 0
    lapsed = pairs["negotiations.lapsed"]
    assert lapsed.difference.mean == pytest.approx(lapsed.b.mean - lapsed.a.mean)
    assert lapsed.difference.high < 0  # patience saves what would lapse
    assert lapsed.gain > 1


def test_ensembles_of_other_seeds_are_no_pair(ensemble, executor):
    scenario = load_scenario("ciftis2020", changes=BRIEF, scale=SCALE)
    (other,) = play_ensembles([("ciftis2020", BRIEF, scenario)], 8, executor, 1, Plan(1))
    with pytest.raises(LabError, match="are no pair"):
        paired(ensemble, other)


@pytest.mark.slow
def test_ensemble_stops_when_the_interval_has_been_narrow_three_times(executor):
    scenario = load_scenario("ciftis2020", changes=BRIEF, scale=SCALE)
    until, seen = Until("visits.started", 0.15, relative=True), []
    plan = Plan(2, until, most=40, digest=False)
    told = lambda count, found: seen.append((count, found is not None and until.holds(found)))  # noqa: E731
    (ensemble,) = play_ensembles([("ciftis2020", BRIEF, scenario)], 7, executor, 1, plan, told)
    narrow = [held for _, held in seen]
    assert narrow[-3:] == [True] * 3
    assert all(narrow[place : place + 3] != [True] * 3 for place in range(len(narrow) - 3))
    assert len(ensemble.replications) == len(seen) < 40


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("negotiations.hold=1%", "did you mean negotiations.held"),
        ("negotiations.held", "write negotiations.held=0.5% or"),
        ("negotiations.held=-3", "-3 is no width"),
        ("negotiations.held=wide%", "wide% is no width"),
    ],
)
def test_bad_width_is_refused(text, remedy):
    with pytest.raises(LabError, match=remedy):
        read_until(text)


def test_moment_outside_the_fair_is_refused():
    scenario = load_scenario("ciftis2020", scale=SCALE)
    with pytest.raises(LabError, match="--at: 2020-09-11 lies outside the fair; it lasts from 2020-09-04"):
        moment_ms("2020-09-11", scenario, "--at")
    with pytest.raises(LabError, match="--at: soon is no moment"):
        moment_ms("soon", scenario, "--at")
