"""Answers of the read side: pages of things, or one thing, as of a moment, with a tag by which a copy is known."""

from __future__ import annotations

import binascii
import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Generic, NamedTuple, Protocol, TypeVar

import msgspec
import numpy as np
from fastapi import Depends, Header, Request
from pydantic import ConfigDict, Field
from starlette.responses import Response

from cloudfair.api.as_of import AT, LONGEST_AT, parameter_ms, state_as_of
from cloudfair.api.backend import Here
from cloudfair.errors import UnknownError
from cloudfair.http.conditional import is_known
from cloudfair.http.requests import EXACT
from cloudfair.http.responses import Described, describe_fields, example, not_valid
from cloudfair.pools import Pool
from cloudfair.projections.live_runs import LiveRuns
from cloudfair.projections.point_in_time import PointsInTime
from cloudfair.projections.read_model.model import AsOf, ReadModel, Section
from cloudfair.projections.read_model.table import Filter, Keys, Rows, Table
from fairfacts.event import Count, Milliseconds
from fairfacts.measures import State
from fairfacts.parts.fairs import FairDescription

LARGEST = EXACT
"""The largest number that a thing of the fair can bear."""


class KeyOf(NamedTuple):
    """Marks a filter whose value is a key: of a run's fair, or one that its log has beside these."""

    keys: Callable[[FairDescription], Iterable[str]]
    """Returns those that a fair describes; none where it describes none, and then any is taken."""


class Moment(Described):
    """Which events an answer holds."""

    model_config = example(position=258_945, at_ms=124_200_000)

    position: int
    """How many: the position of the next one."""
    at_ms: int
    """Simulated time since the run's epoch up to which they happened."""


Item = TypeVar("Item")


class Page(Described, Generic[Item]):
    """Some things of a run, as of a moment."""

    model_config = ConfigDict(json_schema_extra=describe_fields)

    as_of: Moment
    items: list[Item]
    next: str | None
    """The cursor of the next page, which is of the same moment; null after the last."""


class One(Described, Generic[Item]):
    """One thing of a run, as of a moment."""

    as_of: Moment
    item: Item


class AskedOne(Described):
    """What can be asked of one thing."""

    model_config = ConfigDict(extra="forbid")

    at: str | None = Field(
        None,
        max_length=LONGEST_AT,
        description=AT,
        examples=["2020-09-05T10:30:00+08:00", "124200000"],
    )


class Asked(AskedOne):
    """What can be asked of every list."""

    cursor: str | None = Field(None, max_length=512, description="`next` of the page before")
    limit: int = Field(50, ge=1, le=500, description="how many at most")


class Listing(Section, Protocol):
    """A section of the read model that can be listed."""

    table: Table
    begins: str
    """The column with the moment from which a thing is there."""

    def where(self, asked: Any, at_ms: int) -> list[Filter]:
        """Return the filters that were asked for."""

    def keys(self, sort: str, at_ms: int) -> Keys | None:
        """Return what a word of `sort` sorts by; None for the order of the log."""

    def items(self, rows: Rows, at_ms: int) -> list[dict[str, Any]]:
        """Return rows as they are shown."""


