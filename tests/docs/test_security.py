"""What SECURITY.md says of the packages is what `make audit` does."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_audit_asks_about_every_locked_package():
    said = subprocess.run(["make", "-n", "audit"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (python,) = (line for line in said.splitlines() if "pip-audit" in line)
    pages = [line.partition(" --prefix ")[2] for line in said.splitlines() if line.endswith(" audit")]
    locks = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert [
        lock for lock in locks if lock.startswith("requirements/") and lock.endswith(".txt") and lock not in python
    ] == []
    assert sorted(pages) == [f"{Path(lock).parent} audit" for lock in locks if lock.endswith("package-lock.json")]
    assert "--strict" in python
