"""The OpenAPI document as generators of clients and linters read it."""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from cloudfair.api.cloudevents_in import Taken
from cloudfair.api.compare_runs import PairAnswer
from cloudfair.api.intake import Appended
from cloudfair.api.runs import EventsPage, RunDetails
from cloudfair.app import create_app
from cloudfair.http.described import DescribedApp
from cloudfair.settings import Settings
from fairfacts.field_docs import own_field_docs


@pytest.fixture(scope="module")
def document(url: str) -> dict[str, Any]:
    return httpx.get(f"{url}/openapi.json").json()


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


def test_every_operation_has_a_name_of_its_own_and_a_described_group(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(document)]
    assert len(names) == len(set(names)) > 40
    assert all(name.isidentifier() for name in names)
    described = [tag["name"] for tag in document["tags"] if tag["description"]]
    assert {tag for operation in operations(document) for tag in operation["tags"]} == set(described)


def test_server_is_named(document: dict[str, Any]) -> None:
    assert [server["url"] for server in document["servers"]] == ["/"]


def test_objects_of_the_language_are_described(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for model, field in (("Command", "command"), ("Waiting", "command"), ("Disruption", "what")):
        assert len(schemas[model]["properties"][field]["anyOf"]) > 2, (model, field)
    assert len(schemas["EventsPage"]["properties"]["events"]["items"]["anyOf"]) > 30


def test_every_operation_says_which_token_it_needs(document: dict[str, Any]) -> None:
    """A client that is made from the document had no way to log in."""
    (scheme,) = document["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert "and offers the subprotocol `bearer.`" in scheme["description"]
    paths = document["paths"]
    assert {
        (method, path): paths[path][method].get("security")
        for method, path in (
            ("get", "/health"), ("get", "/runs"), ("get", "/metrics"), ("post", "/runs"),
            ("post", "/runs/start"), ("post", "/runs/{run}/commands"), ("post", "/runs/{run}/query"),
        )
    } == {
        ("get", "/health"): None,
        ("get", "/runs"): [{"token": ["read"]}, {}],
        ("get", "/metrics"): [{"token": ["read"]}, {}],
        ("post", "/runs"): [{"token": ["read", "write"]}, {}],
        ("post", "/runs/start"): [{"token": ["read", "steer"]}, {}],
        ("post", "/runs/{run}/commands"): [{"token": ["read", "steer"]}, {}],
        ("post", "/runs/{run}/query"): [{"token": ["read"]}, {}],
    }  # fmt: skip


def test_headers_of_answers_are_described(document: dict[str, Any]) -> None:
    def headers(path: str, status: str) -> set[str]:
        return set(document["paths"][path]["get"]["responses"][status].get("headers", ()))

    file = "/runs/{run}/parquet/{file}"
    assert {"ETag", "Cache-Control"} == headers("/runs/{run}/halls", "200") == headers("/runs/{run}/halls", "304")
    assert headers("/runs/{run}/events", "200") == {"Vary", "Link"}
    assert headers(file, "206") == headers(file, "200") | {"Content-Range"}
    assert {"Retry-After", "WWW-Authenticate"} < headers("/runs", "default")
    asked = {each["name"] for each in document["paths"][file]["get"]["parameters"] if each["in"] == "header"}
    assert {"Range", "If-Range", "If-None-Match", "If-Match", "If-Modified-Since"} == asked
    event = document["paths"]["/runs/{run}/events"]["get"]["responses"]["200"]["content"]
    described = event["application/cloudevents-batch+json"]["schema"]["items"]["properties"]["recordedtime"]
    assert "another at each reading" in described["description"]


def test_texts_below_fields_are_published(document: dict[str, Any]) -> None:
    """Those of models without an example of their own were not: nobody could know what `next` is at the head."""
    for model in (EventsPage, RunDetails, Taken, PairAnswer, Appended):
        properties = document["components"]["schemas"][model.__name__]["properties"]
        for base in (base for base in model.__mro__ if base.__module__.startswith("cloudfair.api")):
            for name, text in own_field_docs(base).items():
                assert properties[name]["description"] == text, (model, name)


async def test_document_is_made_where_nothing_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, make = [], DescribedApp.openapi

    def openapi(app: DescribedApp) -> dict[str, Any]:
        with pytest.raises(RuntimeError, match="no running event loop"):
            asyncio.get_running_loop()
        made.append(app)
        return make(app)

    monkeypatch.setattr(DescribedApp, "openapi", openapi)
    app = create_app(Settings(database=f"sqlite:///{tmp_path / 'fair.db'}"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        assert (await client.get("/health/nothing")).status_code == 404
        assert (await client.delete("/runs")).headers["allow"] == "GET, HEAD, POST"
        assert made == []
        assert (await client.get("/openapi.json")).json()["info"]["title"] == "cloudfair"
        assert (await client.get("/docs")).status_code == 200
    assert len(made) == 2


def test_apps_of_one_process_are_described_for_many_threads_at_once(tmp_path: Path) -> None:
    apps = [create_app(Settings(database=f"sqlite:///{tmp_path / name}.db")) for name in ("one", "other")]
    switch_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor() as threads:
            first, *others = threads.map(DescribedApp.openapi, apps * 2)
    finally:
        sys.setswitchinterval(switch_s)
    assert others == [first] * 3
