from __future__ import annotations

import pytest
from tests.full_disk import full_disk

from faircli.text import interval
from fairlab.ensemble import Ensemble

TINY = ("ciftis2020", "--scale", "0.01")


@pytest.mark.slow
def test_ensemble_is_kept_and_printed(fair):
    printed = fair.json("ensemble", *TINY, "-n", "3", "-o", "one.json", "--at", "2020-09-05 08:00")
    kept = Ensemble.load(fair.folder / "one.json")
    assert printed["digest"] == kept.digest
    assert printed["estimates"]["negotiations.initiated"]["mean"] == kept.estimate("negotiations.initiated").mean
    early = printed["moments"]["115200000"]["organisations.registered"]
    assert early["mean"] == kept.estimate("organisations.registered", 115_200_000).mean
    assert early["mean"] < printed["estimates"]["organisations.registered"]["mean"]
    remarks = [remark["about"] for report in printed["reports"] for remark in report["remarks"]]
    assert remarks == ["lanes", "economies", "counts", "peaks"]  # of a hundredth, as `fair run` says them


def test_an_interval_ends_where_its_measure_does():
    assert [interval(-0.2, 1.34, path) for path in ("negotiations.lapse_share", "negotiations.held", "")] == [
        "0 to 1",
        "0 to 1.34",
        "-0.2 to 1.34",
    ]
    assert interval(float("-inf"), float("inf"), "negotiations.lapse_share") == "unknown"


@pytest.mark.slow
def test_ensemble_is_held_against_figures_at_their_moments(fair):
    (fair.folder / "counted.csv").write_text(
        "id,value,measure,as_of\nmine,191000,venue.entered,2020-09-06\nevening,9000,streams.views,2020-09-05T20:00\n"
    )
    asked = (*TINY, "-n", "2", "-o", "held.json", "--figures", "counted.csv")
    printed = fair.json("ensemble", *asked)
    rows = {row["figure"]: row for row in printed["comparison"]}
    assert rows["mine"]["role"] == rows["evening"]["role"] == "held out"
    assert (
        rows["mine"]["simulated"]
        == Ensemble.load(fair.folder / "held.json").estimate("venue.entered", 259_200_000).mean
    )
    assert rows["venue.entries_second_day"]["low"] > 0  # of a moment as well, and documented
    assert printed["headline"].startswith("4 held-out figures: ")
    assert printed["refused"] == {}  # members
    assert [one["figure"] for one in printed["left_out"]] == ["economies.participating", "economies.top_traders"]
    assert fair.json("compare", "held.json", "--figures", "counted.csv")["comparison"] == printed["comparison"]
    shown = fair("ensemble", *asked)
    assert "coerced, lanes: venue.gate_lanes is" in shown.stderr
    assert "held out: " in shown.stdout
    assert printed["headline"] in " ".join(shown.stdout.split())


def test_figure_of_a_moment_that_is_not_played_is_refused_first(fair):
    (fair.folder / "late.csv").write_text("id,value,measure,as_of\nmine,1,venue.entered,2020-10-06\n")
    refused = fair("ensemble", *TINY, "--figures", "late.csv")
    assert refused.returncode == 2
    assert "figure mine: as_of" in refused.stderr
    assert "replications" not in refused.stderr


@pytest.mark.slow
def test_full_disk_costs_neither_the_result_nor_the_earlier_file(fair):
    (fair.folder / "good.json").write_text("good")
    with full_disk():
        done = fair("ensemble", *TINY, "-n", "2", "-o", "good.json")
    assert done.stdout.endswith(" ciftis2020\n")
    assert (done.returncode, "Error: good.json: cannot be written (File too large);" in done.stderr) == (2, True)
    assert [(one.name, one.read_text()) for one in fair.folder.iterdir()] == [("good.json", "good")]


@pytest.mark.slow
def test_condition_that_is_not_met_is_said_in_text_and_json(fair):
    asked = (
        "ensemble",
        "ciftis2020",
        "--scale",
        "0.001",
        "-n",
        "2",
        "--until",
        "negotiations.held=0.1%",
        "--most",
        "3",
    )
    done = fair(*asked)
    assert done.returncode == 0
    assert "not narrow enough after 3 replications: negotiations.held ± " in " ".join(done.stderr.split())
    told = fair.json(*asked)
    assert (told["until"]["is_met"], told["until"]["replications"], told["until"]["half_width"] > 0.001) == (
        False, 3, True,
    )  # fmt: skip
    mean = told["estimates"]["agreements.waited_on_site_mean_h"]
    assert mean["replications"] == 3  # of 3 that are all of nothing


@pytest.mark.slow
def test_one_replication_of_two_scenarios_has_no_interval(fair):
    """It was from -inf to inf, of measures that do not differ as well."""
    fair("ensemble", "ciftis2020", "--scale", "0.001", "-n", "1", "--against", "matchmaking", "-o", "a.json")
    shown = fair("compare", "a.json", "a-against.json").stdout
    assert "inf" not in shown
    assert "organisations.registered" not in shown
    assert " measures do not differ" in shown


@pytest.mark.slow
def test_second_scenario_is_held_against_the_first(fair):
    shown = fair("ensemble", *TINY, "-n", "3", "--against", "ciftis2020", "--against-set", "negotiations.night_share=1")
    assert shown.returncode == 0, shown.stderr
    assert "negotiations.lapsed " in shown.stdout
    assert "venue.entered" not in shown.stdout  # it does not differ


@pytest.mark.parametrize(
    ("arguments", "status", "complaint"),
    [
        (("calibrate", "ciftis2020", "-o", "found.txt"), 2, "is neither .toml"),
        (("calibrate", "ciftis2020", "--resume", "no/where.ndjson"), 2, "there is no folder no"),
        (("ensemble", "ciftis"), 2, "ciftis is no scenario; did you mean ciftis2020"),
        (("ensemble", *TINY, "--until", "negotiations.hold=1%"), 2, "did you mean negotiations.held"),
        (
            ("ensemble", *TINY, "-n", "5", "--until", "negotiations.held=1%", "--most", "3"),
            2,
            "--most 3: is less than the 5",
        ),
        (("ensemble", *TINY, "--at", "2020-10-01"), 2, "lies outside the fair"),
        (("ensemble", *TINY, "--against-set", "venue.cap=1"), 2, "add --against"),
        (("ensemble", *TINY, "-o", "no/where.json"), 2, "there is no folder no"),
    ],
)
def test_bad_experiment_is_refused(fair, arguments, status, complaint):
    done = fair(*arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert complaint in " ".join(done.stderr.split())


def test_seed_beyond_what_a_double_holds_is_refused(fair):
    refused = fair("ensemble", *TINY, "--seed", str(2**53))
    assert refused.returncode == 2
    assert "9007199254740992 is over 9007199254740991" in refused.stderr
