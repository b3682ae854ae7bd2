"""Changes of a program are made and tried as `make mutants` says."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.mutants.changes import changed, changes_of
from tests.mutants.groups import GROUPS, Group
from tests.mutants.trying import Known, copied, drawn, tried
from tests.real import starts

AGES = '''
def fare(age: int = 7) -> float:
    """Whoever is under 6 pays nothing."""
    assert age >= 0
    if age < 6 or not age:
        return 0
    return 2.5 * age
'''
TESTS = """
from small.ages import fare

def test_fare():
    assert (fare(5), fare(6)) == (0, 15)
"""


def test_every_kind_of_change_is_made():
    assert [f"{change.line} {change.kind}: {change.before} -> {change.after}" for change in changes_of("", AGES)] == [
        "2 number: 7 -> 8",
        "5 and/or: age < 6 or not age -> age < 6 and (not age)",
        "5 condition: age < 6 or not age -> not (age < 6 or not age)",
        "5 comparison: age < 6 -> age <= 6",
        "5 number: 6 -> 7",
        "6 statement: return 0 -> dropped",
        "6 number: 0 -> 1",
        "7 statement: return 2.5 * age -> dropped",
        "7 arithmetic: 2.5 * age -> 2.5 / age",
        "7 number: 2.5 -> 3.5",
    ]
    assert "if age <= 6 or not age:" in changed(AGES, 3)


def test_change_that_a_test_notices_is_told_from_one_that_none_does(tmp_path):
    starts("command")
    for name, text in (("sim/small/ages.py", AGES), ("tests/small/test_ages.py", TESTS)):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    shutil.copytree(Path(__file__).parent, tmp_path / "tests" / "mutants")
    small = Group("small", ("sim/small/*.py",), ("tests/small/test_*.py",))
    with copied(tmp_path) as copy:
        tests = Known(copy, small)
        found = [tried(copy, tests, change) for change in drawn(small, 10, 1, tmp_path) if change.number in (0, 3)]
        kept = (copy.root / "sim/small/ages.py").read_text()
    assert [(one.change.number, one.killed, one.by) for one in sorted(found)] == [
        (0, False, "status 0"),  # nobody asks for the fare of no age
        (3, True, "tests/small/test_ages.py::test_fare - AssertionError"),
    ]
    assert kept == AGES


def test_same_seed_draws_the_same_changes():
    group = GROUPS["auditor"]
    assert drawn(group, 5, 2) == drawn(group, 5, 2) != drawn(group, 5, 3)


def test_every_group_finds_its_modules_and_tests():
    assert all(len(group.files()) >= 10 and group.test_files() for group in GROUPS.values())
    assert "tests/fairfacts/parts/test_venue.py" in GROUPS["fold"].test_files()
