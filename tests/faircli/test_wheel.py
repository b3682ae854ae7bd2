"""The package, built and unpacked elsewhere."""

from __future__ import annotations

import ast
import importlib.metadata
import itertools
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from tests.real import starts

ROOT = Path(__file__).resolve().parents[2]


BUILD = "import hatchling.build as b, sys; print(b.build_wheel(sys.argv[1]))"
OURS = ("fairfacts", "fairsim", "fairlab", "cloudfair", "faircli")


def built(folder: Path) -> Path:
    """Build the wheel into a folder."""
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", BUILD, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return folder / done.stdout.split()[-1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, built."""
    starts("build")
    return built(tmp_path_factory.mktemp("built") / "wheel")


def test_a_wheel_is_the_same_bytes_when_it_is_built_again(wheel: Path, tmp_path: Path) -> None:
    one, other = wheel, built(tmp_path / "other")
    assert one.name == other.name
    assert one.read_bytes() == other.read_bytes()
    with zipfile.ZipFile(one) as archive:
        assert {f"{package}/py.typed" for package in OURS} <= set(archive.namelist())


@pytest.mark.slow
def test_every_package_that_is_imported_is_declared() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = itertools.chain.from_iterable(declared["optional-dependencies"].values())
    names = {plain(re.split(r"[^A-Za-z0-9_.-]", each)[0]) for each in [*declared["dependencies"], *extras]}
    providers, missing = importlib.metadata.packages_distributions(), set()
    for module in imported():
        if module not in OURS and module not in sys.stdlib_module_names:
            missing |= set() if set(map(plain, providers.get(module, [module]))) & names else {module}
    assert missing == set()


@pytest.mark.slow
def test_whose_private_names_are_imported_is_bounded_above() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    bounded = {plain(re.split(r"[^A-Za-z0-9_.-]", each)[0]) for each in declared if "<" in each}
    private = {name.partition(".")[0] for name in names_imported() if re.search(r"\._[^_]", name)}
    others = private - {*OURS, *sys.stdlib_module_names}
    assert others == {"typer", "uvicorn"}  # of one more, the bound is to be thought of
    assert others - bounded == set()


def plain(name: str) -> str:
    """A name of a distribution, as all of its spellings are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def imported() -> set[str]:
    """The top-level names that the packages import."""
    return {name.partition(".")[0] for name in names_imported()}


def names_imported() -> set[str]:
    """The modules that the packages import, and what they import from them: `typer.core.TyperGroup`."""
    found = set()
    for package in OURS:
        for file in next(ROOT.glob(f"*/{package}")).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Import):
                    found |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_an_installed_wheel_finds_its_scenarios_from_any_directory(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
        names = archive.namelist()
    assert {"cloudfair/web/index.html", "faircli/report/page.html.j2"} <= set(names)
    run = "from fairfacts import resources; from fairsim.inputs.scenario import load_scenario as l; "
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
