"""A short pass of every trouble; `make torture` is the full one."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.ready.program import interpreter
from tests.real import starts
from tests.torture import kills
from tests.torture.trouble import Random, Trial, Trouble, attempt, trials
from tests.torture.troubles import TROUBLES

SEED = 16


@pytest.mark.parametrize("name", TROUBLES)
def test_no_trouble_loses_doubles_or_hides_anything(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    starts("backend")
    monkeypatch.setattr(kills.Programs, "python", interpreter())  # the full pass starts the real ones
    monkeypatch.setattr(kills, "SPEED", 2 * kills.SPEED)  # as they are there sooner
    trouble = TROUBLES[name]
    tried = list(trials(trouble, SEED, trouble.short))
    assert [str(trial) for trial in tried if trial.fault] == []
    assert sum(trial.made for trial in tried) >= trouble.short


def test_a_failure_says_how_to_see_it_again() -> None:
    def fails(random: Random, _: Path) -> int:
        raise AssertionError(f"found {random.randrange(1_000)}")

    trouble = Trouble("quake", fails, full=1, short=1)
    trial = attempt(trouble, "7-0")
    assert str(trial).endswith("again: python -m tests.torture quake --trial 7-0")
    assert trial == attempt(trouble, "7-0")
    assert trial.fault.rstrip().endswith(f"AssertionError: found {Random('quake 7-0').randrange(1_000)}")


def test_trials_go_on_until_so_many_troubles_were_made() -> None:
    made = list(trials(Trouble("calm", lambda *_: 3, full=1, short=1), 7, 7))
    assert made == [Trial("calm", f"7-{number}", 3) for number in range(3)]
