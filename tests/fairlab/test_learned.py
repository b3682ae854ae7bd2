"""The profile of a fair of one's own, learned from small runs."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from unittest import mock

import pytest

from fairlab.learned import LEARNED, keep, learn
from fairlab.profile import HEADLINES, profile
from fairlab.workers import workers

HOURS = 5
STEADY = tuple(float(10 * hour) for hour in range(HOURS + 1))
NONE = (0.0,) * (HOURS + 1)


def test_what_never_comes_in_a_fair_is_expected_to_stay_none() -> None:
    course = dict.fromkeys(HEADLINES, STEADY) | {"streams.views": NONE, "agreements.signed": (0.0,) * HOURS + (1.0,)}
    found = profile({0.25: [course, course], 1.0: [course, course]}, [course])
    views, signed, requests = (found[name] for name in ("streams.views", "agreements.signed", "negotiations.initiated"))
    assert (views.share, views.total, views.dispersion) == ((1.0,) * (HOURS + 1), 0.0, 0.0)
    assert (signed.share[-2:], signed.dispersion) == ((0.0, 1.0), 1.0)
    assert requests.share == (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@pytest.mark.slow
def test_a_worker_that_is_lost_while_a_profile_is_learned_is_replaced() -> None:
    tasks = [("itbnow2021", (), seed, scale, 24) for seed, scale in enumerate([0.001] * 4 + [0.002] * 5)]
    played: list[float] = []

    def on_run(scale: float) -> None:
        if not played:
            multiprocessing.active_children()[0].kill()
        played.append(scale)

    with workers(2) as (executor, at_once):
        assert learn(tasks, executor, at_once, on_run).keys() == set(HEADLINES)
    assert played == [scale for *_, scale, _ in tasks]


def test_a_profile_that_cannot_be_kept_leaves_the_one_before(tmp_path: Path) -> None:
    headlines = profile({1.0: [dict.fromkeys(HEADLINES, STEADY)] * 2, 0.5: [dict.fromkeys(HEADLINES, STEADY)]}, [])
    keep(headlines, tmp_path, "of before")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert before.keys() == {"profile.csv", "headlines.csv", LEARNED}
    full = OSError(28, "No space left on device")
    with pytest.raises(OSError, match="No space"), mock.patch("fairlab.learned.write", side_effect=full):
        keep(headlines, tmp_path, "of now")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_profile_whose_writing_breaks_off_is_taken_for_no_fair(tmp_path: Path) -> None:
    headlines = profile({1.0: [dict.fromkeys(HEADLINES, STEADY)] * 2, 0.5: [dict.fromkeys(HEADLINES, STEADY)]}, [])
    keep(headlines, tmp_path, "of before")
    replace = Path.replace

    def once(source: Path, target: Path) -> Path:
        if target.name != "profile.csv":
            raise OSError(5, "Input/output error")
        return replace(source, target)

    with pytest.raises(OSError, match="Input/output"), mock.patch.object(Path, "replace", once):
        keep(headlines, tmp_path, "of now")
    assert (tmp_path / LEARNED).read_text() == ""  # neither of before nor of now: it is learned anew
