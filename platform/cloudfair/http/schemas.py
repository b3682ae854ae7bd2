"""JSON Schemas of the language's types and of request bodies, for the description of the routes."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import msgspec
from pydantic import BaseModel, GetJsonSchemaHandler

from fairfacts.events import AnyEvent
from fairfacts.operator_commands import AnyOperatorCommand
from fairfacts.parts.disruptions import AnyDisruption
from fairfacts.parts.fairs import FairDescription


def schema_of(wanted: Any) -> dict[str, Any]:
    """Return the JSON Schema of a type without references, so that it can be put anywhere in a document."""
    return _whole(msgspec.json.schema(wanted))


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the OpenAPI description of a JSON body that a route reads as `model`, without references out of it."""
    schema = _whole(model.model_json_schema())
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _whole(schema: dict[str, Any]) -> dict[str, Any]:
    definitions = schema.pop("$defs", {})

    def inlined(part: Any) -> Any:
        if isinstance(part, list):
            return [inlined(item) for item in part]
        if not isinstance(part, dict):
            return part
        if reference := part.get("$ref"):
            return inlined(definitions[reference.rpartition("/")[2]])
        return {key: inlined(value) for key, value in part.items() if key != "discriminator"}

    whole: dict[str, Any] = inlined(schema)
    return whole


class Shown(NamedTuple):
    """Describes a dictionary as one of the language's types, when the document is asked for: that takes long."""

    wanted: Any

    def __get_pydantic_json_schema__(self, _schema: Any, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return the schema of the type, for pydantic."""
        return schema_of(self.wanted)


CommandObject = Annotated[dict[str, Any], Shown(AnyOperatorCommand)]
"""A command to a run, as an answer has it."""
DisruptionObject = Annotated[dict[str, Any], Shown(AnyDisruption)]
"""A disruption, as an answer has it."""
FairObject = Annotated[dict[str, Any], Shown(FairDescription)]
"""A fair as its log describes it, as an answer has it."""
EventObject = Annotated[dict[str, Any], Shown(AnyEvent)]
"""An event of the log, as an answer has it."""
