"""JSON Schemas of the language's types, for the description of the routes."""

from __future__ import annotations

from typing import Any

import msgspec


def schema_of(wanted: Any) -> dict[str, Any]:
    """Return the JSON Schema of a type, whole in itself: without references, so that it can stand anywhere."""
    schema = msgspec.json.schema(wanted)
    definitions = schema.pop("$defs", {})

    def inlined(part: Any) -> Any:
        if isinstance(part, list):
            return [inlined(one) for one in part]
        if not isinstance(part, dict):
            return part
        if reference := part.get("$ref"):
            return inlined(definitions[reference.rpartition("/")[2]])
        return {key: inlined(value) for key, value in part.items() if key != "discriminator"}

    whole: dict[str, Any] = inlined(schema)
    return whole
