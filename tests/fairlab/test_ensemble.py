from __future__ import annotations

import copy
import hashlib
import math
import re
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from tests.fairlab.conftest import SCALE
from tests.fairsim.runs import BRIEF, log_of

from fairfacts.clock import DAY_MS, HOUR_MS
from fairfacts.errors import LabError
from fairfacts.events import encode
from fairfacts.evidence.chance import load_chance
from fairfacts.measures import State, within
from fairfacts.parts.fairs import NO_FAIR
from fairlab.ensemble import Ensemble, paired, play_ensembles
from fairlab.replications import Replication, moment_ms
from fairlab.stopping import Plan, Until
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


def with_measure(ensemble: Ensemble, path: str, value: Any) -> Ensemble:
    """The ensemble, with another value of a measure in its second replication."""
    first, second, *rest = ensemble.replications
    measures = copy.deepcopy(second.measures)
    part, _, name = path.partition(".")
    measures[part] = measures[part] | {name: value} if name else value
    replaced = msgspec.structs.replace(second, measures=measures)
    return msgspec.structs.replace(ensemble, replications=(first, replaced, *rest))


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("negotiations.held", None, "negotiations.held of replication 1 is no number"),
        ("negotiations.held", "many", "negotiations.held of replication 1 is no number"),
        ("negotiations.held", {"a": 1}, "negotiations.held of replication 1 is no number"),
        ("negotiations.per_hour", 3, "negotiations.per_hour of replication 1 is no breakdown"),
        ("negotiations.per_hour", {"domestic": None}, "negotiations.per_hour of replication 1 is no breakdown"),
        ("run.scenario", 3, "run.scenario of replication 1 is no text"),
        ("venue", None, "a part of replication 1 is no object with measures"),
    ],
)
def test_measure_of_another_shape_is_named(ensemble, tmp_path, path, value, fault):
    with_measure(ensemble, path, value).save(tmp_path / "bad.json")
    with pytest.raises(LabError, match=re.escape(f"bad.json: holds no ensemble ({fault}); fair ensemble -o FILE")):
        Ensemble.load(tmp_path / "bad.json")


def test_file_whose_settings_or_replications_cannot_be_is_named(ensemble, tmp_path):
    first = msgspec.structs.replace(ensemble.replications[0], moments={"x": {}})
    second = msgspec.structs.replace(ensemble.replications[1], moments={"5": {}})
    for changed, fault in (
        ({"replications": ()}, "it has no replication"),
        ({"replications": (first,)}, "a moment is no number of milliseconds"),
        ({"replications": (ensemble.replications[0], second)}, "replication 1 holds other moments than the first"),
        ({"epoch": "soon"}, "epoch is 'soon'"),
        ({"scale": 0.0}, "its scale or duration is not over 0"),
    ):
        msgspec.structs.replace(ensemble, **changed).save(tmp_path / "bad.json")
        with pytest.raises(LabError, match=re.escape(f"bad.json: holds no ensemble ({fault}")):
            Ensemble.load(tmp_path / "bad.json")


def test_measure_that_an_earlier_release_did_not_count_may_be_missing(ensemble, tmp_path):
    second = ensemble.replications[1]
    negotiations = {name: value for name, value in second.measures["negotiations"].items() if name != "held"}
    older = with_measure(ensemble, "negotiations", negotiations)
    older.save(tmp_path / "older.json")
    assert Ensemble.load(tmp_path / "older.json") == older


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


def of_values(path: str, *values: float, **changes: object) -> Ensemble:
    """An ensemble whose replications have these values of a measure."""
    part, name = path.split(".")
    one = Replication(7, 0, 0, "", {part: {name: 0}}, {})
    played = tuple(replace(one, measures={part: {name: value}}) for value in values)
    duration_ms = changes.pop("duration_ms", 1)
    return Ensemble("mine", (), "", "", 1.0, 7, "", "", "", duration_ms, (), (), played, **changes)  # type: ignore[arg-type]


def test_ensembles_of_two_releases_are_paired_by_the_measures_that_are_numbers_in_both():
    one, other = of_values("venue.entered", 3, 4), of_values("venue.entered", 5, 7)
    shapes = [{"visits": {"started": {"by": 2}}, "stands": {}}, {"visits": {"started": 9}, "streams": {"viewers": 3}}]
    one, other = (
        replace(each, replications=tuple(replace(two, measures=two.measures | more) for two in each.replications))
        for each, more in zip((one, other), shapes, strict=True)
    )
    assert [(path, pair.difference.mean) for path, pair in paired(one, other).items()] == [("venue.entered", 2.5)]
    assert list(paired(other, one)) == ["venue.entered"]


@pytest.mark.parametrize(
    ("path", "values", "low", "high"),
    [
        ("negotiations.held", (392,), None, None),
        ("negotiations.held", (392, 392), 174.1, 609.9),  # as a count has it by chance: 392, of which half is known
        ("negotiations.held", (392,) * 20, 382.5, 401.5),
        ("negotiations.held", (300, 500), -1800.7, 2600.7),  # Student's: it varies more than that
        ("negotiations.lapse_share", (0.5, 0.5), None, None),  # nobody knows how it varies
        ("programme.held", (190, 190), 190, 190),  # given
    ],
)
def test_the_next_fair_varies_as_chance_makes_it_where_replications_are_alike(
    path: str, values: tuple[float, ...], low: float | None, high: float | None
):
    found = of_values(path, *values).next_one(path)
    assert found == (None if low is None else pytest.approx((low, high), abs=0.1))


