"""Files as answers: what a request's headers ask for, by RFC 9110."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cloudfair.http.files import file_answer

CONTENT = b"0123456789"


Get = Callable[[dict[str, str]], httpx.Response]


@pytest.fixture
def get(tmp_path: Path) -> Get:
    """Asks for a file with headers."""
    path = tmp_path / "a.parquet"
    path.write_bytes(CONTENT)

    async def answer(request: Request) -> Response:
        return file_answer(path, path.stat(), "application/x", request.headers)

    async def asked(headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=[Route("/file", answer)]))
        async with httpx.AsyncClient(transport=transport, base_url="http://fair.example") as client:
            return await client.get("/file", headers=headers)

    return lambda headers: asyncio.run(asked(headers))


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-1", b"01"),
        ("BYTES=0-1", b"01"),
        ("bytes=8-", b"89"),
        ("bytes=-3", b"789"),
        ("bytes=-99999999", CONTENT),
        ("bytes=5-99999999", b"56789"),
        ("bytes=0-1, 99999999-", b"01"),
        ("bytes=,0-1,", b"01"),
        ("bytes=0-1,1-3", b"0123"),
    ],
)
def test_range_is_sent(get: Get, asked: str, part: bytes) -> None:
    answer = get({"Range": asked})
    assert (answer.status_code, answer.content) == (206, part)


@pytest.mark.parametrize(
    "asked",
    [
        "lines=0-9",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=3-1",
        "bytes=0-1,x",
        "bytes=" + "9" * 4001 + "-",
        "",
    ],
)
def test_range_that_means_nothing_is_ignored(get: Get, asked: str) -> None:
    answer = get({"Range": asked})
    assert (answer.status_code, answer.content) == (200, CONTENT)


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=-0", "bytes=99999999-,10-11", "bytes=" + "9" * 4000 + "-"])
def test_range_of_no_bytes_is_refused(get: Get, asked: str) -> None:
    answer = get({"Range": asked})
    assert (answer.status_code, answer.headers["content-range"], answer.json()["detail"]) == (
        416,
        "bytes */10",
        "the file has 10 bytes, and none in this Range; ask for others",
    )


def test_several_ranges_are_sent_apart(get: Get) -> None:
    answer = get({"Range": "bytes=0-1,8-9"})
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (206, "multipart/byteranges")


def test_condition_decides_what_is_sent(get: Get) -> None:
    etag, part = get({}).headers["etag"], {"Range": "bytes=0-1"}
    asked = [{"If-Match": etag}, {"If-Match": f'"x", {etag}'}, {"If-Match": "*"}, {"If-Range": etag}]
    assert [get(part | each).status_code for each in asked] == [206] * 4
    for each in ({"If-Match": '"x"'}, {"If-Match": f"W/{etag}"}):
        answer = get(part | each)
        assert (answer.status_code, answer.headers["content-type"]) == (412, "application/problem+json")
    assert get({"If-None-Match": etag}).status_code == 304
    assert get({"If-Range": '"x"', "Range": "bytes=99-"}).content == CONTENT


def test_copy_is_known_by_the_date_that_it_came_with(get: Get) -> None:
    """The date was sent, and not looked at when it came back."""
    sent = get({}).headers
    known, other = {"If-Modified-Since": sent["last-modified"]}, {"If-None-Match": '"other"'}
    assert [get(each).status_code for each in (known, known | other)] == [304, 200]
    assert get({"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"}).status_code == 200
