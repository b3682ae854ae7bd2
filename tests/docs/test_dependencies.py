"""ARCHITECTURE.md says of every package that is installed what it is for."""

from __future__ import annotations

import json
import re
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("platform/web/package.json", "tests/browser/package.json")
TYPES = "@types/"
"""Declarations of a package's types stand with the package."""


def test_every_package_has_a_row() -> None:
    lines = chain.from_iterable(path.read_text().splitlines() for path in (ROOT / "requirements").glob("*.in"))
    python = {found[0] for line in lines if (found := re.match(r"[\w-]+", line)) and not line.startswith("-")}
    page = set[str]()
    for path in PAGES:
        described = json.loads((ROOT / path).read_text())
        page |= {*described.get("dependencies", {}), *described["devDependencies"]}
    section = (ROOT / "ARCHITECTURE.md").read_text().partition("## Dependencies")[2]
    rows = {name.strip() for cell in re.findall(r"^\| ([^|(]+)", section, re.MULTILINE) for name in cell.split(",")}
    wanted = {name.removeprefix("@biomejs/") for name in python | page if not name.startswith(TYPES)}
    assert (wanted - rows, rows - wanted) == (set(), {"package", "---"})
