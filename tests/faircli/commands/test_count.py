"""`fair count`: a run's headlines under other definitions."""

from __future__ import annotations

from typing import Any

from tests.faircli.fair import Fair

from cloudfair.store.log import Log
from faircli.defaults import DATABASE


def test_headlines_are_counted_by_other_rules(played: tuple[Fair, dict[str, Any]]) -> None:
    fair, result = played
    told = fair.json("count", result["run"])
    counts = {row["rule"]: row["count"] for row in told["counts"]}
    measures = result["measures"]
    assert (counts["sessions.counted"], counts["sessions.without_evening"], counts["sessions.with_summit"]) == (
        190,
        185,
        191,
    )
    assert (counts["industry_forums.with_promotions"], counts["industry_forums.without_promotions"]) == (134, 116)
    assert counts["organisations.registered"] == measures["organisations"]["registered"]
    assert counts["negotiations.held"] == measures["negotiations"]["held"]
    assert counts["negotiations.wishes"] == measures["negotiations"]["initiated"] - measures["negotiations"]["repeated"]
    assert counts["visitors.people"] == measures["venue"]["visitors"] < counts["visitors.entries"]
    assert counts["organisations.exhibiting"] < counts["organisations.attending"] < counts["organisations.registered"]


def test_rules_are_chosen_by_name_or_headline(played: tuple[Fair, dict[str, Any]]) -> None:
    fair, result = played
    told = fair.json("count", result["run"], "--rule", "sessions.without_evening", "--rule", "visitors")
    assert [row["rule"] for row in told["counts"]] == [
        "sessions.without_evening",
        "visitors.entries",
        "visitors.people",
        "visitors.visits",
    ]
    lines = fair("count", result["run"], "--rule", "sessions").stdout.splitlines()
    assert [line.split()[0] for line in lines[2:5]] == [
        "sessions.counted",
        "sessions.without_evening",
        "sessions.with_summit",
    ]


def test_unknown_rule_is_refused_before_anything_is_counted(played: tuple[Fair, dict[str, Any]]) -> None:
    fair, result = played
    done = fair("count", result["run"], "--rule", "session")
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        "Error: --rule session: is no rule; did you mean sessions? (fair count --help)\n",
    )


def test_run_that_goes_on_has_no_final_counts(own: tuple[Fair, str]) -> None:
    fair, run = own
    log = Log.open(str(fair.folder / DATABASE))
    log.runs.set(run, {"ended": False})
    log.close()
    done = fair("count", run)
    why = f"Error: run {run} goes on: its headlines are counted by other rules once it has ended\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", why)
