"""ARCHITECTURE.md says of every package that is installed what it is for, and both lists of packages are one."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("platform/web/package.json", "tests/browser/package.json")
TYPES = "@types/"
"""Declarations of a package's types stand with the package."""
NOT_IMPORTED = {"httptools", "tzdata", "uvloop"}
"""What other packages import: uvicorn its parser and its loop, `zoneinfo` the time zones."""


def names(lines: Iterable[str]) -> set[str]:
    """Return the packages in lines of requirements."""
    return {found[0] for line in lines if (found := re.match(r"[\w-]+", line)) and not line.startswith("-")}


def test_what_is_locked_is_what_the_package_asks_for() -> None:
    described = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project, built_with = described["project"], names(described["build-system"]["requires"])
    locked = names((ROOT / "requirements" / "run.in").read_text().splitlines())
    needed = names(project["dependencies"])
    optional = names(chain.from_iterable(project["optional-dependencies"].values()))
    assert (needed - locked, locked - needed - optional - built_with) == (set(), set())


def test_what_is_asked_for_is_imported() -> None:
    asked = names(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]) - NOT_IMPORTED
    code = "\n".join(path.read_text() for folder in ("platform", "sim") for path in (ROOT / folder).rglob("*.py"))
    imported = set(re.findall(r"^\s*(?:from|import) (\w+)", code, re.MULTILINE))
    assert {name for name in asked if name.replace("-", "_") not in imported} == set()


def test_every_package_has_a_row() -> None:
    python = names(chain.from_iterable(path.read_text().splitlines() for path in (ROOT / "requirements").glob("*.in")))
    page = set[str]()
    for path in PAGES:
        described = json.loads((ROOT / path).read_text())
        page |= {*described.get("dependencies", {}), *described["devDependencies"]}
    section = (ROOT / "ARCHITECTURE.md").read_text().partition("## Dependencies")[2]
    rows = {name.strip() for cell in re.findall(r"^\| ([^|(]+)", section, re.MULTILINE) for name in cell.split(",")}
    wanted = {name.removeprefix("@biomejs/") for name in python | page if not name.startswith(TYPES)}
    assert (wanted - rows, rows - wanted) == (set(), {"package", "---"})
