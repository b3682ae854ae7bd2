"""Two runs side by side, as a client reads them at one moment."""

from __future__ import annotations

import httpx
import msgspec
import pytest
from tests.cloudfair.example import STEP_MS, begin, example, measures_of, send

from fairfacts.evidence.differences import differences, series_differences

LONG, SHORT = example(400), example(250)


@pytest.fixture
def runs(client: httpx.Client) -> tuple[str, str]:
    """Two runs with empty logs."""
    return begin(client), begin(client)


def test_pair_is_read_at_the_moment_that_both_have_reached_or_before(
    client: httpx.Client, runs: tuple[str, str]
) -> None:
    a, b = runs
    send(client, a, LONG, 0, 300)
    send(client, b, SHORT, 0, 200)
    for asked, count in (({}, 200), ({"at": 10**9}, 200), ({"at": 99 * STEP_MS}, 100)):
        answer = client.get(f"/runs/{a}/against/{b}", params=asked).json()
        rows = differences(measures_of(LONG[:count]), measures_of(SHORT[:count]))
        assert answer == {
            "at_ms": (count - 1) * STEP_MS,
            "a": {"run": a, "position": count},
            "b": {"run": b, "position": count},
            "settings": [],
            "rows": msgspec.to_builtins(rows),
        }


def test_breakdown_of_a_pair_is_read_entry_by_entry(client: httpx.Client, runs: tuple[str, str]) -> None:
    send(client, runs[0], LONG, 0, 200)
    send(client, runs[1], SHORT, 0, 200)
    path = f"/runs/{runs[0]}/against/{runs[1]}"
    rows = client.get(path, params={"series": "negotiations.by_sector"}).json()["rows"]
    expected = series_differences("negotiations.by_sector", measures_of(LONG[:200]), measures_of(SHORT[:200]))
    assert rows == msgspec.to_builtins(expected)
    refused = client.get(path, params={"series": "negotiations.by_sektor"})
    assert (refused.status_code, "did you mean negotiations.by_sector?" in refused.json()["detail"]) == (422, True)
