"""Examples for the OpenAPI document: a request of each route and its answer, recorded from a small fair.

`python -m tests.cloudfair.record_examples` renews the file. Tests check that every route has an example that passes its
schema.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import msgspec

FILE = "examples.json"


class Example(msgspec.Struct, omit_defaults=True):
    """One request and its answer."""

    parameters: dict[str, Any] = {}
    """By name, in the path or in the query."""
    body: Any = None
    answer: Any = None


def load_examples() -> dict[str, Example]:
    """Return the examples by method and path, such as `GET /runs/{run}`."""
    return msgspec.json.decode((files("cloudfair.http") / FILE).read_bytes(), type=dict[str, Example])


def add_examples(document: dict[str, Any]) -> None:
    """Put the examples into an OpenAPI document."""
    for name, example in load_examples().items():
        method, _, path = name.partition(" ")
        operation = document["paths"].get(path, {}).get(method.lower())
        if operation is not None:
            _add(operation, example)


def _add(operation: dict[str, Any], example: Example) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in example.parameters:
            parameter["example"] = example.parameters[parameter["name"]]
    if example.body is not None:
        first, *_ = operation["requestBody"]["content"].values()
        first["example"] = example.body
    if example.answer is not None:
        success = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
        first, *_ = success["content"].values()
        first["example"] = example.answer
