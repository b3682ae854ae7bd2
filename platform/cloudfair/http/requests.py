"""Request bodies: read within a bound, and checked against the model that describes them."""

from __future__ import annotations

from typing import TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from cloudfair.errors import TooLargeError
from cloudfair.settings import MIB

LARGEST = 2**63 - 1
"""The largest integer that both databases hold."""
Body = TypeVar("Body", bound=BaseModel)


async def read_json(request: Request, model: type[Body]) -> Body:
    """Return the JSON body of a request as its model.

    Raises:
        TooLargeError: it is over 1 MiB; FastAPI would read one of any size.
        RequestValidationError: it is not what the model describes.
    """
    body = await read_body(request, MIB)
    try:
        return model.model_validate_json(body)
    except ValidationError as fault:
        raise RequestValidationError([error | {"loc": ("body", *error["loc"])} for error in fault.errors()]) from fault


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body of a request.

    Raises:
        TooLargeError: it is over the limit; what follows is not read.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLargeError(f"the body is over {limit} bytes; send less at a time", limit=limit)
    return bytes(body)
