"""`fair calibrate`: the parameters of a scenario are fitted to its targets."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import msgspec
import pytest
from tests.faircli.fair import Fair

from faircli import predicting
from faircli.commands import calibrate
from fairlab import calibration, recovery
from fairlab.calibration import Calibrator
from fairlab.members import Interval, Members, Prediction
from fairlab.recovery import Recovered, Recovery
from fairlab.store import calibration_of
from fairsim.inputs.sketch.asked import Sketch
from fairsim.inputs.sketch.sketch import write_fair

SKETCH = Sketch(date(2027, 3, 12), 1, "America/New_York", "US", 40, 20, 100, 2)

ONE_EVENING = """
extends = "ciftis2020"
[fair]
days = 2
[venue]
days = 0
[[calibration.parameters]]
name = "visits.domestic_per_delegate_day"
around = 1
factor = 3
reason = "a whole fair's negotiations in two days"
[[calibration.targets]]
figure = "negotiations.initiated"
reason = "there is no other"
"""
FEW_SESSIONS = """
[programme]
streamed = 1
online_only = 0
summit_forum = { count = 0 }
industry_forum = { count = 0 }
industry_promotion = { count = 0 }
foreign_day = { count = 0 }
provincial = { count = 0 }
evening = { count = 0 }
"""


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the documented size be played four times, not twenty."""

    def calibrator(*asked: Any) -> Calibrator:
        settings = msgspec.structs.replace(asked[3], full_replications=4)
        return Calibrator(*asked[:3], settings, *asked[4:])

    monkeypatch.setattr(calibration, "Calibrator", calibrator)


@pytest.mark.slow
@pytest.mark.usefixtures("_few")
def test_scenario_is_calibrated_gone_on_with_and_played(fair: Fair) -> None:
    (fair.folder / "evening.toml").write_text(ONE_EVENING + FEW_SESSIONS)
    asked = (
        "calibrate",
        "evening.toml",
        "--scale",
        "0.002",
        "--small",
        "0.5",
        "--check",
        "2",
        "--resume",
        "runs.ndjson",
    )
    found = fair.json(*asked, "-o", "fitted.toml")
    assert found["parameters"][0]["value"] > 0.5  # six days of visits in two
    again = fair(*asked)
    assert "0 runs in" in again.stdout
    assert f"{found['parameters'][0]['value']:.5g}" in again.stdout
    assert "weakest direction: visits.domestic_per_delegate_day" in again.stdout
    played = fair.json("scenarios", "show", "fitted.toml")
    values = {one["name"]: one["value"] for one in played["parameters"]}
    assert values["visits.domestic_per_delegate_day"] == found["parameters"][0]["value"]


def test_a_calibration_that_failed_says_so_plainly_and_shows_no_interval(capsys: pytest.CaptureFixture[str]) -> None:
    shipped = calibration_of("ciftis2020")
    assert shipped is not None
    met = tuple(msgspec.structs.replace(each, missed=False) for each in shipped.targets)
    calibrate._show(msgspec.structs.replace(shipped, targets=met))
    assert "not fitted" not in capsys.readouterr().out
    missed = msgspec.structs.replace(shipped.targets[0], missed=True, within=False, error=0.29)
    calibrate._show(msgspec.structs.replace(shipped, targets=(missed, *met[1:])))
    shown = capsys.readouterr().out
    assert f"not fitted: {missed.name} is missed by +29.0%" in shown
    assert "The calibration failed" in shown
    low = f"{shipped.parameters[0].low:.5g}"
    assert low not in shown


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            ("-o", "found.txt"),
            "-o found.txt: is neither .toml",
        ),
        (("--resume", "no/where.ndjson"), "--resume no/where.ndjson: there is no folder no; make it, or name another"),
        (("--figures", "no.csv"), "no.csv: cannot be read"),
        (("--resume", "r" * 300), "r: cannot be read or written (File name too long); name another file"),
        (("--resume", "."), "--resume .: is a folder; name a file in it"),
    ],
)
def test_a_calibration_that_cannot_be_made_is_refused(fair: Fair, arguments: tuple[str, ...], complaint: str) -> None:
    done = fair("calibrate", "ciftis2020", *arguments)
    assert (done.returncode, done.stdout, complaint in done.stderr) == (2, "", True), done.stderr


@pytest.mark.parametrize("command", ["calibrate", "posterior"])
def test_fair_without_figures_is_fitted_to_no_other_fair(fair: Fair, command: str) -> None:
    write_fair(fair.folder / "mine", SKETCH)
    (fair.folder / "evening.toml").write_text(ONE_EVENING.replace("ciftis2020", "mine"))
    done = fair(command, "evening.toml")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip() == (
        "Error: the fair mine has no figures: write mine/figures.csv, or give figures with --figures FILE.csv"
    )


