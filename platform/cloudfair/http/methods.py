"""Which methods a path takes: the header Allow of a refusal lists those of all routes on it."""

from __future__ import annotations

from functools import cache
from re import Pattern
from typing import Any

from fastapi import FastAPI
from starlette.routing import compile_path

from cloudfair.http.page import PageRoute


def allowed(app: FastAPI, path: str) -> list[str]:
    """Return the methods that a path takes, sorted; HEAD goes with GET."""
    methods: set[str] = set()
    for pattern, names in _described(app):
        if pattern.fullmatch(path):
            methods |= names
    for route in app.routes:
        if isinstance(route, PageRoute):
            methods |= route.methods_of(path)
    return sorted(methods)


@cache
def _described(app: FastAPI) -> list[tuple[Pattern[str], set[str]]]:
    paths: dict[str, dict[str, Any]] = app.openapi()["paths"]
    return [(compile_path(path)[0], _with_head({name.upper() for name in item})) for path, item in paths.items()]


def _with_head(methods: set[str]) -> set[str]:
    return methods | {"HEAD"} if "GET" in methods else methods
