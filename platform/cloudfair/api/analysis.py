"""Analysis of a run: SQL over its events, and, once it has ended, its Parquet files."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import ConfigDict, Field
from starlette.responses import FileResponse, Response

from cloudfair.api.auth import same_origin
from cloudfair.api.backend import Here
from cloudfair.errors import QueryError, UnknownError
from cloudfair.export.parquet import columns_of, file_of
from cloudfair.export.sql import MAX_ROWS, SUFFIX, Limits, ask
from cloudfair.http.files import file_answer
from cloudfair.http.requests import read_json
from cloudfair.http.responses import ETAG, Described, example, header, json_answer
from cloudfair.http.schemas import body_of
from fairfacts.errors import did_you_mean
from fairfacts.events import EVENT_TYPES, type_name

router = APIRouter(tags=["analysis"], dependencies=[Depends(same_origin)])

MEDIA_TYPE = "application/vnd.apache.parquet"
BINARY = {"type": "string", "format": "binary"}
FILE_HEADERS = {
    "ETag": ETAG,
    "Last-Modified": header("When the file was written; a later request sends it as If-Modified-Since"),
    "Accept-Ranges": header("bytes"),
}
FILE_PARAMETERS = [
    {"name": name, "in": "header", "required": False, "schema": {"type": "string"}, "description": text}
    for name, text in (
        ("Range", "the bytes that are wanted, such as `bytes=0-3`: the answer is 206"),
        ("If-Range", "the ETag or Last-Modified of which the range is; of another file the whole is sent"),
        ("If-None-Match", "the ETag of a copy that the client has: 304 if it is still good"),
        ("If-Modified-Since", "the Last-Modified of that copy, where the client has no ETag"),
        ("If-Match", "the ETag that the file must have, else 412"),
    )
]
"""What `cloudfair.http.files` reads of a request for a file."""
_FILES = {f"{type_name(event_type)}{SUFFIX}": event_type for event_type in EVENT_TYPES}


class ParquetColumn(Described):
    """A column of a file."""

    name: str
    type: str
    """As SQL calls it."""


class ParquetFile(Described):
    """The events of one type."""

    table: str
    """Its name in SQL: the events' type."""
    href: str
    bytes: int
    columns: list[ParquetColumn]


class ParquetFiles(Described):
    """The Parquet files of a run."""

    run: str
    files: list[ParquetFile]


class NewQuery(Described):
    """A question to a run's events."""

    model_config = ConfigDict(extra="forbid") | example(
        sql="select hour(clock) as hour, count(*) as requests from negotiation.requested"
        " where overseas group by hour order by hour",
        rows=24,
    )

    sql: str = Field(min_length=1, max_length=20_000)
    """One SELECT in DuckDB's SQL; each type of event is a table of that name."""
    rows: int = Field(default=1_000, ge=1, le=MAX_ROWS)
    """How many are returned at most."""


class QueryAnswer(Described):
    """The rows that a query found."""

    model_config = example(
        run="ciftis2020-s7-abcd",
        position=360_612,
        columns=[{"name": "hour", "type": "BIGINT"}, {"name": "requests", "type": "BIGINT"}],
        rows=[[0, 2817], [1, 2504]],
        truncated=False,
    )

    run: str
    position: int
    """How many events of the run it covers."""
    columns: list[ParquetColumn]
    rows: list[list[Any]]
    truncated: bool
    """Whether there are more rows than were asked for."""


@router.get("/runs/{run}/parquet")
async def list_parquet(run: str, here: Here) -> ParquetFiles:
    """Return what each Parquet file of a run holds; the run must have ended."""
    folder = await _folder(run, here)
    return ParquetFiles(
        run=run,
        files=[
            ParquetFile(
                table=type_name(event_type),
                href=f"/runs/{run}/parquet/{name}",
                bytes=file_of(folder, event_type).stat().st_size,
                columns=[ParquetColumn(name=column, type=kind) for column, kind in columns_of(event_type).items()],
            )
            for name, event_type in _FILES.items()
        ],
    )


@router.get(
    "/runs/{run}/parquet/{file}",
    response_class=FileResponse,
    responses={
        200: {"content": {MEDIA_TYPE: {"schema": BINARY}}, "headers": FILE_HEADERS},
        206: {
            "description": "The bytes of the header Range; several ranges as multipart/byteranges",
            "content": {MEDIA_TYPE: {"schema": BINARY}, "multipart/byteranges": {"schema": BINARY}},
            "headers": FILE_HEADERS | {"Content-Range": header("Which bytes these are, of one range")},
        },
        304: {"description": "The copy that the client has is still good", "headers": {"ETag": ETAG}},
    },
    openapi_extra={"parameters": FILE_PARAMETERS},
)
async def get_parquet(run: str, file: str, request: Request, here: Here) -> Response:
    """Return all events of one type as Parquet, whole or a range of bytes: `negotiation.requested.parquet`."""
    if (event_type := _FILES.get(file)) is None:
        raise UnknownError(f"run {run} has no file {file}; {did_you_mean(file, _FILES)}")
    path = file_of(await _folder(run, here), event_type)
    return file_answer(path, await asyncio.to_thread(path.stat), MEDIA_TYPE, request.headers)


@router.post(
    "/runs/{run}/query",
    openapi_extra=body_of(NewQuery),
    response_model=QueryAnswer,
)
async def query_run(run: str, request: Request, here: Here) -> Response:
    """Answer one SELECT over the events of a run; bounded in time and memory, it changes nothing.

    The answer names the position up to which it covers the run: the end, or, while the run goes on, where its log stood
    half a minute ago at most.
    """
    query = await read_json(request, NewQuery)
    settings = here.settings
    limits = Limits(time_s=settings.query_time_s, memory_mib=settings.query_memory_mib, rows=query.rows)
    with await here.pools.archives.run(here.archive.as_of_now, run) as archived:
        async with here.queries.taken():
            began = time.monotonic()
            result = await ask(archived.folder, query.sql, limits)
    here.metrics.queries.labels("answered" if result.fault is None else "refused").observe(time.monotonic() - began)
    if result.fault is not None:
        raise QueryError(result.fault)
    answer = {"run": run, "position": archived.position, "columns": result.columns, "rows": result.rows}
    return json_answer(answer | {"truncated": result.truncated})


async def _folder(run: str, here: Here) -> Path:
    return await here.pools.archives.run(here.archive.of, run)
