"""Query parameters: a route refuses those that it would not read, for an answer without them is of another question."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.requests import HTTPConnection


async def all_read(connection: HTTPConnection) -> None:
    """Refuse a parameter that the route does not know, and one that is there twice: the last would count alone.

    Raises:
        RequestValidationError: names each of them.
    """
    given = connection.query_params.multi_items()
    if not given:
        return
    known = _known(connection.scope["route"].dependant)
    faults = [_fault("extra_forbidden", name, "no parameter of this route") for name, _ in given if name not in known]
    faults += [
        _fault("repeated", name, f"it is there {times} times; send it once")
        for name, times in Counter(name for name, _ in given).items()
        if times > 1 and name in known
    ]
    if faults:
        raise RequestValidationError(faults)


def _known(dependant: Dependant) -> set[str]:
    """Return the names of the query parameters that a route reads, alone or as fields of a model."""
    names: set[str] = set()
    for field in dependant.query_params:
        model = field.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            names |= model.model_fields.keys()
        else:
            names.add(field.alias)
    return names.union(*map(_known, dependant.dependencies))


def _fault(kind: str, name: str, reason: str) -> dict[str, Any]:
    return {"type": kind, "loc": ("query", name), "msg": reason}
