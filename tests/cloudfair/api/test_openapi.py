"""The OpenAPI document: whatever is asked as it says is answered as it says, and never by a server error."""

from __future__ import annotations

import os
from itertools import cycle

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
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

from cloudfair.export.cloudevents import BATCH, ONE
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


@schemathesis.serializer("application/x-ndjson")
def ndjson(_, value) -> bytes:
    """Whatever text is made up, or an example that is one."""
    return value if isinstance(value, bytes) else str(value).encode()


schemathesis.serializer.alias([ONE, BATCH], "application/json")


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
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    known = cycle([*runs, None])

    @schema.hook
    def map_path_parameters(context, path_parameters):
        """Ask for runs that there are, and now and then for one that is made up."""
        runs_of = {name for name in path_parameters or () if name in ("run", "a", "b")}
        return path_parameters and path_parameters | {name: next(known) or path_parameters[name] for name in runs_of}

    return schema


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as it says", "otherwise"])
def test_every_operation_answers_as_it_says(described: BaseSchema, mode: GenerationMode) -> None:
    faults = {}
    for operation in described.get_all_operations():
        asked = operation.ok()

        @given(case=asked.as_strategy(generation_mode=mode))
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
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, asked.label  # nothing can be asked of it but what it says
    assert faults == {}
