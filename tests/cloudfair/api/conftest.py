"""A run of a badge reader, whose events come as CloudEvents."""

from __future__ import annotations

import httpx
import pytest

BADGES = {"scenario": "badges", "seed": 0, "version": "reader-1"}


@pytest.fixture
def badges(client: httpx.Client) -> str:
    return client.post("/runs", json=BADGES).json()["run"]
