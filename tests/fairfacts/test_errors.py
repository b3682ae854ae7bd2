"""Remedies for unknown names."""

from __future__ import annotations

from fairfacts.errors import did_you_mean


def test_near_name_is_offered():
    assert did_you_mean("patience", {"patience_min", "talk_min"}) == "did you mean patience_min?"


def test_all_of_a_few_names_are_offered_when_none_is_near():
    assert did_you_mean("xyz", {"plan", "outcome"}) == "known are: outcome, plan"


def test_of_many_names_the_nearest_are_listed():
    names = [*map(str, range(20)), "abcd", "xbcd"]
    start, _, listed = did_you_mean("bx", names).partition(": ")
    assert (start, set(listed.split(", ")[:2])) == ("the nearest of 22 are", {"abcd", "xbcd"})


def test_a_name_that_is_known_twice_is_listed_once():
    assert did_you_mean("xyz", ["plan", "outcome", "plan"]) == "known are: outcome, plan"