class _Cursor(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """Where a page ended."""

    question: str
    at_ms: Milliseconds
    key: float
    row: Count


_cursors = msgspec.json.Decoder(_Cursor)


@dataclass(frozen=True)
class Reader:
    """Answers one request about one run."""

    model: ReadModel
    request: Request
    if_none_match: str | None

    def page(self, kind: Callable[[ReadModel], Listing], asked: Asked, sort: str = "") -> Response:
        """Answer with a page of what a section lists.

        Raises:
            RequestValidationError: the moment or the cursor cannot be read.
        """
        question = self._question()
        cursor = _read(asked.cursor, question) if asked.cursor is not None else None

        def page(as_of: AsOf) -> dict[str, Any]:
            listing = self.model.section(kind)
            table, at_ms = listing.table, as_of.at_ms
            _check_keys(asked, self.model.fair, table)
            keys = listing.keys(sort.removeprefix("-"), at_ms)
            rows = table.page(
                listing.where(asked, at_ms),
                asked.limit + 1,
                end=table.begun(listing.begins, at_ms),
                keys=keys,
                falling=sort.startswith("-"),
                after=(cursor.key, cursor.row) if cursor else None,
            )
            following = None
            if len(rows) > asked.limit:
                rows = rows[: asked.limit]
                key = 0 if keys is None else keys(rows[-1:])[0].item()
                following = _written(_Cursor(question, at_ms, key, int(rows[-1])))
            return {"items": listing.items(rows, at_ms), "next": following}

        return self.answer(asked.at, page, cursor.at_ms if cursor else None)

    def item(
        self,
        kind: Callable[[ReadModel], Listing],
        number: int,
        asked: AskedOne,
        more: Callable[[int, int], dict[str, Any]] = lambda _row, _at_ms: {},
    ) -> Response:
        """Answer with one thing of what a section lists, and `more` of it by its row and the moment.

        Raises:
            RequestValidationError: the moment cannot be read.
            UnknownError: there is no such thing at that moment.
        """

        def item(as_of: AsOf) -> dict[str, Any]:
            listing = self.model.section(kind)
            table = listing.table
            row = table.row(number)
            if row < 0 or table[listing.begins][row] > as_of.at_ms:
                raise UnknownError(
                    f"run {self.model.run} has no {table.key} {number} at {as_of.at_ms} ms, after its first"
                    f" {as_of.position} events; the list tells which there are"
                )
            (shown,) = listing.items(np.array([row], np.int64), as_of.at_ms)
            return {"item": shown | more(row, as_of.at_ms)}

        return self.answer(asked.at, item)

    def answer(self, at: str | None, make: Callable[[AsOf], dict[str, Any]], at_ms: int | None = None) -> Response:
        """Answer with what `make` makes as of a moment, unless the client has it already.

        `at` is the moment as it was asked for, `at_ms` the one of the page before.

        Raises:
            RequestValidationError: the moment cannot be read.
        """
        model = self.model
        if at_ms is None and at is not None:
            at_ms = parameter_ms(at, model.epoch)
        with model.lock:
            as_of = model.now if at_ms is None else model.as_of(at_ms)

            def body(tag: str) -> bytes:
                return model.cached_body(tag, lambda: _body(as_of, make(as_of)))

            return _answer(self.request, self.if_none_match, as_of, body)

    def _question(self) -> str:
        """Return a mark of everything that was asked but for the place in the list."""
        asked = sorted(pair for pair in self.request.query_params.multi_items() if pair[0] not in ("cursor", "limit"))
        return _mark(self.request.url.path, asked)


@dataclass(frozen=True)
class Measurer:
    """Answers one request about one run with what its measures hold, and no snapshot shows."""

    runs: LiveRuns
    points: PointsInTime
    pool: Pool
    run: str
    request: Request
    if_none_match: str | None

    async def answer(self, at: str | None, make: Callable[[State], dict[str, Any]]) -> Response:
        """Answer with what `make` makes of the state of the measures at a moment, unless the client has it already.

        Raises:
            UnknownError: there is no such run.
            RequestValidationError: the moment cannot be read.
        """
        state, at_ms = await state_as_of(self.runs, self.points, self.pool, self.run, at)
        as_of = AsOf(state.position, at_ms)
        return _answer(self.request, self.if_none_match, as_of, lambda _: _body(as_of, make(state)))


def _check_keys(asked: Asked, fair: FairDescription, table: Table) -> None:
    """Check that each key that is asked for is one: a misspelt one would be answered with an empty list.

    Raises:
        RequestValidationError: one is none; names those that there are.
    """
    for name, field in type(asked).model_fields.items():
        value = getattr(asked, name)
        for described in (sorted(mark.keys(fair)) for mark in field.metadata if isinstance(mark, KeyOf)):
            if value is not None and described and value not in described and not table.has(name, value):
                raise not_valid(name, value, f"it is {value!r}, and the keys are {', '.join(described)}; ask for one")


Copy = Annotated[str | None, Header(alias="If-None-Match", description="the ETag of a copy that the client has")]


async def reader(run: str, request: Request, here: Here, if_none_match: Copy = None) -> Reader:
    """Return what answers for a run, its log taken in up to what was answered for."""
    return Reader(await here.read_models.of(await here.runs.get(run)), request, if_none_match)


async def measurer(run: str, request: Request, here: Here, if_none_match: Copy = None) -> Measurer:
    """Return what answers for a run from its measures."""
    return Measurer(here.runs, here.points_in_time, here.pools.past, run, request, if_none_match)


Reading = Annotated[Reader, Depends(reader)]
Measuring = Annotated[Measurer, Depends(measurer)]


def _answer(request: Request, if_none_match: str | None, as_of: AsOf, body: Callable[[str], bytes]) -> Response:
    """Answer with a body, made by the tag under which it is known, unless the client has it."""
    tag = f'"{_mark(request.app.version, request.url.path, request.url.query, as_of)}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if is_known(tag, if_none_match):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body(tag), headers=headers, media_type="application/json")


def _body(as_of: AsOf, content: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"as_of": as_of._asdict()} | content)


def _mark(*parts: object) -> str:
    return hashlib.blake2s(repr(parts).encode(), digest_size=8).hexdigest()


def _written(cursor: _Cursor) -> str:
    return urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def _read(text: str, question: str) -> _Cursor:
    """Return a cursor from its text.

    Raises:
        RequestValidationError: it is none, or of another question.
    """
    try:
        cursor = _cursors.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (msgspec.DecodeError, ValueError, binascii.Error):
        raise not_valid("cursor", text, f"{text} is none; take it from `next` of a page, or leave it out") from None
    if cursor.question != question:
        raise not_valid(
            "cursor",
            text,
            f"{text} is of another question; with other filters, order or moment leave it out to begin again",
        )
    return cursor
