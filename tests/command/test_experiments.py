from __future__ import annotations

import pytest

from fairlab.ensemble import Ensemble

TINY = ("ciftis2020", "--scale", "0.01")


def test_ensemble_is_kept_and_printed(fair):
    printed = fair.json("ensemble", *TINY, "-n", "3", "-o", "one.json", "--at", "2020-09-05 08:00")
    kept = Ensemble.load(fair.folder / "one.json")
    assert printed["digest"] == kept.digest
    assert printed["estimates"]["negotiations.initiated"]["mean"] == kept.estimate("negotiations.initiated").mean
    early = printed["moments"]["115200000"]["organisations.registered"]
    assert early["mean"] == kept.estimate("organisations.registered", 115_200_000).mean
    assert early["mean"] < printed["estimates"]["organisations.registered"]["mean"]


def test_second_scenario_is_held_against_the_first(fair):
    shown = fair("ensemble", *TINY, "-n", "3", "--against", "ciftis2020", "--against-set", "negotiations.night_share=1")
    assert shown.returncode == 0, shown.stderr
    assert "negotiations.lapsed " in shown.stdout
    assert "venue.entered" not in shown.stdout  # it does not differ


ONE_EVENING = """
extends = "ciftis2020"
[fair]
days = 2
[venue]
days = 0
[streams]
audience_mean = 0
[[calibration.parameters]]
name = "visits.domestic_per_delegate_day"
around = 1
factor = 3
reason = "a whole fair's negotiations in two days"
[[calibration.targets]]
figure = "negotiations.initiated"
reason = "there is no other"
"""


def test_scenario_is_calibrated_gone_on_with_and_played(fair):
    (fair.folder / "evening.toml").write_text(ONE_EVENING)
    asked = (
        "calibrate",
        "evening.toml",
        "--scale",
        "0.01",
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


@pytest.mark.parametrize(
    ("arguments", "status", "complaint"),
    [
        (("calibrate", "ciftis2020", "-o", "found.txt"), 2, "is neither .toml"),
        (("calibrate", "ciftis2020", "--resume", "no/where.ndjson"), 2, "there is no folder no"),
        (("ensemble", "ciftis"), 2, "ciftis is no scenario; did you mean ciftis2020"),
        (("ensemble", *TINY, "--until", "negotiations.hold=1%"), 2, "did you mean negotiations.held"),
        (("ensemble", *TINY, "--at", "2020-10-01"), 2, "lies outside the fair"),
        (("ensemble", *TINY, "--against-set", "venue.cap=1"), 2, "add --against"),
        (("ensemble", *TINY, "-o", "no/where.json"), 2, "there is no folder no"),
    ],
)
def test_bad_experiment_is_refused(fair, arguments, status, complaint):
    done = fair(*arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert complaint in " ".join(done.stderr.split())


def test_kept_run_is_branched(fair):
    run = fair.json("run", *TINY)
    branched = fair.json("branch", run["run"], "--at", "2020-09-05 20:00", "--set", "negotiations.night_share=1")
    assert branched["branches"][0]["run_digest"] == run["digest"]
    assert branched["parting"]["run"] != branched["parting"]["branch"]
    lapsed = branched["differences"]["negotiations.lapsed"]
    assert lapsed["run"]["mean"] == run["measures"]["negotiations"]["lapsed"]
    shown = fair(
        "branch", "--at", "2020-09-05 20:00", "--disrupt", '{"kind": "platform_outage", "lasts_min": 9}', "-n", "2"
    )
    assert "they part at position" in shown.stdout
    assert '"type":"disruption.begun"' in shown.stdout
    refused = fair("branch", "--at", "2020-09-05 20:00", "--set", "venue.days=3")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "cannot become 3 while the fair is on" in refused.stderr
