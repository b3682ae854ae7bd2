"""`fair compare RUN OTHER`: two kept runs side by side."""

from __future__ import annotations

from tests.command.fair import SMALL, Fair


def test_two_runs_are_compared(fair: Fair) -> None:
    a, b = (fair.json("run", "ciftis2020", "--scale", "0.005", "--seed", seed) for seed in ("7", "8"))
    told = fair.json("compare", a["run"], b["run"])
    rows = {row["measure"]: row for row in told["differences"]}
    asked = [one["measures"]["negotiations"]["initiated"] for one in (a, b)]
    assert (told["a"]["id"], told["b"]["id"], told["series"]) == (a["run"], b["run"], None)
    assert rows["negotiations.initiated"] == {
        "measure": "negotiations.initiated",
        "a": asked[0],
        "b": asked[1],
        "difference": asked[1] - asked[0],
        "ratio": round(asked[1] / asked[0], 4),
    }
    hours = fair.json("compare", a["run"], b["run"], "--series", "negotiations.per_hour")["differences"]
    assert [sum(row[side] for row in hours) for side in "ab"] == asked

    lines = fair("compare", a["run"], b["run"]).stdout.splitlines()
    assert [line.split()[0] for line in lines[2:-2]] == list(rows)
    assert lines[-1] == f"B: run {b['run']}, ended, ciftis2020, seed 8, scale 0.005"
    shown = fair("compare", a["run"], b["run"], "--series", "negotiations.per_hour").stdout
    assert "domestic Sat 5 Sep 10:00 " in shown


def test_a_series_of_one_run_or_of_no_name_is_refused(fair: Fair) -> None:
    run = fair.json("run", *SMALL)["run"]
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