@pytest.mark.slow
def test_members_predict_what_was_not_known_and_an_ensemble_plays_them(
    fair: Fair, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("calibrate", "ciftis2020", "--as-of", "2020-09-05", "--members", "10", "--rounds", "1")
    found = fair.json(*asked, "--scale", "0.002", "--small", "1", "--workers", "1", "-o", "members.json")
    roles = {row["figure"]: row["role"] for row in found["predictions"]}
    assert (roles["people.second_morning"], roles["negotiations.initiated"]) == ("fitted", "predicted")
    played = ("ensemble", "ciftis2020", "--posterior", "members.json", "-n", "2", "--scale", "0.002", "-o", "e.json")
    assert fair(*played, "--workers", "1").returncode == 0
    rows = {row["figure"]: row["role"] for row in fair.json("compare", "e.json")["comparison"]}
    assert rows["people.registered_at_opening"] == "calibrated"
    assert rows["negotiations.initiated"] == "calibrated"  # the middle of the priors knows it
    assert rows["sessions.second_day"] == "held out"  # known, and moved by no member
    by_name = {row["figure"]: row for row in fair.json("compare", "e.json")["comparison"]}
    assert (by_name["sessions.second_day"]["z"], by_name["sessions.second_day"]["low"]) == (None, 41)
    predicting._show(Members.load(fair.folder / "members.json"), ["negotiations.initiated"])
    told = capsys.readouterr().out
    assert "The middle of the priors knows 1 of these, as the fair is calibrated to them: no blind test." in told
    assert "Which of them was moved most, 39 members or more can tell." in told


@pytest.mark.parametrize(
    ("inside", "status", "shown"), [(True, 0, "yes"), (None, 0, "not identified"), (False, 1, "no")]
)
def test_the_method_is_tested_on_parameters_that_are_known(
    fair: Fair, monkeypatch: pytest.MonkeyPatch, inside: bool | None, status: int, shown: str
) -> None:
    recovered = Recovered("visits.browse_mean_min", 5.0, 5.25, 4.0, 6.0, 0.9, inside)
    monkeypatch.setattr(recovery, "recover", lambda *_: iter([Recovery((recovered,), 12)]))
    told = fair("calibrate", "ciftis2020", "--recover", "1", "--write")
    assert told.returncode == status
    assert f"{1 - status} of 1 recovered" in told.stdout
    row = next(line for line in told.stdout.splitlines() if recovered.name in line)
    assert row.split() == f"1 {recovered.name} 5 5.25 4 to 6 90.0% {shown}".split()
    assert told.stderr.startswith("Warning: --write: is ignored with --recover")
    plain = json.loads(fair("calibrate", "ciftis2020", "--recover", "1", "--json").stdout)
    assert (plain["well"], plain["of"]) == (1 - status, 1)


def test_what_predicting_does_not_use_is_said(fair: Fair) -> None:
    done = fair(
        "calibrate", "ciftis2020", "--as-of", "never", "--write", "--check", "20", "--coverage", "--rounds", "4"
    )
    assert (done.returncode, done.stdout) == (2, "")
    fitting, moving, *_, refused = done.stderr.splitlines()
    assert fitting == "Warning: --check and --write: are ignored with --as-of, which writes nothing but -o FILE.json"
    assert moving.startswith("Warning: --rounds: is ignored with --coverage")
    assert refused.startswith("Error: --as-of: never is no moment")


def test_what_fitting_does_not_use_is_said(fair: Fair) -> None:
    done = fair("calibrate", "ciftis2020", "--by", "1.5", "--coverage", "--resume", ".")
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == "Warning: --by and --coverage: are ignored without --as-of"


@pytest.mark.parametrize("mode", [(), ("--as-of", "2020-09-05"), ("--as-of", "2020-09-05", "--coverage")])
def test_no_mode_takes_a_figure_to_hold_back_that_does_not_exist(fair: Fair, mode: tuple[str, ...]) -> None:
    done = fair("calibrate", "ciftis2020", "--hold-back", "x", *mode)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: --hold-back x: is no figure with a measure; ")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ([(True, False), (False, False)], "1 of 2 predicted figures lie in their interval."),
        (
            [(True, True), (True, False), (False, False)],
            "2 of 3 predicted figures lie in their interval, 1 of them open: the interval would hold half or twice the"
            " figure.",
        ),
    ],
)
def test_figures_in_intervals_that_say_little_are_counted_apart(said: list[tuple[bool, bool]], words: str) -> None:
    of = Interval(1.0, 2.0, 3.0)
    predictions = [Prediction("asked", "predicted", "=", "", 2.0, 0.0, of, of, *each) for each in said]
    assert predicting.inside(predictions) == words
