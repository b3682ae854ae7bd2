"""`fair scenarios`, `fair figures` and `--help`: what there is to play and to compare with."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.command.fair import Fair
from typer.testing import CliRunner

from cloudfair.command import app
from fairsim.parameters import load_rows
from fairsim.scenario import scenario_names

ROOT = Path(__file__).resolve().parents[2]


def test_scenarios_are_listed_with_their_question(fair: Fair) -> None:
    shipped = fair.json("scenarios")
    assert [one["name"] for one in shipped] == scenario_names()
    assert all(one["question"].endswith("?") for one in shipped)


def test_a_scenario_is_shown_with_where_each_value_comes_from(fair: Fair) -> None:
    (fair.folder / "mine.toml").write_text('extends = "overseas-40-night"\n[fair]\ndays = 2\n[economies]\nUS = 2\n')
    changes = ["--set", "negotiations.attempts_max=1", "--scale", "0.5"]
    shown = fair.json("scenarios", "show", "mine.toml", *changes)
    values = {row["name"]: (row["value"], row["from"]) for row in shown["parameters"]}
    assert list(values) == list(load_rows())
    assert shown["economies"] == [{"economy": "US", "factor": 2.0, "from": "mine.toml"}]
    changed = {name: value for name, value in values.items() if value[1] != "seeds/parameters.csv"}
    assert changed == {
        "fair.days": (2, "mine.toml"),
        "visits.overseas_per_delegate_day": (1.03, "overseas-40.toml"),
        "negotiations.night_share": (1.0, "overseas-40-night.toml"),
        "negotiations.attempts_max": (1, "--set"),
    }
    assert values["organisations.at_opening"] == (9000, "seeds/parameters.csv")


def test_showing_a_scenario_to_people_names_every_parameter(fair: Fair) -> None:
    lines = fair("scenarios", "show", "ciftis2020", "--set", "economies.US=2").stdout.splitlines()
    assert {line.split(" ")[0] for line in lines} >= {*load_rows(), "economies.US"}


def test_the_card_gives_every_parameter_with_class_range_and_source(fair: Fair) -> None:
    rows = fair.json("scenarios", "card")
    assert {row["name"]: (row["class"], row["low"], row["high"], row["source"]) for row in rows} == {
        row.name: (row.kind, row.low, row.high, row.source) for row in load_rows().values()
    }
    lines = fair("scenarios", "card").stdout.splitlines()
    assert {line.split(" ")[0] for line in lines} >= {*load_rows(), "documented:", "assumed:", "calibrated:"}


def test_the_committed_schema_is_that_of_the_parameters(fair: Fair) -> None:
    # renew it with: fair scenarios schema > scenarios/scenario.schema.json
    assert fair("scenarios", "schema").stdout == (ROOT / "scenarios" / "scenario.schema.json").read_text()


def test_figures_are_listed_with_their_source(fair: Fair) -> None:
    figures = {figure["id"]: figure for figure in fair.json("figures")}
    asked = figures["negotiations.initiated"]
    assert (asked["value"], asked["rounding"], asked["source"], asked["paragraph"]) == (550_000, 5_000, "closing", 19)


def test_figures_are_audited_and_a_contradiction_fails(fair: Fair) -> None:
    told = fair.json("figures", "--audit")
    assert (told["ok"], {check["finding"] for check in told["checks"]}) == (True, {"holds", "misreading"})
    assert "4 + 134 + 29 + 18 + 5 = 190" in fair("figures", "--audit").stdout

    (fair.folder / "mine.csv").write_text("id,value\nsessions.evening,6\n")
    done = fair("figures", "--audit", "--figures", "mine.csv")
    assert done.returncode == 1
    assert "4 + 134 + 29 + 18 + 6 = 191," in done.stdout
    assert "13 identities: 9 hold, 2 contradict each other" in done.stdout


def test_every_command_has_help() -> None:
    names = [command.name for command in app.registered_commands]
    assert set(names) >= {"run", "serve", "watch", "runs", "compare", "verify", "figures", "ensemble", "count"}
    assert [group.name for group in app.registered_groups] == ["scenarios"]
    for name in [*names, "scenarios", "scenarios show", "scenarios card", "scenarios schema"]:
        shown = CliRunner().invoke(app, [*str(name).split(), "--help"])
        assert (shown.exit_code, "Usage" in shown.stdout) == (0, True)


def test_an_installed_wheel_finds_its_scenarios_from_any_directory(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-c", "import hatchling.build as b, sys; print(b.build_wheel(sys.argv[1]))", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    wheel = tmp_path / built.stdout.split()[-1]
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
        names = archive.namelist()
    assert {"cloudfair/web/index.html", "cloudfair/report/page.html.j2"} <= set(names)
    run = "from fairfacts import resources; from fairsim.scenario import load_scenario as l; "
    run += "print(resources.__file__, l('ciftis2020').name)"
    done = subprocess.run(
        [sys.executable, "-c", run],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(tmp_path / "site/fairfacts/resources.py"), "ciftis2020"]


def test_planned_disruptions_are_shown_with_their_moments(fair: Fair) -> None:
    shown = fair.json("scenarios", "show", "opening-night")["disruptions"]
    assert [(one["what"]["kind"], one["when"] / 3_600_000, one["from"]) for one in shown] == [
        ("demand", 19.5, "opening-night.toml"),
        ("platform_outage", 20.5, "opening-night.toml"),
        ("platform_outage", 20.916666666666668, "opening-night.toml"),
    ]
    assert "Fri 4 Sep 20:30" in fair("scenarios", "show", "opening-night").stdout
