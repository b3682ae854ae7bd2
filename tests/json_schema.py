"""Validators of JSON Schema. The library is imported where a test asks for one: it takes over a second, as it reads the
grammars of addresses, and whoever collects the tests needs none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema.protocols import Validator


def validator(schema: Any, draft: str = "Draft202012", **options: Any) -> Validator:
    """Return the validator of a schema, by a draft of JSON Schema."""
    import jsonschema

    made: Validator = getattr(jsonschema, f"{draft}Validator")(schema, **options)
    return made
