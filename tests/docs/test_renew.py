"""`make renew` writes each file when its command succeeds, and leaves it as it is when that fails."""

from __future__ import annotations

import subprocess
from pathlib import Path

MAKEFILE = Path(__file__).resolve().parents[2] / "Makefile"
ROOT = MAKEFILE.parent
SCHEMAS = [str(path.relative_to(ROOT)) for path in ROOT.glob("*/*.schema.json")]
MADE = ["docs/events.md", "docs/problems.md", "docs/fairs.md", *SCHEMAS]


def renewed(folder: Path, program: str) -> tuple[int, dict[str, str]]:
    """The status of `make renew` where every program is this one, and the files that are there after it."""
    for name in ("python", "fair"):
        path = folder / ".venv/bin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{program}\n")
        path.chmod(0o755)
    for made in MADE:
        (folder / made).parent.mkdir(exist_ok=True)
        (folder / made).write_text("old\n")
    make = ["make", "-f", str(MAKEFILE), "--assume-old", ".venv/.dev", "--keep-going", "renew"]
    status = subprocess.run(make, cwd=folder, capture_output=True).returncode
    files = [path for part in ("docs", "scenarios", "seeds") for path in (folder / part).iterdir()]
    return status, {str(path.relative_to(folder)): path.read_text() for path in files}


def test_what_is_made_is_written_when_all_of_it_is_there(tmp_path: Path) -> None:
    assert renewed(tmp_path, "echo new") == (0, dict.fromkeys(MADE, "new\n"))


def test_a_command_that_fails_half_way_changes_no_file(tmp_path: Path) -> None:
    assert renewed(tmp_path, "echo half; exit 1") == (2, dict.fromkeys(MADE, "old\n"))
