"""Files as answers: whole, a part, or what a client has already (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

import os
import re
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from cloudfair.http.conditional import is_known, is_meant
from cloudfair.http.problems import problem

_RANGE = re.compile(r"([0-9]{0,4000})-([0-9]{0,4000})")  # Python reads no number of more digits


class _File(FileResponse):
    """A file, or parts of it: Starlette alone refuses ranges that are to be ignored, and in no problem document."""

    ranges: str | None = None
    """What stands for the header Range of the request."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        headers = [(name, value) for name, value in scope["headers"] if name not in (b"range", b"if-range")]
        if self.ranges is not None:
            headers.append((b"range", self.ranges.encode()))
        await super().__call__({**scope, "headers": headers}, receive, send)


def file_answer(path: Path, stat: os.stat_result, media_type: str, asked: Headers) -> Response:
    """Return the answer to a request for a file, as its headers ask for it."""
    file = _File(path, media_type=media_type, filename=path.name, stat_result=stat)
    etag = file.headers["etag"]
    if not is_meant(etag, asked.get("if-match")):
        return problem(412, f"If-Match is {asked['if-match']}, and the file {etag}; fetch it anew")
    if is_known(etag, asked.get("if-none-match")) or _is_unmodified(file, asked):
        return Response(status_code=304, headers={"ETag": etag})
    if asked.get("if-range", etag) not in (etag, file.headers["last-modified"]):
        return file
    ranges = _ranges(asked.get("range", ""))
    wanted = [f"{first}-{last}" for first, last in ranges if _is_there(first, last, stat.st_size)]
    if ranges and not wanted:
        content_range = {"Content-Range": f"bytes */{stat.st_size}"}
        return problem(416, f"the file has {stat.st_size} bytes, and none in this Range; ask for others", content_range)
    if wanted:
        file.ranges = f"bytes={','.join(wanted)}"
    return file


def _is_unmodified(file: FileResponse, asked: Headers) -> bool:
    """Return whether a client has the file by the date that it was sent with; a tag, if it sent one, counts alone."""
    return "if-none-match" not in asked and asked.get("if-modified-since") == file.headers["last-modified"]


def _ranges(header: str) -> list[tuple[str, str]]:
    """Return the ranges of bytes that a header Range asks for; none where it is of another unit, or at fault."""
    unit, _, listed = header.partition("=")
    matches = [_RANGE.fullmatch(part.strip(" \t")) for part in listed.split(",") if part.strip(" \t")]
    ranges = [(each[1], each[2]) for each in matches if each]
    is_valid = unit.lower() == "bytes" and len(ranges) == len(matches) and all(map(_is_range, ranges))
    return ranges if is_valid else []


def _is_range(pair: tuple[str, str]) -> bool:
    first, last = pair
    return int(first) <= int(last) if first and last else bool(first or last)


def _is_there(first: str, last: str, size: int) -> bool:
    """Return whether a file of some size has bytes of a range; `-5` are the last five."""
    return int(first) < size if first else int(last) > 0 and size > 0
