from __future__ import annotations

import math

import msgspec
import pytest
from tests.fairlab.conftest import SCALE

from fairfacts.errors import LabError
from fairfacts.figures import load_figures
from fairlab.calibrated import Calibration, Settings
from fairlab.calibration import Calibrator
from fairlab.keeping import write_scenario, write_seeds
from fairlab.recovery import recover
from fairlab.runs import Runs
from fairlab.targets import Aim, read_aim
from fairsim.scenario import load_scenario

QUICK = ("streams.audience_mean=0", "venue.days=0", "programme.audience_per_seat=0")  # nothing here depends on them
OFF = (*QUICK, "visits.domestic_per_delegate_day=0.61", "visits.overseas_per_delegate_day=0.27")  # +70 %, -40 %
SETTINGS = Settings(scale=SCALE, small=0.5, small_replications=2, full_rounds=2, full_replications=2, check=4)


def two_rates() -> Aim:
    aim = read_aim("ciftis2020", load_figures())
    free = tuple(one for one in aim.free if one.name.startswith("visits."))
    return Aim(free, tuple(one for one in aim.targets if one.name.startswith("negotiations.")))


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("calibration") / "runs.ndjson"


@pytest.fixture(scope="module")
def found(executor, kept) -> Calibration:
    return Calibrator("ciftis2020", OFF, two_rates(), SETTINGS, Runs(executor, 1, kept)).calibrate()


def test_parameters_that_are_far_off_are_fitted(found):
    given = {one.name: one.given for one in found.parameters}
    assert given == {"visits.domestic_per_delegate_day": 0.61, "visits.overseas_per_delegate_day": 0.27}
    for one in found.targets:
        assert abs(one.error) < 4 * one.checked.sd / math.sqrt(one.checked.replications) / one.checked.mean
    assert not any(one.missed for one in found.targets)
    assert all(one.moved > 0.9 and one.low < one.value < one.high for one in found.parameters)


def test_calibration_goes_on_from_its_runs(found, executor, kept):
    lines = kept.read_bytes().splitlines(keepends=True)
    kept.write_bytes(b"".join(lines[:-10]) + lines[-10][:40])  # it was stopped while it wrote the tenth to last
    again = Calibrator("ciftis2020", OFF, two_rates(), SETTINGS, Runs(executor, 1, kept)).calibrate()
    assert again.runs == 10
    assert msgspec.structs.replace(again, runs=found.runs, wall_s=found.wall_s) == found
    assert len(kept.read_bytes().splitlines()) == len(lines) == found.runs


def test_file_that_keeps_no_runs_is_named(executor, tmp_path):
    path = tmp_path / "other.ndjson"
    path.write_text("{}\n")
    with pytest.raises(LabError, match=r"other.ndjson: keeps no runs of a calibration"):
        Runs(executor, 1, path)


def test_known_parameters_are_recovered(executor):
    (recovery,) = recover("ciftis2020", QUICK, two_rates(), SETTINGS, Runs(executor, 1), 1)
    assert recovery.well
    assert all(one.inside for one in recovery.parameters)
    assert any(abs(math.log(one.truth / 0.4)) > 0.1 for one in recovery.parameters)


def test_calibration_comes_back_from_its_file(found, tmp_path):
    found.save(tmp_path / "found.json")
    assert Calibration.load(tmp_path / "found.json") == found


def test_scenario_that_is_written_plays_the_values(found, tmp_path):
    changed = msgspec.structs.replace(found, changes=(*OFF, "negotiations.night_share=0.2", "programme.slots_h=9 11"))
    write_scenario(changed, tmp_path / "mine.toml")
    visits = load_scenario(str(tmp_path / "mine.toml")).parameters
    assert [visits.visits.domestic_per_delegate_day, visits.visits.overseas_per_delegate_day] == [
        one.value for one in found.parameters
    ]
    assert (visits.negotiations.night_share, visits.programme.slots_h) == (0.2, (9, 11))


def test_seeds_are_written_with_intervals_and_nothing_else_is_changed(found, tmp_path):
    header = "name,value,unit,low,high,class,figures,scales,source\n"
    other = 'streams.audience_zipf,0.6,exponent,0,0.95,assumed,,,"a, b"\n'
    rate = "visits.domestic_per_delegate_day,9,visits,0,20,assumed,negotiations.initiated,,guessed\n"
    (tmp_path / "parameters.csv").write_text(header + other + rate)
    write_seeds(found, tmp_path)
    one = found.parameters[0]
    assert (tmp_path / "parameters.csv").read_text().splitlines() == [
        header.strip() + ",interval",
        'streams.audience_zipf,0.6,exponent,0,0.95,assumed,,,"a, b",',
        f"visits.domestic_per_delegate_day,{one.value:.5g},visits,0,20,calibrated,negotiations.initiated,,{one.reason},"
        f"{one.low:.5g} {one.high:.5g}".replace(one.reason, f'"{one.reason}"' if "," in one.reason else one.reason),
    ]
    assert Calibration.load(tmp_path / "calibration.json") == found


def test_measure_that_stays_zero_is_named(executor):
    aim = two_rates()
    none = msgspec.structs.replace(aim.targets[0], measure="agreements.signed_on_site")
    changes = (*QUICK, "agreements.on_site_share=0")
    with pytest.raises(LabError, match=r"agreements.signed_on_site is 0 in all 2 runs"):
        Calibrator("ciftis2020", changes, Aim(aim.free[:1], (none,)), SETTINGS, Runs(executor, 1)).calibrate()
