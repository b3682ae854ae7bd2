"""Every route is described with an example, and every example passes the schema beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from tests.json_schema import validator

from cloudfair.http.examples import load_examples

BINARY = ("application/vnd.apache.parquet",)
"""What has no example, as it is no text."""


@pytest.fixture(scope="module")
def document(url: str) -> dict[str, Any]:
    return httpx.get(f"{url}/openapi.json").json()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def answers(operation: dict[str, Any]) -> dict[str, Any]:
    """What may be answered where all went well, by media type."""
    return next(answer.get("content", {}) for status, answer in operation["responses"].items() if status[0] == "2")


def test_every_route_has_an_example_and_no_other(document: dict[str, Any]) -> None:
    # renew them with: python -m tests.cloudfair.record_examples
    assert document["openapi"].startswith("3.1.")
    assert {name for name, _ in operations(document)} == set(load_examples())


def test_what_must_be_sent_and_what_is_answered_has_one(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            assert not parameter["required"] or "example" in parameter, (name, parameter["name"])
        bodies = operation.get("requestBody", {}).get("content", {})
        assert not bodies or "example" in next(iter(bodies.values())), name
        media_type, answer = next(iter(answers(operation).items()))
        assert media_type in BINARY or "example" in answer, name


def references(part: Any) -> Iterator[str]:
    """Every reference of a document."""
    parts = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    if isinstance(part, dict) and isinstance(part.get("$ref"), str):
        yield part["$ref"]
    for each in parts:
        yield from references(each)


def test_every_reference_leads_to_a_schema(document: dict[str, Any]) -> None:
    resolver = Registry().with_resource("", DRAFT202012.create_resource(document)).resolver()
    found = set(references(document))
    assert len(found) > 40
    for reference in found:
        resolver.lookup(reference)


def test_every_example_passes_its_schema(document: dict[str, Any]) -> None:
    registry = Registry().with_resource("urn:openapi", DRAFT202012.create_resource(document))

    def check(schema: dict[str, Any], example: Any, name: str) -> None:
        absolute = _absolute(schema)
        fault = next(validator(absolute, registry=registry).iter_errors(example), None)
        assert fault is None, (name, fault)

    for name, operation in operations(document):
        bodies = operation.get("requestBody", {}).get("content", {})
        for part in (*operation.get("parameters", ()), *bodies.values(), *answers(operation).values()):
            if "example" in part:
                check(part.get("schema", {}), part["example"], name)


def _absolute(schema: Any) -> Any:
    """Return a schema whose references lead into the document."""
    if isinstance(schema, dict):
        moved = {key: _absolute(value) for key, value in schema.items()}
        if isinstance(moved.get("$ref"), str) and moved["$ref"].startswith("#/components"):
            moved["$ref"] = f"urn:openapi{moved['$ref']}"
        return moved
    return [_absolute(each) for each in schema] if isinstance(schema, list) else schema
