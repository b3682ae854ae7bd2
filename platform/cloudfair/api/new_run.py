"""Runs that begin with an empty log: for their own player, or for one that the backend starts."""

from __future__ import annotations

import json
import logging
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, JsonValue
from starlette.responses import Response

from cloudfair.http.requests import LARGEST
from cloudfair.http.responses import Described, header
from cloudfair.pools import Pool
from cloudfair.store.log import Log
from fairfacts.parts.runs import LARGEST_SCALE, LARGEST_SEED

NAME = r"^[^\s/\\\x00-\x1f\x7f-\x9f]+( [^\s/\\\x00-\x1f\x7f-\x9f]+)*$"
"""A scenario of a user's own has the name of its file: any script, single blanks, and no path."""

_logger = logging.getLogger(__name__)


def _as_json(value: JsonValue) -> JsonValue:
    """Return a value that JSON can carry; pydantic takes NaN and infinity, which the log's readers do not."""
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        raise ValueError("it holds a number that JSON does not have, such as NaN; leave it out") from None
    return value


class KnownRun(Described):
    """A run whose log says what it is: of a file that is imported, or of a run that is played again."""

    model_config = ConfigDict(extra="forbid")

    scenario: str = Field(pattern=NAME, max_length=64)
    seed: int = Field(ge=0, le=LARGEST)
    replication: int = Field(default=0, ge=0, le=LARGEST)
    scale: float = Field(default=1.0, gt=0, le=LARGEST_SCALE)
    version: str = Field(pattern=r"^[!-~]+$", max_length=64)
    request: Annotated[JsonValue, AfterValidator(_as_json)] = None
    """Whatever the client needs to resume the run."""


class NewRun(KnownRun):
    """A run that is about to begin."""

    seed: int = Field(ge=0, le=LARGEST_SEED)
    replication: int = Field(default=0, ge=0, le=LARGEST_SEED)


class CreatedRun(Described):
    """A run with an empty log."""

    run: str


CREATED: dict[int | str, dict[str, Any]] = {201: {"headers": {"Location": header("The run's address")}}}
"""How OpenAPI describes the answer that names a new run."""


def created(run: str, response: Response) -> CreatedRun:
    """Return the answer that names a new run, with its address in a header."""
    response.headers["Location"] = f"/runs/{run}"
    return CreatedRun(run=run)


async def begin(new: KnownRun, log: Log, pool: Pool) -> str:
    """Store a run with an empty log, and return its id."""
    fields = new.model_dump(exclude={"request"})
    fields["request"] = json.dumps(new.request, ensure_ascii=False, separators=(",", ":"))
    run = await pool.run(lambda: log.runs.create(**fields))
    _logger.info("run begun", extra={"fields": {"run": run.id, "seed": run.seed, "scale": run.scale}})
    return run.id
