"""The page's files: read once, compressed when first asked for, and answered only where there is such a file.

A mount of static files would answer for every path, so that a route that takes POST alone would say that it allows GET.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
import zlib
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from pathlib import Path

import zstandard
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from cloudfair.http.conditional import is_known

HASHED = "assets/"
"""The folder of files whose names change with their content."""
FOR_EVER = "public, max-age=31536000, immutable"
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; connect-src 'self' ws: wss:;"
        " object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Vary": "Accept-Encoding",
}
SMALLEST_COMPRESSED = 1_024


class PageFile:
    """One file of the page, as it is and, once somebody asked for that, compressed."""

    def __init__(self, name: str, body: bytes) -> None:
        self.media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self.etag = f'"{hashlib.blake2s(body, digest_size=8).hexdigest()}"'
        self.cache = FOR_EVER if name.startswith(HASHED) else "no-cache"
        self._body = body
        self._encodings = ("zstd", "gzip") if len(body) >= SMALLEST_COMPRESSED else ()

    def answer(self, accepted: str, if_none_match: str | None) -> Response:
        """Return the file in the best encoding that the client accepts, or that its copy is still good."""
        headers = PAGE_HEADERS | {"ETag": self.etag, "Cache-Control": self.cache}
        if is_known(self.etag, if_none_match):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        encoding = next((each for each in self._encodings if _accepts(accepted, each)), "identity")
        if encoding != "identity":
            headers["Content-Encoding"] = encoding
        return Response(ENCODED[encoding](self._body), headers=headers, media_type=self.media_type)


class PageRoute(BaseRoute):
    """Answers the paths of the page's files, and no others."""

    def __init__(self, folder: Path) -> None:
        """Read all files of a folder; `/` is its index.html."""
        self.path = "/"
        self._files = {
            f"/{path.relative_to(folder).as_posix()}": PageFile(path.relative_to(folder).as_posix(), path.read_bytes())
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        self._files["/"] = self._files["/index.html"]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match GET on a path of a file; another method on it in part."""
        if scope["type"] != "http" or scope["path"] not in self._files:
            return Match.NONE, {}
        return (Match.FULL if scope["method"] == "GET" else Match.PARTIAL), {"route": self}

    def methods_of(self, path: str) -> set[str]:
        """Return the methods that a path takes."""
        return {"GET", "HEAD"} if path in self._files else set()

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a file."""
        if scope["method"] != "GET":
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED)
        headers = Headers(scope=scope)
        answer = self._files[scope["path"]].answer  # in a thread: the first time it compresses
        response = await run_in_threadpool(answer, headers.get("accept-encoding", ""), headers.get("if-none-match"))
        await response(scope, receive, send)


_REFUSED = re.compile(r"q=0*\.?0*")


def _accepts(accepted: str, encoding: str) -> bool:
    """Return whether a header Accept-Encoding allows an encoding: what names it goes before `*`, wherever it stands."""
    parts = (each.partition(";") for each in accepted.split(","))
    weights = {name.strip().lower(): weight.replace(" ", "").lower() for name, _, weight in parts}
    return not _REFUSED.fullmatch(weights.get(encoding, weights.get("*", "q=0")))


@cache
def _gzipped(body: bytes) -> bytes:
    compressor = zlib.compressobj(9, wbits=31)  # 31: a gzip header, without a time
    return compressor.compress(body) + compressor.flush()


@cache
def _zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=19).compress(body)


def _as_it_is(body: bytes) -> bytes:
    return body


ENCODED: dict[str, Callable[[bytes], bytes]] = {"identity": _as_it_is, "zstd": _zstd, "gzip": _gzipped}
