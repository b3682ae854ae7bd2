"""The page and its files, the page of the API, and what is said of methods and copies."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import zstandard
from tests.cloudfair.conftest import served
from tests.cloudfair.example import begin, example, send_all

from cloudfair import app
from cloudfair.settings import Settings

SCRIPT = b"export const answer = 42;\n" * 100


@pytest.fixture
def built(sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """A backend whose page has an index and a hashed script."""
    web = tmp_path / "web"
    (web / "assets").mkdir(parents=True)
    (web / "index.html").write_text("<title>Fair</title>")
    (web / "assets" / "index-abc123.js").write_bytes(SCRIPT)
    monkeypatch.setattr(app, "WEB", web)
    with served(Settings(database=sqlite)) as url, httpx.Client(base_url=url) as client:
        yield client


def raw(client: httpx.Client, path: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """An answer and its body as it was sent."""
    with client.stream("GET", path, headers=headers) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate", "gzip"),
        ("br, zstd, gzip", "zstd"),
        ("identity", None),
        ("gzip;q=0", None),
        ("zstd; q=0.0000, gzip;q=0.001", "gzip"),
        ("*", "zstd"),
        ("*;q=0, gzip", "gzip"),
        ("zstd;q=0, *", "gzip"),
    ],
)
def test_file_is_sent_compressed_to_who_accepts_it(built: httpx.Client, accepted: str, encoding: str | None) -> None:
    answer, body = raw(built, "/assets/index-abc123.js", **{"Accept-Encoding": accepted})
    unpack = {"gzip": lambda data: zlib.decompress(data, 31), "zstd": zstandard.decompress, None: bytes}
    assert (answer.headers.get("content-encoding"), unpack[encoding](body)) == (encoding, SCRIPT)
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-type"].startswith("text/javascript")


def test_hashed_files_are_kept_and_the_page_is_asked_for_again(built: httpx.Client) -> None:
    cached = {path: built.get(path).headers["cache-control"] for path in ("/", "/assets/index-abc123.js")}
    assert cached == {"/": "no-cache", "/assets/index-abc123.js": "public, max-age=31536000, immutable"}
    etag = built.get("/").headers["etag"]
    assert built.get("/", headers={"If-None-Match": f"W/{etag}"}).status_code == 304


def test_page_may_load_from_its_own_origin_alone_and_stand_in_no_frame(built: httpx.Client) -> None:
    policy = built.get("/").headers["content-security-policy"]
    assert policy.startswith("default-src 'self';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_docs_load_nothing(built: httpx.Client) -> None:
    answer = built.get("/docs")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert re.findall(r"<script|src=|href=\"https?:", answer.text) == []
    paths = built.get("/openapi.json").json()["paths"]
    assert all(f"<code>{path}</code>" in answer.text for path in paths)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/runs/start", "GET, HEAD"),  # a run may be called so
        ("GET", "/runs/x/events/live", "none"),
        ("GET", "/runs/x/query", "POST"),
        ("DELETE", "/runs", "GET, HEAD, POST"),
        ("PUT", "/runs/x/commands", "GET, HEAD, POST"),
        ("POST", "/health", "GET, HEAD"),
        ("POST", "/", "GET, HEAD"),
        ("POST", "/assets/index-abc123.js", "GET, HEAD"),
        ("POST", "/nothing", "none"),
    ],
)
def test_refusal_of_a_method_says_what_the_path_takes(
    built: httpx.Client, method: str, path: str, allowed: str
) -> None:
    answer = built.request(method, path)
    if allowed == "none" or answer.status_code == 404:
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    else:
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
        assert f"takes no {method}; allowed is {allowed}" in answer.json()["detail"]


def test_head_of_a_file(built: httpx.Client) -> None:
    head = built.head("/assets/index-abc123.js", headers={"Accept-Encoding": "identity"})
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(SCRIPT)))


@pytest.mark.parametrize("path", ["/runs/{run}/negotiations", "/runs/{run}/parquet/negotiation.requested.parquet"])
def test_copy_that_is_still_good_is_not_sent_again(client: httpx.Client, path: str) -> None:
    run = begin(client)
    send_all(client, run, example(100))
    path = path.format(run=run)
    etag = client.get(path).headers["etag"]
    for named in (etag, f"W/{etag}", "*", f'"other", {etag}'):
        answer = client.get(path, headers={"If-None-Match": named})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag), named
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
