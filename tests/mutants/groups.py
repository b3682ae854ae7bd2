"""What is made wrong, in seven groups, and which tests should notice."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]


class Group(NamedTuple):
    """Modules, and tests beside those of each module's own."""

    name: str
    modules: tuple[str, ...]
    """Patterns of files."""
    tests: tuple[str, ...]
    """Patterns of files."""
    left_out: tuple[str, ...] = ()

    def files(self, root: Path = ROOT) -> list[str]:
        """Return the files that are made wrong."""
        return sorted(set(_found(root, self.modules)) - set(_found(root, self.left_out)))

    def test_files(self, root: Path = ROOT) -> list[str]:
        """Return the files of its tests."""
        return sorted({*_found(root, self.tests), *(test for file in self.files(root) for test in own(file, root))})


def own(file: str, root: Path = ROOT) -> list[str]:
    """Return the file of tests that mirrors a module: its own, or that of its folder."""
    path = Path(*Path(file).parts[1:])
    mirrors = (path.parent / f"test_{path.name}", path.parent.parent / f"test_{path.parent.name}.py")
    return [f"tests/{mirror}" for mirror in mirrors if (root / "tests" / mirror).is_file()]


def _found(root: Path, patterns: tuple[str, ...]) -> list[str]:
    return [str(file.relative_to(root)) for pattern in patterns for file in root.glob(pattern)]


FACTS = "platform/fairfacts"
BACKEND = "platform/cloudfair"
FOLDING = ("course", "handlers", "measure", "measures", "part_state", "series")
GROUPS = {
    group.name: group
    for group in (
        Group(
            "fold",
            (
                f"{BACKEND}/projections/**/*.py",
                f"{FACTS}/parts/**/*.py",
                *(f"{FACTS}/{name}.py" for name in FOLDING),
            ),
            (
                "tests/cloudfair/projections/**/test_*.py",
                "tests/cloudfair/api/resources/test_*.py",  # what the read model answers
                "tests/cloudfair/feed/test_feeds.py",
                "tests/cloudfair/store/test_damage.py",  # what readers do with it
                "tests/fairfacts/parts/test_*.py",
            ),
            (f"{FACTS}/parts/**/events.py",),  # declarations alone
        ),
        Group(
            "auditor",
            (f"{FACTS}/auditor.py", f"{FACTS}/laws/*.py"),
            ("tests/fairfacts/test_auditor.py", "tests/fairsim/test_auditor.py"),
        ),
        Group(
            "evidence",
            (f"{FACTS}/evidence/*.py",),
            ("tests/fairfacts/evidence/test_*.py", "tests/cloudfair/api/test_evidence.py"),
        ),
        Group(
            "interchange",
            (f"{FACTS}/interchange/*.py",),
            (
                "tests/fairfacts/interchange/test_*.py",
                "tests/fairfacts/evidence/test_*.py",  # tables of figures
                "tests/fairsim/inputs/test_*.py",  # and of a fair's parameters
            ),
        ),
        Group(
            "log",
            (f"{BACKEND}/store/*.py",),
            (
                "tests/cloudfair/store/test_*.py",
                "tests/cloudfair/projections/test_*.py",
                *(f"tests/cloudfair/api/test_{name}.py" for name in ("commands", "damage", "intake", "runs")),
            ),
            (f"{BACKEND}/store/postgres.py",),  # a server of its own for each mutant takes too long
        ),
        Group("feed", (f"{BACKEND}/feed/*.py",), ("tests/cloudfair/feed/test_*.py",)),
        Group(
            "model",
            tuple(f"sim/fairsim/{name}/**/*.py" for name in ("disruptions", "engine", "parts")),
            (
                *(f"tests/fairsim/{name}/test_*.py" for name in ("disruptions", "engine", "parts")),
                "tests/fairsim/test_recorded.py",
            ),
        ),
    )
}
