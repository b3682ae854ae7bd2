"""A seed plays the fair that it played before."""

from __future__ import annotations

import json

import pytest
from tests.fairsim.recorded import FAIRS, FILE, record

from fairfacts.auditor import audit

RECORDED = json.loads(FILE.read_text())


@pytest.mark.parametrize("name", FAIRS)
def test_seed_plays_the_fair_that_was_recorded(name: str):
    # a change of the model that is meant is recorded with: python -m tests.fairsim.recorded
    log = FAIRS[name]()
    assert audit(log) == []
    played = record(log)
    types = sorted(played.keys() | RECORDED[name].keys())
    assert [f"{one}: {played.get(one)}" for one in types if played.get(one) != RECORDED[name].get(one)] == []
