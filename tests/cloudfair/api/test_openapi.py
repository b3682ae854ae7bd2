"""The OpenAPI document: whatever is asked as it says is answered as it says, and never by a server error."""

from __future__ import annotations

import os
from itertools import count, cycle

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable, UnsatisfiedAssumption
from schemathesis import Case, GenerationMode, Response
from schemathesis.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.failures import FailureGroup
from schemathesis.schemas import BaseSchema
from tests.cloudfair.example import begin, example, send, send_all

from cloudfair.export.cloudevents import BATCH, STRUCTURED
from fairsim.fair import play
from fairsim.inputs.scenario import load_scenario


@schemathesis.check
def is_no_server_error(_, response: Response, __) -> None:
    """What fails is a fault; what this backend says that it cannot do, or not now, is an answer."""
    is_told = response.status_code in (501, 503) and response.headers["content-type"] == ["application/problem+json"]
    assert response.status_code < 500 or is_told, response.text


CHECKS = [
    is_no_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = int(os.environ.get("EXAMPLES", "8"))
"""Requests of each operation in each mode: some twenty seconds in all; EXAMPLES=100 looks more closely."""
TRIES = 50
"""Draws, of which one at least is a request. Where a path can be nothing but what it says, hypothesis tries 458."""


class NothingElseError(Exception):
    """No request was drawn."""


@schemathesis.serializer("application/x-ndjson")
def ndjson(_, value) -> bytes:
    """Whatever text is made up, or an example that is one."""
    return value if isinstance(value, bytes) else str(value).encode()


schemathesis.serializer.alias([STRUCTURED, BATCH], "application/json")


@pytest.fixture(scope="module")
def runs(url: str) -> list[str]:
    """A small fair that has ended, a run that goes on, and one that has not begun."""
    with httpx.Client(base_url=url, timeout=30) as client:
        scenario = load_scenario("ciftis2020", scale=0.01)
        events = [event for _, slice_ in play(scenario, 7) for event in slice_]
        fair, running, empty = begin(client, events), begin(client), begin(client)
        send_all(client, fair, events, size=20_000)
        send(client, running, example(100, ends=False))
        return [fair, running, empty]


@pytest.fixture(scope="module")
def described(url: str, runs: list[str]) -> BaseSchema:
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json", timeout=60)
    known = cycle([*runs, None])

    @schema.hook
    def map_path_parameters(context, path_parameters):
        """Ask for runs that there are, and now and then for one that is made up."""
        runs_of = {name for name in path_parameters or () if name in ("run", "a", "b")}
        return path_parameters and path_parameters | {name: next(known) or path_parameters[name] for name in runs_of}

    return schema


@st.composite
def soon(draw: st.DrawFn, cases: st.SearchStrategy[Case], tries: count[int], found: list[str]) -> Case:
    """A case; where there was none in so many tries, there is none."""
    tried = next(tries)
    try:
        case = draw(cases)
    except UnsatisfiedAssumption:
        if tried >= TRIES and not found:
            raise NothingElseError from None
        raise
    found[:] = ["one"]
    return case


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as it says", "otherwise"])
def test_every_operation_answers_as_it_says(described: BaseSchema, mode: GenerationMode) -> None:
    faults = {}
    for operation in described.get_all_operations():
        asked = operation.ok()

        @given(case=soon(asked.as_strategy(generation_mode=mode), count(), []))
        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def answers(case: Case) -> None:
            case.call_and_validate(checks=CHECKS, timeout=30)

        try:
            answers()
        except FailureGroup as group:
            faults[asked.label] = [str(fault) for fault in group.exceptions]
        except (Unsatisfiable, NothingElseError):  # nothing can be asked of it but what it says
            assert mode is GenerationMode.NEGATIVE, asked.label
            assert not [*asked.query, *asked.body], asked.label
    assert faults == {}
