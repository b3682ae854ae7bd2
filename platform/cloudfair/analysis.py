"""Analysis of a run that has ended: its Parquet files, and SQL over them."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import FileResponse, Response

from cloudfair.backend import Here, same_origin
from cloudfair.intake import read_json
from cloudfair.parquet import columns_of, file_of
from cloudfair.problems import BusyError, QueryError, UnknownError
from cloudfair.query import MAX_ROWS, SUFFIX, Limits, ask
from cloudfair.runs import json_answer
from fairfacts.errors import did_you_mean
from fairfacts.events import EVENT_TYPES, type_name

router = APIRouter(tags=["analysis"], dependencies=[Depends(same_origin)])

MEDIA_TYPE = "application/vnd.apache.parquet"
_FILES = {f"{type_name(event_type)}{SUFFIX}": event_type for event_type in EVENT_TYPES}


class ParquetColumn(BaseModel):
    """A column of a file."""

    name: str
    type: str
    """As SQL calls it."""


class ParquetFile(BaseModel):
    """The events of one type."""

    table: str
    """Its name in SQL: the events' type."""
    href: str
    bytes: int
    columns: list[ParquetColumn]


class ParquetFiles(BaseModel):
    """The Parquet files of a run."""

    run: str
    files: list[ParquetFile]


class NewQuery(BaseModel):
    """A question to a run's events."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "sql": "select hour(clock) as hour, count(*) as requests from negotiation.requested"
                    " where overseas group by hour order by hour",
                    "rows": 24,
                }
            ]
        },
    )

    sql: str = Field(min_length=1, max_length=20_000)
    """One SELECT in DuckDB's SQL; each type of event is a table of that name."""
    rows: int = Field(default=1_000, ge=1, le=MAX_ROWS)
    """How many are returned at most."""


class QueryAnswer(BaseModel):
    """The rows that a query found."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "run": "ciftis2020-s7-abcd",
                    "columns": [{"name": "hour", "type": "BIGINT"}, {"name": "requests", "type": "BIGINT"}],
                    "rows": [[0, 2817], [1, 2504]],
                    "truncated": False,
                }
            ]
        }
    )

    run: str
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


@router.head("/runs/{run}/parquet/{file}", include_in_schema=False)
@router.get(
    "/runs/{run}/parquet/{file}",
    response_class=FileResponse,
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def get_parquet(run: str, file: str, here: Here) -> Response:
    """Return all events of one type as Parquet, whole or a range of bytes: `negotiation.requested.parquet`."""
    if (event_type := _FILES.get(file)) is None:
        raise UnknownError(f"run {run} has no file {file}; {did_you_mean(file, _FILES)}")
    return FileResponse(file_of(await _folder(run, here), event_type), media_type=MEDIA_TYPE, filename=file)


@router.post(
    "/runs/{run}/query",
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/json": {"schema": NewQuery.model_json_schema()}}}
    },
    response_model=QueryAnswer,
)
async def query_run(run: str, request: Request, here: Here) -> Response:
    """Answer one SELECT over the events of a run that has ended; bounded in time and memory, it changes nothing."""
    query = await read_json(request, NewQuery)
    folder, settings = await _folder(run, here), here.settings
    limits = Limits(time_s=settings.query_time_s, memory_mib=settings.query_memory_mib, rows=query.rows)
    try:
        async with asyncio.timeout(limits.time_s):
            await here.queries.acquire()
    except TimeoutError:
        raise BusyError(f"{settings.queries} queries are being answered; ask again in a moment") from None
    try:
        began = time.monotonic()
        found = await ask(folder, query.sql, limits)
    finally:
        here.queries.release()
    here.metrics.queries.labels("answered" if found.fault is None else "refused").observe(time.monotonic() - began)
    if found.fault is not None:
        raise QueryError(found.fault)
    return json_answer({"run": run, "columns": found.columns, "rows": found.rows, "truncated": found.truncated})


async def _folder(run: str, here: Here) -> Path:
    return await asyncio.to_thread(here.archive.of, run)
