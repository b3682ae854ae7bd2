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

ROOT = Path(__file__).resolve().parents[2]


def test_scenarios_are_listed_with_their_question(fair: Fair) -> None:
    (baseline,) = fair.json("scenarios")
    assert baseline["name"] == "ciftis2020"
    assert baseline["question"].endswith("?")


def test_figures_are_listed_with_their_source(fair: Fair) -> None:
    figures = {figure["id"]: figure for figure in fair.json("figures")}
    asked = figures["negotiations.initiated"]
    assert (asked["value"], asked["rounding"], asked["source"], asked["paragraph"]) == (550_000, 5_000, "closing", 19)


def test_every_command_has_help() -> None:
    names = [command.name for command in app.registered_commands]
    assert names == ["run", "serve", "watch", "runs", "compare", "verify", "scenarios", "figures"]
    for name in names:
        shown = CliRunner().invoke(app, [str(name), "--help"])
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
    assert "cloudfair/web/index.html" in names
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
