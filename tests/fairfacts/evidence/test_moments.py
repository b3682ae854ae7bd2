"""Figures that are days: what a run's days are held against."""

from __future__ import annotations

from datetime import datetime

import pytest

from fairfacts.evidence.moments import is_met

BEGAN = datetime.fromisoformat("2020-09-04T00:00:00+08:00")


@pytest.mark.parametrize(
    ("op", "reported", "is_it"),
    [
        ("=", "2020-09-04", True),
        ("=", "2020-09-04T10:00", True),
        ("=", "2020-09-03", False),
        ("<", "2020-09-05", True),
        ("<", "2020-09-04", False),
        (">", "2020-09-03", True),
        (">", "2020-09-04", False),
    ],
)
def test_a_day_is_met_by_its_operator(op: str, reported: str, *, is_it: bool):
    assert is_met(op, "2020-09-04", reported, BEGAN) is is_it


def test_a_day_that_has_not_come_is_not_met():
    assert not is_met("<", "", "2020-09-05", BEGAN)
