"""The OpenAPI document as generators of clients and linters read it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest


@pytest.fixture(scope="module")
def document(url: str) -> dict[str, Any]:
    return httpx.get(f"{url}/openapi.json").json()


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


def test_every_operation_has_a_name_of_its_own_and_a_described_group(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(document)]
    assert len(names) == len(set(names)) > 40
    assert all(name.isidentifier() for name in names)
    described = [tag["name"] for tag in document["tags"] if tag["description"]]
    assert {tag for operation in operations(document) for tag in operation["tags"]} == set(described)


def test_server_is_named(document: dict[str, Any]) -> None:
    assert [server["url"] for server in document["servers"]] == ["/"]


def test_objects_of_the_language_are_described(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for model, field in (("Command", "command"), ("Waiting", "command"), ("Disruption", "what")):
        assert len(schemas[model]["properties"][field]["anyOf"]) > 2, (model, field)
    assert len(schemas["EventsPage"]["properties"]["events"]["items"]["anyOf"]) > 30
