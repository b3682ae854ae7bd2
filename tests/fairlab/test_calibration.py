from __future__ import annotations

import math

import msgspec
import pytest
from tests.fairlab.conftest import SCALE
from tests.full_disk import full_disk

from fairfacts.errors import LabError, ScenarioError
from fairfacts.evidence.folder import known_fair
from fairlab import evaluations
from fairlab.calibrated import Calibration, Settings
from fairlab.calibration import Calibrator
from fairlab.evaluations import Evaluator
from fairlab.recovery import recover
from fairlab.store import write_scenario
from fairlab.targets import CalibrationProblem, read_problem
from fairsim.inputs.scenario import load_scenario

FIGURES = known_fair("ciftis2020").figures

OFF = ("visits.domestic_per_delegate_day=0.35", "visits.overseas_per_delegate_day=0.19")  # +70 %, -40 %
SETTINGS = Settings(scale=SCALE, small=0.5, small_replications=4, full_rounds=2, full_replications=8, check=8)


def two_rates() -> CalibrationProblem:
    problem = read_problem("ciftis2020", FIGURES)
    free = tuple(one for one in problem.free if one.name.startswith("visits."))
    return CalibrationProblem(free, tuple(one for one in problem.targets if one.name.startswith("negotiations.")))


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("calibration") / "runs.ndjson"


@pytest.fixture(scope="module")
def found(executor, kept, quick) -> Calibration:
    return Calibrator("ciftis2020", OFF, two_rates(), SETTINGS, Evaluator(executor, 1, kept)).calibrate()


def test_parameters_that_are_far_off_are_fitted(found):
    given = {one.name: one.given for one in found.parameters}
    assert given == {"visits.domestic_per_delegate_day": 0.35, "visits.overseas_per_delegate_day": 0.19}
    for one in found.targets:
        assert abs(one.error) < 4 * one.checked.sd / math.sqrt(one.checked.replications) / one.checked.mean
    assert not any(one.missed for one in found.targets)
    assert all(one.moved > 0.9 and one.low < one.value < one.high for one in found.parameters)


def test_calibration_goes_on_from_its_runs(found, executor, kept):
    lines = kept.read_bytes().splitlines(keepends=True)
    kept.write_bytes(b"".join(lines[:-10]) + lines[-10][:40])  # it was stopped while it wrote the tenth to last
    again = Calibrator("ciftis2020", OFF, two_rates(), SETTINGS, Evaluator(executor, 1, kept)).calibrate()
    assert again.runs == 10
    assert msgspec.structs.replace(again, runs=found.runs, wall_s=found.wall_s) == found
    assert len(kept.read_bytes().splitlines()) == len(lines) == found.runs


def test_file_that_keeps_no_runs_is_named(executor, tmp_path):
    path = tmp_path / "other.ndjson"
    path.write_text("{}\n")
    with pytest.raises(LabError, match=r"other.ndjson: holds no runs of a calibration"):
        Evaluator(executor, 1, path)


@pytest.mark.parametrize(
    "content", ['{"mine": [1, 2, 3]}', "notes without a newline", '{"key":"a","totals":[]}\nnotes']
)
def test_file_of_somebody_elses_keeps_its_last_line(executor, tmp_path, content):
    path = tmp_path / "mine.json"
    path.write_text(content)
    with pytest.raises(LabError, match=r"mine.json: ends in what is no run .* name another file, or remove its"):
        Evaluator(executor, 1, path)
    assert path.read_text() == content


