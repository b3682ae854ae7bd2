"""The page `/docs`: every route with its parameters and examples, from the package alone, without scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from jinja2 import Environment, PackageLoader, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from cloudfair.http.security import SCHEME

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
}
_pages = Environment(loader=PackageLoader("cloudfair.http", "."), autoescape=select_autoescape(default=True))


def get_reference(request: Request) -> Response:
    """Return the page; in a thread, as its document takes half a second to make."""
    app: FastAPI = request.app
    document = app.openapi()
    page = _pages.get_template("reference.html.j2").render(document=document, groups=list(_groups(document)))
    return HTMLResponse(page, headers=HEADERS)


def _groups(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Yield each group of routes with its operations."""
    operations = [
        _shown(method, path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    for tag in document["tags"]:
        yield tag, [each for each in operations if tag["name"] in each["tags"]]


def _shown(method: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    success: dict[str, Any] = next(
        (answer for status, answer in operation["responses"].items() if status.startswith("2")), {}
    )
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "tags": operation["tags"],
        "text": operation.get("description") or operation.get("summary", ""),
        "scopes": [scope for need in operation.get("security", ()) for scope in need.get(SCHEME, ())],
        "parameters": [_parameter(each) for each in operation.get("parameters", ())],
        "body": _example(operation.get("requestBody", {}).get("content", {})),
        "answer": _example(success.get("content", {})),
    }


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    schema = parameter.get("schema", {})
    return {
        "name": parameter["name"],
        "place": parameter["in"],
        "required": parameter.get("required", False),
        "default": json.dumps(schema["default"]) if "default" in schema else None,
        "text": parameter.get("description") or schema.get("description", ""),
    }


def _example(content: dict[str, Any]) -> dict[str, str] | None:
    """Return the media type of a body and its example, if it has one."""
    for media_type, described in content.items():
        example = described.get("example")
        if example is not None:
            text = example if isinstance(example, str) else json.dumps(example, ensure_ascii=False, indent=1)
            return {"media_type": media_type, "text": text}
        return {"media_type": media_type, "text": ""}
    return None
