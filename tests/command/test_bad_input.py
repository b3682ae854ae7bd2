"""Whatever is wrong is told before anything runs: the thing, the value, the remedy, and the exit status."""

from __future__ import annotations

import socket

import pytest
from tests.command.fair import Fair

from fairsim.scenario import scenario_names

SCENARIO_ERRORS = {
    "unknown scenario": (
        ["run", "ciftis2021"],
        "ciftis2021 is no scenario; did you mean ciftis2020? (or give a path to a .toml)",
    ),
    "no scenario": (["run"], "no scenario is named; try fair run ciftis2020 (fair scenarios lists them)"),
    "missing file": (
        ["run", "nowhere/x.toml"],
        "nowhere/x.toml: cannot be read (No such file or directory); shipped are " + ", ".join(scenario_names()),
    ),
    "unknown key": (
        ["run", "ciftis2020", "--set", "negotiations.patience_min=30"],
        "--set negotiations.patience_min=30: negotiations.patience_min is no key;"
        " did you mean negotiations.patience_mean_min?",
    ),
    "no change": (
        ["run", "ciftis2020", "--set", "patience"],
        "--set patience: is no change; write --set negotiations.patience_mean_min=30",
    ),
    "out of range": (
        ["run", "ciftis2020", "--set", "negotiations.decline_share=1.5"],
        "--set negotiations.decline_share=1.5: negotiations.decline_share is 1.5; allowed is 0 to 1 (share)",
    ),
    "unknown economy": (
        ["run", "ciftis2020", "--set", "economies.UK=2"],
        "--set economies.UK=2: UK is no economy of seeds/economies.csv; there are 208 others"
        " (ISO 3166 codes of two letters)",
    ),
    "scale": (
        ["run", "ciftis2020", "--scale", "0"],
        "--scale is 0; it is a share of the documented size, over 0 and at most 20",
    ),
    "speed": (
        ["run", "ciftis2020", "--speed", "fast"],
        "--speed is fast; give simulated seconds a second over 0, such as 3600, or max",
    ),
}


@pytest.mark.parametrize(("arguments", "complaint"), SCENARIO_ERRORS.values(), ids=SCENARIO_ERRORS)
def test_a_bad_scenario_is_refused_before_anything_runs(fair: Fair, arguments: list[str], complaint: str) -> None:
    done = fair(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"Error: {complaint}\n")
    assert list(fair.folder.iterdir()) == []


def test_a_figure_with_a_bad_operator_is_named(fair: Fair) -> None:
    (fair.folder / "mine.csv").write_text(
        "id,value,op,unit,as_of,status,counts,source,paragraph,measure\n"
        "mine,5,>=,visits,2020-09-09,outcome,visits,me,1,visits.started\n"
    )
    done = fair("figures", "--figures", "mine.csv")
    assert (done.returncode, done.stderr) == (
        2,
        "Error: mine.csv: line 2: figure mine: op is '>='; allowed are = > < ~ (as printed, more, fewer, about)\n",
    )


def test_a_database_that_cannot_be_written_is_named(fair: Fair) -> None:
    done = fair("run", "ciftis2020", "--scale", "0.02", "--db", "nowhere/fair.db")
    path = fair.folder / "nowhere/fair.db"
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"Error: sqlite:///{path}: unable to open database file;"
        " make its folder, see that it is yours to write, or name another file with --db\n"
    )


def test_a_port_in_use_is_named(fair: Fair) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = fair("serve", "--port", str(port))
    assert (done.returncode, done.stderr) == (
        1,
        f"Error: port {port} on 127.0.0.1 is in use; stop what uses it or name another with --port\n",
    )


def test_an_unknown_run_is_named_with_the_nearest(played: tuple[Fair, dict[str, str]]) -> None:
    fair, result = played
    wrong = result["run"][:-1] + "8"
    for command in ("compare", "verify"):
        done = fair(command, wrong)
        assert (done.returncode, done.stderr) == (
            1,
            f"Error: there is no run {wrong}; did you mean {result['run']}?\n",
        )


def test_a_backend_that_is_not_there_is_named(fair: Fair) -> None:
    done = fair("run", "ciftis2020", "--to", "http://127.0.0.1:9")
    assert done.returncode == 1
    assert done.stderr == (
        "Error: no backend at http://127.0.0.1:9 ([Errno 111] Connection refused);"
        " start one with fair serve, or leave --to out\n"
    )


def test_an_address_that_others_reach_needs_a_token(fair: Fair) -> None:
    done = fair("serve", "--host", "0.0.0.0")
    assert (done.returncode, done.stderr) == (
        1,
        "Error: host 0.0.0.0 can be reached from other machines, and no token protects the log: set CLOUDFAIR_TOKEN to"
        " a secret that writers must bear, or stay on 127.0.0.1\n",
    )
