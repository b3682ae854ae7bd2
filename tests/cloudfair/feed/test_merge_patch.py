"""Merge patches against the examples of RFC 7396, appendix A, and against any pair of objects."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from cloudfair.feed.merge_patch import apply, diff

values = some.recursive(
    some.booleans() | some.integers() | some.text(max_size=3) | some.lists(some.integers(), max_size=3),
    lambda inner: some.dictionaries(some.sampled_from("abcd"), inner, max_size=4),
    max_leaves=12,
)
objects = some.dictionaries(some.sampled_from("abcd"), values, max_size=4)


@pytest.mark.parametrize(
    ("old", "patch", "new"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"a": "foo"}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_examples_of_the_rfc(old: dict[str, Any], patch: dict[str, Any], new: dict[str, Any]) -> None:
    assert apply(old, patch) == new


@given(objects, objects)
def test_patch_makes_the_new_of_the_old(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert apply(old, diff(old, new)) == new


@given(objects)
def test_patch_to_itself_is_empty(value: dict[str, Any]) -> None:
    assert diff(value, value) == {}
