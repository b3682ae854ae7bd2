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
