"""Whether rows make whole logs, so that nothing is lost if the indexes are made again from them."""

from __future__ import annotations

from typing import Any

import pytest

from cloudfair.store.checksums import state_checksum
from cloudfair.store.scan import Scan, rows_make_whole_logs
from cloudfair.store.tables import Received

STATE = {"head": 0, "at_ms": 0, "ended": False, "pace": None, "fault": None, "player": 0}


class Row:
    """A row of a query."""

    def __init__(self, **values: Any) -> None:
        self._mapping = values

    def __getattr__(self, name: str) -> Any:
        return self._mapping[name]


def run(name: str, head: int = 0, whose: str = "") -> Row:
    return Row(id=name, state_sha256=state_checksum(whose or name, STATE), **(STATE | {"head": head, "ended": 0}))


def received(key: str, whose: str = "") -> Row:
    sha256 = Received(run_id="a", key=whose or key, content="what it said").checksum()
    return Row(run_id="a", key=key, content="what it said", sha256=sha256)


WHOLE = Scan(
    [run("a", 50), run("b", 20), run("c", 1), run("empty")],
    [("a", 0, 30), ("a", 30, 20), ("b", 0, 20), ("c", 0, 1)],
    [("a", 0, 1), ("a", 1, 1), ("empty", 0, 1)],
    [received("x"), Row(run_id="a", key="y", content="", sha256="")],
)


def test_rows_without_a_gap_make_whole_logs() -> None:
    assert rows_make_whole_logs(WHOLE)
    assert rows_make_whole_logs(Scan([], [], [], []))


@pytest.mark.parametrize(
    "fault",
    [
        {"runs": [run("a", 51), *WHOLE.runs[1:]]},
        {"runs": WHOLE.runs[1:]},
        {"runs": [*WHOLE.runs[:3], run("empty", whose="full")]},
        {"segments": WHOLE.segments[1:]},
        {"segments": [("a", 0, 30), ("a", 31, 19), *WHOLE.segments[2:]]},
        {"segments": [("a", 0, "thirty"), *WHOLE.segments[1:]]},
        {"commands": WHOLE.commands[1:]},
        {"commands": [*WHOLE.commands, ("nobody", 0, 1)]},
        {"received": [received("x", whose="z")]},
    ],
    ids=["head", "run missing", "id", "first segment", "gap", "no number", "command", "stray command", "key"],
)
def test_gap_or_another_key_is_found(fault: dict[str, Any]) -> None:
    assert not rows_make_whole_logs(WHOLE._replace(**fault))
