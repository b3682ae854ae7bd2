"""Answers that all routes share: JSON, examples of models, and how a parameter is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

import msgspec
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from fairfacts.field_docs import own_field_docs


def header(description: str, kind: str = "string") -> dict[str, Any]:
    """Return how OpenAPI describes a header of an answer."""
    return {"description": description, "schema": {"type": kind}}


ETAG = header("Of this very answer; a later request sends it as If-None-Match")
_COPY = {"ETag": ETAG, "Cache-Control": header("no-cache: a copy is good as long as it is asked for with its ETag")}
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    200: {"headers": _COPY},
    304: {"description": "The copy with the tag in If-None-Match is still good", "headers": _COPY},
}
"""How OpenAPI describes the answers to a client that may have a good copy."""


def json_answer(value: object, headers: Mapping[str, str] | None = None) -> Response:
    """Return a value as JSON, without the checks that its response model would cost."""
    return Response(msgspec.json.encode(value), headers=headers, media_type="application/json")


def example(**fields: Any) -> ConfigDict:
    """Return the configuration of a model with an example; the text below a field describes the field.

    The texts are read when somebody asks for the description of the API. Pydantic's own `use_attribute_docstrings`
    reads them whenever the backend starts, which took half of its start.
    """

    def describe(schema: dict[str, Any], model: type[BaseModel]) -> None:
        describe_fields(schema, model)
        schema["examples"] = [fields]

    return ConfigDict(json_schema_extra=describe)


def describe_fields(schema: dict[str, Any], model: type[BaseModel]) -> None:
    """Add to the JSON Schema of a model the text below each of its fields."""
    sources = [base.__pydantic_generic_metadata__["origin"] or base for base in model.__mro__ if _has_fields(base)]
    for source in sources:
        for name, text in own_field_docs(source).items():
            schema["properties"][name].setdefault("description", text)


class Described(BaseModel):
    """A model whose fields are described by the texts below them."""

    model_config = ConfigDict(json_schema_extra=describe_fields)


def _has_fields(base: type) -> TypeGuard[type[BaseModel]]:
    return issubclass(base, BaseModel) and base not in (BaseModel, Described)


def not_valid(parameter: str, value: object, reason: str) -> RequestValidationError:
    """Return the error that refuses a query parameter."""
    return RequestValidationError([{"type": "value_error", "loc": ("query", parameter), "msg": reason, "input": value}])
