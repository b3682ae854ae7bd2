"""Desks with patience, by the model and by its peers: all hold the same talks."""

from __future__ import annotations

import pytest
from benchmarks.peers import desks
from benchmarks.peers.desks import WAYS, WHO, Work, drawn, played


def reckoned(work: Work) -> int:
    """How many talks are held, by sums alone."""
    at_ms, held, free_ms = 0, 0, [0] * work.desks
    for gap_ms, desk, talk_ms, patience_ms in zip(*work[1:], strict=True):
        at_ms += gap_ms
        begins_ms = max(at_ms, free_ms[desk])
        if begins_ms <= at_ms + patience_ms:
            held += 1
            free_ms[desk] = begins_ms + talk_ms
    return held


@pytest.mark.parametrize("who", WHO)
def test_all_hold_the_same_talks(who: str) -> None:
    if who != "Cloudfair's desks":
        pytest.importorskip(WAYS[who][0])  # peers are installed by `make bench` alone
    done = played(who, 2_000, 40)
    assert (done.who, done.requests, done.held) == (who, 2_000, reckoned(drawn(2_000, 40)))
    assert done.held < 2_000  # some wait longer than their patience
    assert done.seconds > 0


def test_ciw_plays_as_many_requests_a_desk_at_fewer_desks(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ciw")
    monkeypatch.setattr(desks, "CIW_DESKS", 4)
    done = played("Ciw", 2_000, 40)
    assert (done.requests, done.held) == (200, reckoned(drawn(200, 4)))


def test_no_tie_decides_whether_a_talk_is_held() -> None:
    work = drawn(2_000, 40)
    assert min(work.gap_ms[1:]) > 0
    assert {ms % 2 for ms in work.gap_ms + work.talk_ms} == {0}
    assert {ms % 2 for ms in work.patience_ms} == {1}
