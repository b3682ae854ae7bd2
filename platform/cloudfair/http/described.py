"""The OpenAPI document: its groups of routes, names of operations, and examples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import JSONResponse

from cloudfair.http.examples import add_examples
from cloudfair.http.security import add_security

TAGS = {
    "health": "The state of the backend itself",
    "intake": "Runs that begin, and the events that come in",
    "runs": "Runs: where they stand, their measures and events, comparisons and forecasts",
    "starting": "Scenarios that the backend can play, and the start of a run",
    "steering": "Commands to a run while it is played",
    "analysis": "Events of a run that has ended, as Parquet files and by SQL",
    "organisations": "The directory of organisations",
    "programme": "Sessions, tours, and the programme in other formats",
    "streams": "Streams and their audiences",
    "venue": "The halls: days, zones, stands",
    "negotiations": "Negotiations between organisations",
    "agreements": "Agreements and their signature",
    "projects": "Projects on offer",
    "results": "Releases and results",
    "notices": "Notices to the public, and disruptions",
}
"""The groups of routes, with a description each."""
SERVERS = [{"url": "/", "description": "The backend that served this document"}]

_MAKING = Lock()
"""Held while a document is made: pydantic does not describe a type for two threads at once, and all apps of a process
share them."""


def operation_name(route: APIRoute) -> str:
    """Return the id of an operation: the name of its function, which generators of clients use."""
    return route.name


class DescribedApp(FastAPI):
    """An app whose OpenAPI document has groups, servers, examples, and the scopes of tokens."""

    def __init__(self, scopes: Mapping[Callable[..., Any], str], **options: Any) -> None:
        """`scopes` are by the dependency that checks them."""
        self._scopes = scopes
        tags = [{"name": name, "description": text} for name, text in TAGS.items()]
        super().__init__(
            openapi_tags=tags,
            servers=SERVERS,
            openapi_url=None,  # FastAPI would make the document while all other answers wait
            docs_url=None,  # its pages load their scripts from other hosts
            redoc_url=None,
            **options,
        )
        self.add_route("/openapi.json", self._answer, include_in_schema=False)

    def _answer(self, _: Request) -> JSONResponse:
        """Answer with the document; in a thread, as it takes half a second to make."""
        return JSONResponse(self.openapi())

    def openapi(self) -> dict[str, Any]:
        """Return the document."""
        with _MAKING:
            is_new = self.openapi_schema is None
            document = super().openapi()
            if is_new:
                add_examples(document)
                add_security(document, self.routes, self._scopes)
        return document
