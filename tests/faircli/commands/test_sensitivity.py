"""`fair sensitivity`: tables, a plot, and what would be worth measuring."""

from __future__ import annotations

import json

import pytest
from tests.faircli.fair import STOPPED, Fair
from tests.fairlab.known_totals import FACTORS, totals
from tests.full_disk import full_disk

from fairlab import sensitivity
from fairlab.evaluations import Evaluator


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sensitivity, "factors_of", lambda *_: (FACTORS, {"venue.days": "is a day"}))
    monkeypatch.setattr(Evaluator, "play", totals)


@pytest.mark.slow
def test_plot_and_tables_say_what_decides_a_measure_and_would_be_worth_measuring(fair: Fair) -> None:
    told = fair("sensitivity", "ciftis2020", "--measure", "visits.started", "-o", "found.svg", "--workers", "1")
    assert "Worth measuring first: visits.browse_mean_min" in told.stdout
    assert "1 assumed parameters were not varied" in told.stdout
    assert "\n0 runs in" in told.stdout  # the totals were known without
    assert "visits.browse_mean_min" in (fair.folder / "found.svg").read_text()
    fair("sensitivity", "ciftis2020", "--measure", "visits.started", "-o", "found.json", "--workers", "1")
    written = json.loads((fair.folder / "found.json").read_text())
    assert (written["left_out"], list(written["base"])) == ({"venue.days": "is a day"}, ["visits.started"])


@pytest.mark.slow
def test_full_disk_costs_neither_the_result_nor_the_earlier_plot(fair: Fair) -> None:
    (fair.folder / "found.svg").write_text("good")
    with full_disk():
        told = fair("sensitivity", "ciftis2020", "--measure", "visits.started", "-o", "found.svg", "--workers", "1")
    assert "Worth measuring first: visits.browse_mean_min" in told.stdout
    assert (told.returncode, "Error: found.svg: cannot be written " in told.stderr) == (2, True)
    assert (fair.folder / "found.svg").read_text() == "good"


@pytest.mark.parametrize(("resume", "how"), STOPPED)
def test_who_stops_it_is_told_how_to_go_on(
    fair: Fair, monkeypatch: pytest.MonkeyPatch, resume: tuple[str, ...], how: str
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Evaluator, "play", interrupted)
    done = fair("sensitivity", "ciftis2020", "--measure", "visits.started", "--workers", "1", *resume)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, f"Error: {how}")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--measure", "venue.inside_pek"), "is no measure that is one number; did you mean venue.inside_peak"),
        (("--measure", "venue.entered_per_day"), "is no measure that is one number"),
        (("--samples", "12"), "--samples 12: is no power of 2; write 16 or 32"),
        (("-o", "found.pdf"), "ends in .pdf; name a file in .json or .svg or .png"),
    ],
)
def test_what_cannot_be_found_is_refused_before_any_run(arguments: tuple[str, ...], why: str, fair: Fair) -> None:
    refused = fair("sensitivity", "ciftis2020", *arguments)
    assert refused.returncode == 2
    assert why in " ".join(refused.stderr.replace("│", " ").split())
