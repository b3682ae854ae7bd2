"""`fair forecast`."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from unittest import mock

import pytest
from tests.faircli.fair import Fair

from fairfacts.evidence import forecast as forecasts
from fairfacts.evidence.forecast import Forecast
from fairfacts.evidence.profiles import HEADLINES
from fairlab.members import Members
from fairsim.inputs.sketch.asked import Sketch
from fairsim.inputs.sketch.sketch import write_fair


def test_a_kept_run_is_forecast_from_any_moment(played: tuple[Fair, dict[str, Any]]) -> None:
    fair, result = played
    whole = {row["measure"]: row for row in fair.json("forecast")["rows"]}
    came = result["measures"]["negotiations"]["initiated"]
    assert [whole["negotiations.initiated"][name] for name in ("now", "low", "expected", "high")] == [came] * 4
    told = fair.json("forecast", result["run"], "--at", "2020-09-06T12:00", "--level", "0.95")
    row = {row["measure"]: row for row in told["rows"]}["negotiations.initiated"]
    assert (told["run"], told["at_ms"], told["level"]) == (result["run"], 60 * 3_600_000, 0.95)
    assert row["now"] < row["low"] < came < row["high"]
    shown = fair("forecast", "--at", "2020-09-06T12:00").stdout
    assert f"{result['run']} at Sun 6 Sep 12:00: 80% intervals" in shown
    assert shown.splitlines()[-1].split()[0] == "venue.entered"


@pytest.mark.slow
def test_the_profile_of_a_fair_of_ones_own_is_learned_once_and_kept(fair: Fair) -> None:
    write_fair(fair.folder / "mine", Sketch(date(2027, 3, 12), 2, "America/New_York", "US", 40, 20, 400, 2))
    came = fair.json("run", "mine")["measures"]
    first = fair("forecast", "--at", "day 2 10:00", "--json")
    assert "Learned how such fairs go from 20 runs of mine, and kept it in mine/profile.csv" in first.stderr
    rows = {row["measure"]: row for row in json.loads(first.stdout)["rows"]}
    assert (list(rows), json.loads(first.stdout)["notes"]) == (list(HEADLINES), [])
    assert rows["venue.entered"]["low"] < came["venue"]["entered"] < rows["venue.entered"]["high"]
    again = fair("forecast", "--at", "day 2 10:00", "--json")
    assert (again.stdout, "Learned" in again.stderr) == (first.stdout, False)
    parameters = fair.folder / "mine" / "parameters.csv"
    text = parameters.read_text()
    parameters.write_text(text.replace("organisations.at_opening,40", "organisations.at_opening,-40"))
    faulty = fair.json("forecast", "--at", "day 2 10:00")
    assert faulty["rows"] == json.loads(first.stdout)["rows"]
    assert "The profile of mine cannot be learned or checked, as the fair has a fault by now: " in faulty["notes"][0]
    parameters.write_text(text.replace("organisations.at_opening,40", "organisations.at_opening,80"))
    of_before = fair.json("forecast", "--at", "day 2 10:00")
    assert of_before["rows"] == json.loads(first.stdout)["rows"]
    assert of_before["notes"] == [
        "mine has changed since it was played: the profile of mine may be of another fair than this run played."
    ]
    fair("run", "mine")
    cannot = "is of the fair before its change"
    with mock.patch("os.access", return_value=False):
        assert cannot in fair.json("forecast", "--at", "day 1 09:00")["notes"][0]
    assert "Learned how such fairs go" in fair("forecast", "--at", "day 1 09:00").stderr
    assert "Learned" not in fair("forecast", "--at", "day 1 09:00").stderr


def test_a_moment_that_is_none_is_refused(played: tuple[Fair, dict[str, Any]]) -> None:
    fair, _ = played
    done = fair("forecast", "--at", "noon")
    assert (done.returncode, done.stderr.startswith("Error: --at: noon is no moment; write ms")) == (2, True)


def test_a_moment_outside_the_fair_is_refused(played: tuple[Fair, dict[str, Any]]) -> None:
    fair, _ = played
    done = fair("forecast", "--at", "2030-01-01")
    assert (done.returncode, done.stderr) == (
        2,
        "Error: --at: 2030-01-01 lies outside the fair; it lasts from 2020-09-04 00:00 to 2020-09-10 00:00\n",
    )


def members_file(fair: Fair, name: str, scenario: str = "ciftis2020", draws: int = 8) -> str:
    each = tuple((f"visits.domestic_per_delegate_day={0.1 + 0.03 * number}",) for number in range(draws))
    Members(scenario, (), 0.001, 7, "2020-09-06", 1, (), each, {}, (), {}, 0).save(fair.folder / name)
    return name


def test_members_forecast_a_run_by_what_has_come_of_it(played: tuple[Fair, dict[str, Any]]) -> None:
    fair, result = played
    file = members_file(fair, "members.json")
    asked = ("forecast", result["run"], "--at", "2020-09-06T12:00", "--posterior", file, "--workers", "1")
    told = fair.json(*asked)
    rows = {row["measure"]: row for row in told["rows"]}
    usual = {row["measure"]: row for row in fair.json(*asked[:4])["rows"]}
    assert list(rows) == list(usual)
    assert rows["programme.counted_held"] == usual["programme.counted_held"]
    requests, was = rows["negotiations.initiated"], usual["negotiations.initiated"]
    assert (requests["now"], requests["figure"], requests["reported"]) == (was["now"], was["figure"], was["reported"])
    assert requests["now"] <= requests["low"] < requests["expected"] < requests["high"]
    assert requests["expected"] != was["expected"]
    later = "The members know figures up to 2020-09-06, which is later than the moment of the forecast."
    assert told["notes"][0] == later
    at_the_end = fair.json("forecast", result["run"], "--posterior", file)
    assert at_the_end["rows"] == fair.json("forecast", result["run"])["rows"]


def test_an_ensemble_says_that_members_are_played_more_than_once(fair: Fair) -> None:
    """Forty runs of ten members count as forty independent ones: they told the mean to a third of its true width."""
    played = ("ensemble", "ciftis2020", "--posterior", members_file(fair, "two.json", draws=2), "--scale", "0.001")
    often = fair(*played, "-n", "3", "--workers", "1")
    assert often.returncode == 0
    assert "-n 3: the 2 members of two.json are played more than once" in " ".join(often.stderr.split())
    once = fair(*played, "-n", "2", "--until", "run.events=0.001%", "--most", "9", "--workers", "1")
    assert ("more than once" in once.stderr, "2 runs in" in once.stdout) == (False, True)


def test_a_headline_of_which_none_was_reported_shows_its_0(
    played: tuple[Fair, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    fair, result = played
    reported = [(0.0, "="), (None, ""), (9.0, ">")]
    rows = [Forecast("agreements.signed", 9, 0.5, 18, 12, 27, "mine", *each) for each in reported]
    monkeypatch.setattr(forecasts, "forecast", lambda *_, **__: rows)
    shown = [line.split() for line in fair("forecast", result["run"]).stdout.splitlines()]
    assert [line[1:] for line in shown if line[:1] == ["agreements.signed"]] == [
        ["9", "18", "12", "27", "0"],
        ["9", "18", "12", "27"],
        ["9", "18", "12", "27", ">", "9"],
    ]


def test_members_of_another_scenario_are_named_and_those_of_another_fair_refused(
    played: tuple[Fair, dict[str, Any]],
) -> None:
    fair, result = played
    other = members_file(fair, "capped.json", "entry-cap")
    notes = fair.json("forecast", result["run"], "--posterior", other)["notes"]
    assert notes[0].startswith("The members were fitted to entry-cap, and this run plays ciftis2020:")
    refused = fair("forecast", result["run"], "--posterior", members_file(fair, "other.json", "cicpe2021"))
    assert refused.returncode == 2
    assert "fair calibrate ciftis2020 --as-of MOMENT -o FILE.json" in " ".join(refused.stderr.split())