def test_the_next_fair_varies_as_the_fair_itself_says():
    of_the_fair = replace(NO_FAIR, key="ciftis2020")
    low, high = of_values("negotiations.held", 108_800, 108_800, fair=of_the_fair).next_one("negotiations.held")
    held = load_chance("ciftis2020")["negotiations.held"]
    sd = math.hypot(108_800 * held.lasting, (108_800 * held.total) ** 0.5 * held.shrinking) / 2**0.5
    assert high - low == pytest.approx(2 * 12.706 * sd * 1.5**0.5, rel=0.001)
    of_seats = of_values("platform.rooms", 6000, 6000, fair=of_the_fair)
    assert of_seats.next_one("platform.rooms") == (6000, 6000)


def test_the_next_fair_varies_at_a_moment_as_the_fair_says_of_that_moment():
    path, (of_day_1, of_day_2) = "streams.views", (86_400_000, 2 * 86_400_000)
    played = of_values(path, 0, 0, fair=replace(NO_FAIR, key="ciftis2020", time_zone="Asia/Shanghai"))
    moments = {str(moment_ms): {"streams": {"views": 128_800}} for moment_ms in (of_day_1, of_day_2)}
    alike = replace(
        played,
        epoch="2020-09-04T00:00:00+08:00",
        replications=tuple(replace(each, moments=moments) for each in played.replications),
    )
    (low, high), (first, last) = alike.next_one(path, of_day_2), alike.next_one(path, of_day_1)
    of_day, of_end = load_chance("ciftis2020", "2020-09-06T00:00+08:00")[path], load_chance("ciftis2020")[path]
    ratio = math.sqrt(of_day.variance(128_800, 1.0) / of_end.variance(128_800, 1.0))
    assert (high - low) / (last - first) == pytest.approx(ratio)
    assert ratio != pytest.approx(1, abs=0.1)


def test_mean_of_nothing_is_left_out_of_the_mean_over_replications():
    """In half of small fairs nobody signed on site: their 0 h halved how long the others took."""
    empty = of_values("agreements.signed_on_site", 0, 3, 0, 1)
    hours = (0.0, 2.0, 0.0, 4.0)
    played = tuple(
        replace(each, measures={"agreements": each.measures["agreements"] | {"waited_on_site_mean_h": mean}})
        for each, mean in zip(empty.replications, hours, strict=True)
    )
    ensemble, other = (replace(empty, replications=each) for each in (played, (played[1], played[1], *played[2:])))
    estimated = ensemble.estimate("agreements.waited_on_site_mean_h")
    assert (estimated.replications, estimated.mean) == (2, 3.0)
    difference = paired(ensemble, other)["agreements.waited_on_site_mean_h"].difference
    assert (difference.replications, difference.mean) == (2, 0.0)  # where both have one


def of_members(path: str, *values: float, **changes: object) -> Ensemble:
    return of_values(path, *values, as_of="2020-09-05", **changes)


def test_median_stands_for_members_whose_parameters_differ_by_factors():
    """Four of six were below the figure, and their mean 25 % above it."""
    path, values = "negotiations.initiated", (2023, 2757, 3644, 4146, 7040, 21750)
    members, fairs = of_members(path, *values), of_values(path, *values)
    assert (members.middle(path), fairs.middle(path)) == (3895, pytest.approx(6893.3, abs=0.1))
    assert members.estimates()[path].median == 3895


def test_mean_time_of_members_is_no_longer_than_the_fair():
    """A wait of 38 days stood in the interval of a fair of six."""
    path, six_days_ms = "venue.waited_p90_s", 6 * DAY_MS
    members = of_members(path, 0.5, 900, 3000, duration_ms=six_days_ms)
    entered = (
        replace(each, measures={"venue": each.measures["venue"] | {"entered": 9}}) for each in members.replications
    )
    members = replace(members, replications=tuple(entered))
    assert members.next_one(path)[1] == members.estimates()[path].next_high == six_days_ms / 1000


def test_next_one_is_unknown_where_replications_are_alike_and_nothing_says_how_it_varies():
    """Five fairs without a wait said "0 to 0" of the next one, which had an hour."""
    alike = of_values("negotiations.waited_p50_s", 0, 0, 0)
    assert alike.estimates()["negotiations.waited_p50_s"].next_high == math.inf


def test_what_is_given_in_the_end_is_not_certain_before():
    path = "programme.held"
    alike = of_values(path, 190, 190)
    before = tuple(replace(each, moments={"1": each.measures}) for each in alike.replications)
    assert alike.next_one(path) == (190, 190)
    assert replace(alike, replications=before).next_one(path, 1) == (190, 190)  # nothing was still to come
    early = tuple(replace(each, moments={"1": {"programme": {"held": 120}}}) for each in alike.replications)
    low, high = replace(alike, replications=early).next_one(path, 1)
    assert low < 120 < high


def test_moment_outside_the_fair_is_refused():
    scenario = load_scenario("ciftis2020", scale=SCALE)
    with pytest.raises(LabError, match="--at: 2020-09-11 lies outside the fair; it lasts from 2020-09-04"):
        moment_ms("2020-09-11", scenario, "--at")
    with pytest.raises(LabError, match="--at: soon is no moment"):
        moment_ms("soon", scenario, "--at")


def test_estimates_have_the_interval_of_the_next_one_where_the_measure_can_be(ensemble):
    for path, found in ensemble.estimates().items():
        if (ends := ensemble.next_one(path)) is not None:
            assert (found.next_low, found.next_high) == within(path, *ends, ensemble.duration_ms), path


def test_a_sum_is_given_where_all_its_measures_are(ensemble):
    alike = msgspec.structs.replace(ensemble, replications=ensemble.replications[:1] * 2)
    for path, is_certain in (
        ("programme.counted_held + programme.online_only_held", True),
        ("programme.counted_held + negotiations.held", False),
    ):
        low, high = alike.next_one(path) or (0.0, 0.0)
        assert (low == high) is is_certain, path
