"""What of the OpenAPI document says which token a route needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

SCHEME = "token"
DESCRIPTION = (
    "A backend may be started with tokens: CLOUDFAIR_TOKEN, which allows everything, and others that allow to read, to"
    " send events (write), or to start and steer runs (steer); these two read as well. Without a token of its own a"
    " scope is everybody's. Programs send the header `Authorization: Bearer TOKEN`. A page cannot do so on a WebSocket,"
    " and offers the subprotocol `bearer.` followed by the token in base64url without padding, beside that of the"
    " WebSocket (`cloudfair` or `cloudevents.json`)."
)
"""Of the scheme, in this document and in that of the WebSockets."""
BEARER_SCHEME = {"type": "http", "scheme": "bearer", "description": DESCRIPTION}


def add_security(
    document: dict[str, Any], routes: Iterable[BaseRoute], scopes: Mapping[Callable[..., Any], str]
) -> None:
    """Say of each operation which scope its token needs; `scopes` are by the dependency that checks it.

    Where no token is set, none is needed: `{}` says so.
    """
    document["components"]["securitySchemes"] = {SCHEME: BEARER_SCHEME}
    for context in iter_route_contexts(list(routes)):
        path = document["paths"].get(context.path_format, {})
        for method in context.methods or ():
            if method.lower() in path and (needed := _needed(context.dependant, scopes)):
                path[method.lower()]["security"] = [{SCHEME: sorted(needed)}, {}]


def _needed(dependant: Dependant, scopes: Mapping[Callable[..., Any], str]) -> set[str]:
    """Return the scopes that the dependencies of a route check."""
    own = {scope for call, scope in scopes.items() if call is dependant.call}
    return own.union(*(_needed(each, scopes) for each in dependant.dependencies))
