"""Which methods a path takes: the header Allow of a refusal lists those of all routes on it."""

from __future__ import annotations

from functools import cache
from re import Pattern

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import compile_path

from cloudfair.http.page import PageRoute


def allowed(app: FastAPI, path: str) -> list[str]:
    """Return the methods that a path takes, sorted; HEAD goes with GET."""
    methods: set[str] = set()
    for pattern, names in _patterns(app):
        if pattern.fullmatch(path):
            methods |= names
    for route in app.routes:
        if isinstance(route, PageRoute):
            methods |= route.methods_of(path)
    return sorted(methods)


@cache
def _patterns(app: FastAPI) -> list[tuple[Pattern[str], set[str]]]:
    contexts = iter_route_contexts(list(app.routes))
    return [
        (compile_path(each.path_format)[0], _with_head(set(each.methods)))
        for each in contexts
        if each.methods and each.path_format
    ]


def _with_head(methods: set[str]) -> set[str]:
    return methods | {"HEAD"} if "GET" in methods else methods
