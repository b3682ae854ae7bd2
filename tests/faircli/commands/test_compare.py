"""`fair compare`: a kept run beside figures, documented ones and a user's own; two kept runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.faircli.fair import Fair, compared

from cloudfair.store.log import Log
from fairlab.ensemble import Ensemble


def test_two_runs_are_compared(fair: Fair) -> None:
    a, b = (fair.json("run", "ciftis2020", "--scale", "0.005", "--seed", seed) for seed in ("7", "8"))
    told = fair.json("compare", a["run"], b["run"])
    rows = {row["measure"]: row for row in told["differences"]}
    asked = [one["measures"]["negotiations"]["initiated"] for one in (a, b)]
    assert (told["a"]["id"], told["b"]["id"], told["series"]) == (a["run"], b["run"], None)
    assert rows["negotiations.initiated"].pop("chance") > 0
    assert rows["negotiations.initiated"] == {
        "measure": "negotiations.initiated",
        "a": asked[0],
        "b": asked[1],
        "difference": asked[1] - asked[0],
        "ratio": round(asked[1] / asked[0], 4),
    }
    hours = fair.json("compare", a["run"], b["run"], "--series", "negotiations.per_hour")["differences"]
    assert [sum(row[side] for row in hours) for side in "ab"] == asked

    shown = fair("compare", a["run"], b["run"]).stdout
    told_first, _, rest = shown.partition("\n\n")
    assert [line.split() for line in told_first.splitlines()] == [
        ["What", "differs"], ["setting", "A", "B"], ["seed", "7", "8"],
    ]  # fmt: skip
    assert told["settings"] == [{"setting": "seed", "a": "7", "b": "8"}]
    lines = rest.splitlines()
    table = lines[2:].index("")
    assert [line.split()[0] for line in lines[2 : 2 + table]] == [
        name for name, row in rows.items() if row["a"] is not None or row["b"] is not None
    ]  # a mean of nothing on both sides is not shown
    assert (
        "by chance: row by row, 95 of 100 pairs of runs of unlike seeds are no farther apart (estimated). Of " in shown
    )
    head = lines[4 + table].split()
    assert head == ["figure", "reported,", "at", "this", "scale", "A", "B", "A", "ratio", "B", "ratio", "role"]
    assert "sessions.total" not in "".join(lines[4 + table :])  # it was given to both
    assert lines[-1] == f"B: run {b['run']}, ended, ciftis2020, seed 8, scale 0.005"
    shown = fair("compare", a["run"], b["run"], "--series", "negotiations.per_hour").stdout
    assert "domestic Sat 5 Sep 10:00 " in shown


def test_a_series_of_one_run_or_of_no_name_is_refused(own: tuple[Fair, str]) -> None:
    fair, run = own
    done = fair("compare", run, "--series", "negotiations.per_hour")
    assert (done.returncode, done.stderr) == (
        2,
        f"Error: --series negotiations.per_hour: compares two runs; name another: fair compare {run} OTHER\n",
    )
    done = fair("compare", run, run, "--series", "negotiations.per_hours")
    assert (done.returncode, done.stderr) == (
        2,
        "Error: --series negotiations.per_hours: is no series; did you mean negotiations.per_hour?\n",
    )


def test_a_run_is_held_against_figures_with_role_and_verdict(played: tuple[Fair, dict[str, Any]]) -> None:
    fair, result = played
    told = fair.json("compare", result["run"])
    rows = {row["figure"]: row for row in told["comparison"]}
    held_out = [row for row in rows.values() if row["role"] == "held out"]
    assert [row["figure"] for row in held_out] == ["sessions.second_day", "streams.to_second_day"]
    assert [one["figure"] for one in told["left_out"]] == [
        "economies.participating",
        "economies.top_traders",
    ]  # no fewer by scale
    assert rows["sessions.total"]["verdict"] == "given"
    emergent = {row["figure"]: row for row in told["emergent"]}
    assert (emergent["venue.entered"]["role"], emergent["venue.entered"]["reported"]) == ("emergent", None)
    assert told["headline"].startswith("2 held-out figures: 0 agree, 2 differ")
    shown = fair("compare", result["run"]).stdout
    worth = ["held out", "calibrated", "input"]
    ordered = sorted(rows, key=lambda figure: worth.index(rows[figure]["role"]))
    assert compared(shown) == [*ordered, *emergent]
    assert told["headline"] in shown.replace("\n", " ").replace("  ", " ")
    assert any(line.split()[:3] == ["negotiations.initiated", "550,000", "2,750"] for line in shown.splitlines())


def test_figures_of_ones_own_are_held_against_the_moment_that_they_speak_of(
    played: tuple[Fair, dict[str, Any]], tmp_path: Path
) -> None:
    fair, result = played
    path = tmp_path / "mine.csv"
    path.write_text(
        "id,value,measure,as_of\n"
        "register.first_night,18500,organisations.registered,2020-09-04\n"
        "register.third_day,20010,organisations.registered,2020-09-06T12:00\n"
        "register.end,22000,organisations.registered,2020-09-09\n"
    )
    told = fair.json("compare", result["run"], "--figures", str(path))
    mine = [row for row in told["comparison"] if row["figure"].startswith("register.")]
    at_opening = result["measures"]["organisations"]["registered_at_opening"]
    registered = [row["simulated"] for row in mine]
    assert [row["reported"] for row in mine] == [
        pytest.approx(figure * result["scale"]) for figure in (18_500, 20_010, 22_000)
    ]
    assert [row["role"] for row in mine] == ["held out", "held out", "calibrated"]
    assert registered[-1] == result["measures"]["organisations"]["registered"]
    assert at_opening < registered[0] < registered[1] < registered[2]
    per_hour = result["measures"]["organisations"]["per_hour"]
    until_noon = sum(count for hour, count in per_hour.items() if int(hour) < 2 * 24 + 12)
    assert registered[1] == at_opening + until_noon
    assert told["headline"].startswith("4 held-out figures: ")


def test_a_figure_outside_the_fair_is_refused(played: tuple[Fair, dict[str, Any]], tmp_path: Path) -> None:
    fair, result = played
    path = tmp_path / "mine.csv"
    path.write_text("id,value,measure,as_of\nmine,5,visits.started,2021-09-05\n")
    done = fair("compare", result["run"], "--figures", str(path))
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        f"Error: {path}: line 2: figure mine: as_of: 2021-09-05 lies outside the fair; it lasts from 2020-09-04 00:00"
        " to 2020-09-10 00:00\n",
    )


@pytest.mark.slow
def test_an_ensemble_is_held_against_figures_with_interval_and_z(fair: Fair) -> None:
    tiny = ("ciftis2020", "--scale", "0.01", "-n", "3")
    fair("ensemble", *tiny, "-o", "many.json", "--against", "overseas-40")
    names = sorted(path.name for path in fair.folder.glob("many*.json"))
    (fair.folder / "mine.csv").write_text(
        "id,value,measure,as_of\nmorning,18800,organisations.registered,2020-09-05T08:00\n"
    )
    told = fair.json("compare", names[0], "--figures", "mine.csv")
    rows = {row["figure"]: row for row in told["comparison"]}
    kept = Ensemble.load(fair.folder / names[0])
    found = kept.estimate("negotiations.initiated")
    initiated, morning = rows["negotiations.initiated"], rows["morning"]
    assert (initiated["simulated"], initiated["low"], initiated["high"]) == (
        found.mean,
        *kept.next_one("negotiations.initiated"),
    )
    assert (initiated["verdict"] == "differs") == (abs(initiated["z"]) > 1.96)
    assert initiated["z"] * (initiated["simulated"] - initiated["reported"]) > 0
    assert morning["simulated"] == kept.estimate("organisations.registered", 115_200_000).mean
    assert (morning["role"], morning["reported"]) == ("calibrated", 188.0)  # it was fitted to what was reported then
    assert {"people.second_morning", "platform.users_to_second_day"} <= set(rows)  # of moments as well
    assert told["headline"].startswith("No figure was held out")  # nor is a what-if any test
    assert "changed: other parameters were played, or " in fair("compare", names[0]).stdout
    assert "95 % of fairs" in fair("compare", names[0]).stdout

    both = fair.json("compare", *names)
    difference = both["differences"]["negotiations.initiated"]["difference"]
    assert difference["mean"] == difference_of(fair, names, "negotiations.initiated")
    assert "replication by replication" in fair("compare", *names).stdout

    run = fair.json("run", "ciftis2020", "--scale", "0.01")
    mixed = fair.json("compare", run["run"], names[0])  # the run has measures of every moment, the ensemble of some
    assert mixed["differences"] == []
    assert mixed["comparison"]["a"] == run["comparison"]
    assert mixed["comparison"]["b"] == [row for row in told["comparison"] if row["figure"] != "morning"]
    shown = fair("compare", run["run"], names[0]).stdout
    assert shown.splitlines()[-1].startswith(f"B: ensemble {names[0]}, 3 replications, overseas-40, seed 7")

    (fair.folder / "mine.csv").write_text(
        "id,value,measure,as_of\nnoon,5,visits.started,2020-09-05T12:00\none,5,visits.started,2020-09-05T13:00\n"
    )
    done = fair("compare", names[0], "--figures", "mine.csv")
    assert (done.returncode, done.stderr) == (
        2,
        f"Error: figure noon: as_of is 2020-09-05T12:00, and {names[0]} holds no measures of that moment;"
        " play it again with fair ensemble --figures or --at '2020-09-05T12:00'\n"
        f"figure one: as_of is 2020-09-05T13:00, and {names[0]} holds no measures of that moment;"
        " play it again with fair ensemble --figures or --at '2020-09-05T13:00'\n",
    )


def difference_of(fair: Fair, names: list[str], measure: str) -> float:
    a, b = (Ensemble.load(fair.folder / name).estimate(measure).mean for name in names)
    return pytest.approx(b - a)


def test_run_without_events_is_neither_compared_nor_forecast(fair: Fair) -> None:
    log = Log.open(str(fair.folder / "cloudfair.db"))
    run = log.runs.create(scenario="theirs", seed=0, replication=0, scale=1.0, version="1").id
    log.close()
    for command in ("compare", "forecast"):
        done = fair(command)
        why = f"Error: run {run} has no events yet; {command} it once it has begun\n"
        assert (done.returncode, done.stdout, done.stderr) == (1, "", why)


def test_runs_of_a_fair_whose_files_changed_between_them_are_told_apart(fair: Fair) -> None:
    size = ("--organisations", "60", "--exhibitors", "30", "--visitors", "300", "--sessions", "4")
    fair("new", "ours", "--opens", "2027-05-07", "--days", "2", "--zone", "Europe/Berlin", "--home", "DE", *size)
    file = fair.folder / "ours" / "parameters.csv"
    runs = [fair.json("run", "ours")]
    file.write_text(file.read_text().replace("programme.session.count,4,", "programme.session.count,5,"))
    runs.append(fair.json("run", "ours"))
    a, b = runs
    (told,) = fair.json("compare", a["run"], b["run"])["settings"]
    assert (told["setting"], len(told["a"]), told["a"] == told["b"]) == ("parameters", 12, False)
    shown = " ".join(fair("compare", a["run"], b["run"]).stdout.split())
    assert "parameters: A and B were set alike, and yet played with others; the fair's files, or the model," in shown
