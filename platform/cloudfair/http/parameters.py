"""Query parameters: a route refuses those that it would not read, for an answer without them is of another question."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, BeforeValidator
from starlette.requests import HTTPConnection


def _in_digits(value: object) -> object:
    """Refuse other forms of a number than its digits: each thing has one address.

    Raises:
        ValueError: it has a sign, a blank, a point, a zero too many, or is no number.
    """
    if isinstance(value, str) and not re.fullmatch(r"-?(0|[1-9][0-9]*)", value, re.ASCII):
        raise ValueError(f"{value!r} is no number in digits alone; write it like 17")
    return value


InDigits = BeforeValidator(_in_digits)
"""Of a number in a path."""


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