def test_file_whose_whole_last_line_is_another_record_keeps_it(executor, tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(content := '{"key":"mine","value":3}')
    with pytest.raises(LabError, match=r"mine.json: holds no runs of a calibration"):
        Evaluator(executor, 1, path)
    assert path.read_text() == content


def test_known_parameters_are_recovered(executor, quick):
    (recovery,) = recover("ciftis2020", (), two_rates(), SETTINGS, Evaluator(executor, 1), 1)
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


def test_what_a_scenario_was_fitted_to_speaks_for_nothing(found, tmp_path):
    write_scenario(found, tmp_path / "mine.toml")
    (tmp_path / "next.toml").write_text('extends = "mine.toml"\n')
    names = {target.name for target in found.targets}
    assert names
    for played in (
        load_scenario(str(tmp_path / "mine.toml")),
        load_scenario(str(tmp_path / "next.toml")),
        load_scenario(str(tmp_path / "mine.toml"), changes=["negotiations.night_share=0.3"]),
    ):
        assert names <= set(played.calibrated)
        assert not names & set(played.inputs)
    (tmp_path / "wrong.toml").write_text('extends = "ciftis2020"\nfitted_to = "visitors"\n')
    with pytest.raises(ScenarioError, match=r"wrong.toml: fitted_to is 'visitors'; write a list of figures"):
        load_scenario(str(tmp_path / "wrong.toml"))


def test_scenario_that_is_written_extends_a_shipped_fair_by_its_name(found, tmp_path):
    write_scenario(msgspec.structs.replace(found, scenario="itbnow2021"), tmp_path / "fitted.toml")
    assert (tmp_path / "fitted.toml").read_text().splitlines()[0] == 'extends = "itbnow2021"'
    assert load_scenario(str(tmp_path / "fitted.toml")).fair.key == "itbnow2021"


def test_scenario_that_is_written_names_its_base_by_a_relative_path_and_keeps_its_texts(found, tmp_path):
    (tmp_path / "bases").mkdir()
    base = tmp_path / "bases" / "mine.toml"
    base.write_text('extends = "ciftis2020"\ntitle = "Mine"\nquestion = "What if \\"so\\"?"\n')
    (tmp_path / "out").mkdir()
    write_scenario(msgspec.structs.replace(found, scenario=str(base)), tmp_path / "out" / "fitted.toml")
    text = (tmp_path / "out" / "fitted.toml").read_text()
    assert text.splitlines()[0] == 'extends = "../bases/mine.toml"'
    assert str(tmp_path) not in text
    (tmp_path / "out").rename(tmp_path / "moved")
    fitted = load_scenario(str(tmp_path / "moved" / "fitted.toml"))
    assert (fitted.title, fitted.question) == ("Mine", 'What if "so"?')


def test_calibration_that_failed_says_so_and_claims_no_interval(found, tmp_path):
    missed = msgspec.structs.replace(found.targets[0], missed=True, error=0.29)
    failed = msgspec.structs.replace(found, targets=(missed, *found.targets[1:]))
    assert failed.failures == [f"not fitted: {missed.name} is missed by +29.0%"]
    write_scenario(failed, tmp_path / "failed.toml")
    text = (tmp_path / "failed.toml").read_text()
    assert f"# not fitted: {missed.name} is missed by +29.0%" in text
    assert text.count("no interval") == len(found.parameters)


def test_measure_that_stays_zero_is_named(executor, quick):
    problem = two_rates()
    none = msgspec.structs.replace(problem.targets[0], measure="agreements.signed_on_site")
    changes = ("agreements.on_site_share=0",)
    with pytest.raises(LabError, match=r"agreements.signed_on_site is 0 in all 4 runs"):
        Calibrator(
            "ciftis2020", changes, CalibrationProblem(problem.free[:1], (none,)), SETTINGS, Evaluator(executor, 1)
        ).calibrate()


def test_half_a_line_of_stored_runs_is_cut_off_where_the_disk_is_full(tmp_path):
    path = tmp_path / "runs.ndjson"
    path.write_bytes(whole := msgspec.json.encode(evaluations.EvaluationResult("key", ())) + b"\n")
    path.write_bytes(whole + b'{"key":"ha')
    with full_disk(0):
        assert list(evaluations._read(path)) == ["key"]
    assert path.read_bytes() == whole
