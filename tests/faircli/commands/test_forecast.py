"""`fair forecast`."""

from __future__ import annotations

from typing import Any

from tests.faircli.fair import Fair


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
