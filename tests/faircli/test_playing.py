"""The result of a run is of its whole log, whichever backend answers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from faircli import playing
from faircli.backend import Elsewhere
from faircli.playing import Playing
from faircli.progress import RunProgress
from fairfacts.errors import BackendError


def asked(answers: dict[str, list[int]]) -> Playing:
    """Playing whose backends have folded so many events when they are asked, one answer after the other."""

    def request(_: str, path: str) -> Any:
        what = path.rpartition("/")[2]
        left = answers[what]
        return SimpleNamespace(json=lambda: {"position": left.pop(0) if len(left) > 1 else left[0]})

    one = object.__new__(Playing)
    one._connection = SimpleNamespace(request=request)  # type: ignore[assignment]  # no real backend lags on demand
    return one


@pytest.mark.parametrize("what", ["snapshot", "comparison"])
def test_an_answer_of_a_backend_that_is_behind_is_asked_for_again(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "LOOK_S", 0.0)
    assert asked({what: [0, 300, 500]})._whole("run", what, 500)["position"] == 500


def test_a_backend_that_stays_behind_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "CATCH_UP_S", -1.0)
    with pytest.raises(BackendError, match="run r: the backend has folded 300 of 500 events; ask later"):
        asked({"snapshot": [300]})._whole("r", "snapshot", 500)


def test_why_a_run_waits_is_said_where_no_progress_is_drawn(capfd: pytest.CaptureFixture[str]) -> None:
    said: list[str] = []
    one = Playing(httpx.Client(base_url="http://a"), Elsewhere("http://a"), said.append)
    with RunProgress(1000) as one._progress:
        one._away("http://a does not answer")
    assert (said, capfd.readouterr().err) == (["http://a does not answer"], "")
