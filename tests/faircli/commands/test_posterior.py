"""`fair posterior`: what it asks of the method, and what it says of what that found."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from tests.faircli.fair import STOPPED, Fair
from tests.faircli.told import beside_small_scale

from fairlab import posterior, what_if
from fairlab.posterior import Posterior
from fairlab.what_if import WhatIf

RATE = "visits.domestic_per_delegate_day"
FOUND = msgspec.convert(
    {
        "scenario": "ciftis2020",
        "changes": (),
        "scale": 0.01,
        "seed": 7,
        "discrepancy": 0.02,
        "wave": {
            "runs": 12,
            "share": 0.031,
            "left": [{"name": RATE, "low": 0.15, "high": 0.3, "prior_low": 0.05, "prior_high": 0.8}],
            "emulator_errors": {},
        },
        "epsilons": (3.25, 1.5),
        "draws": [{"values": (0.2,), "weight": 0.5}, {"values": (0.22,), "weight": 0.5}],
        "marginals": [{"name": RATE, "mean": 0.21, "low": 0.2, "high": 0.22, "moved": 0.93}],
        "runs": 40,
    },
    Posterior,
)
EFFECTS = {
    "negotiations.lapsed": WhatIf(-1200.0, -2000.0, -400.0, 150.0, 300.0, 10),
    "run.events": WhatIf(0, 0, 0, 0, 0, 10),
    "agreements.value_mean_usd": WhatIf(-9, -20, 1, 5, 3, 7),
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the method was asked for; it finds the same at once."""
    said: dict[str, Any] = {}

    def find(*_: Any, **options: Any) -> Posterior:
        options.pop("on_stage")("wave of history matching")
        said.update(options)
        return FOUND

    def play(_space: Any, draws: Any, changes: Any, *_: Any, on_run: Any, **options: Any) -> dict[str, WhatIf]:
        on_run()
        said.update(options, draws=draws, changes=changes)
        return EFFECTS

    monkeypatch.setattr(posterior, "find_posterior", find)
    monkeypatch.setattr(what_if, "play_what_if", play)
    return said


def test_tables_say_what_is_plausible_and_what_was_drawn(fair: Fair, asked: dict[str, Any]) -> None:
    told = fair("posterior", "ciftis2020", "--scale", "0.5", "--wave", "12", "--draws", "5", "--workers", "1")
    assert (told.returncode, beside_small_scale(told.stderr)) == (0, "")
    assert asked == {"seed": 7, "wave": 12, "size": 5, "populations": 4, "discrepancy": 0.02}
    row = next(line.split() for line in told.stdout.splitlines() if line.startswith(RATE))
    assert row == [RATE, *["0.05", "to", "0.8", "0.15", "to", "0.3", "0.21", "0.2", "to", "0.22", "93.0%"]]
    assert "wave: 0.031 of the prior is plausible, after 12 runs" in told.stdout
    assert "off the worst target at most, in standard deviations: 3.25, 1.50" in told.stdout
    assert (
        "28 runs in" in told.stdout
    )  # of 40: the 12 of the wave count as they are played, and not where a file has them


def test_a_change_is_played_at_draws_and_measures_that_it_leaves_alone_are_not_shown(
    fair: Fair, asked: dict[str, Any]
) -> None:
    change = "negotiations.night_share=1"
    told = fair("posterior", "ciftis2020", "--what-if", change, "--what-if-draws", "3", "-o", "found.json")
    assert (asked["draws"], asked["changes"], asked["count"]) == (FOUND.draws, [change], 3)
    assert f"What if {change}" in told.stdout
    row = next(line for line in told.stdout.splitlines() if line.startswith("negotiations.lapsed"))
    assert row.split() == ["negotiations.lapsed", "-1,200", "-2,000", "to", "-400", "150", "300"]
    assert "run.events" not in told.stdout
    assert "agreements.value_mean_usd: of 7 of 10 draws; in the others a run has nothing to take it of" in told.stdout
    assert "not told, as fewer than two draws have anything to take them of: streams.watched_mean_s" in told.stdout
    assert "29 runs in" in told.stdout  # what was played for the change as well
    written = json.loads((fair.folder / "found.json").read_text())
    assert written["what_if"]["changes"] == [change]
    assert written["what_if"]["differences"]["negotiations.lapsed"]["mean"] == -1200
    assert written["marginals"][0]["name"] == RATE


def test_programs_get_one_object(fair: Fair, asked: dict[str, Any]) -> None:
    told = json.loads(fair("posterior", "ciftis2020", "--json").stdout)
    assert (told["runs"], told["what_if"]) == (40, {"changes": [], "differences": {}})
    assert told["wall_s"] >= 0


def test_draws_of_a_change_without_one_are_said_to_be_ignored(fair: Fair, asked: dict[str, Any]) -> None:
    assert (
        "--what-if-draws 3: is ignored without --what-if"
        in fair("posterior", "ciftis2020", "--what-if-draws", "3").stderr
    )


@pytest.mark.parametrize(("resume", "how"), STOPPED)
def test_who_stops_it_is_told_how_to_go_on(
    fair: Fair, monkeypatch: pytest.MonkeyPatch, resume: tuple[str, ...], how: str
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(posterior, "find_posterior", interrupted)
    done = fair("posterior", "ciftis2020", "--workers", "1", *resume)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, f"Error: {how}")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("-o", "found.csv"), "-o found.csv: ends in .csv; name a file in .json"),
        (("--what-if", "negotiations.night_share=2"), "negotiations.night_share is 2.0; allowed is 0 to 1"),
    ],
)
def test_what_cannot_be_played_or_written_is_refused_before_any_run(
    fair: Fair, asked: dict[str, Any], arguments: tuple[str, ...], why: str
) -> None:
    refused = fair("posterior", "ciftis2020", *arguments)
    assert (refused.returncode, asked) == (2, {})
    assert why in " ".join(refused.stderr.split())


@pytest.mark.parametrize("command", ["calibrate", "posterior"])
def test_figures_are_read_for_the_fair_that_is_played(fair: Fair, command: str) -> None:
    (fair.folder / "mine.csv").write_text("id,value,measure,as_of\nmine,100,visits.started,2020-09-08\n")
    done = fair(command, "ciftis2020", "--set", "fair.days=2", "--figures", "mine.csv")
    assert (done.returncode, done.stdout) == (2, "")
    assert "2020-09-08 lies outside the fair; it lasts from 2020-09-04 00:00 to 2020-09-06 00:00" in done.stderr
