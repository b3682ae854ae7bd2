"""Request bodies: read within a bound, and checked against the model that describes them."""

from __future__ import annotations

import json
from collections import Counter
from typing import TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from cloudfair.errors import CompressedError, TooLargeError
from cloudfair.settings import MIB

LARGEST = 2**63 - 1
"""The largest integer that both databases hold."""
EXACT = 2**53 - 1
"""The largest integer that every program reads from JSON as it is: many read numbers as doubles."""
Body = TypeVar("Body", bound=BaseModel)


async def read_json(request: Request, model: type[Body]) -> Body:
    """Return the JSON body of a request as its model.

    Raises:
        CompressedError: it is compressed.
        TooLargeError: it is over 1 MiB; FastAPI would read one of any size.
        RequestValidationError: it is not what the model describes, or has a field twice.
    """
    body = await read_body(request, MIB)
    try:
        value = model.model_validate_json(body, strict=True)  # `true` and "7" are no numbers
    except ValidationError as fault:
        raise RequestValidationError([error | {"loc": ("body", *error["loc"])} for error in fault.errors()]) from fault
    check_fields(body)
    return value


def check_fields(body: bytes) -> None:
    """Check that no object of a JSON body has a field twice.

    Raises:
        RequestValidationError: one has; names the field.
    """
    if (field := repeated_field(body)) is not None:
        fault = {"type": "repeated", "loc": ("body", field), "msg": "it is there twice; send it once"}
        raise RequestValidationError([fault])


def repeated_field(content: bytes) -> str | None:
    """Return a field that an object of some JSON has twice: readers take one or the other, or refuse both."""
    twice: list[str] = []

    def note(pairs: list[tuple[str, object]]) -> None:
        twice.extend(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)

    json.loads(content, object_pairs_hook=note)
    return twice[0] if twice else None


async def read_body(request: Request, limit: int, *, may_be_compressed: bool = False) -> bytes:
    """Return the body of a request.

    Raises:
        CompressedError: it is compressed, and its reader would not know.
        TooLargeError: it is over the limit; what follows is not read.
    """
    encoding = request.headers.get("content-encoding", "identity")
    if not may_be_compressed and encoding.lower() != "identity":
        raise CompressedError(f"Content-Encoding is {encoding}; send this body as it is")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLargeError(f"the body is over {limit} bytes; send less at a time", limit=limit)
    return bytes(body)
