"""Answers are as they are described, and a bad question is told what is wrong with it."""

from __future__ import annotations

from typing import Any, get_args

import httpx
import pytest
from tests.cloudfair.api.resources.asking import BUSY_MS, LISTS

from cloudfair.api.resources.services import SERVICES


@pytest.mark.parametrize(
    ("path", "asked", "status", "says"),
    [
        ("sessions", {"at": "tomorrow"}, 422, "tomorrow is no moment"),
        ("sessions", {"at": "2019-01-01"}, 422, "lies before the run's epoch"),
        ("sessions", {"cursor": "x"}, 422, "query.cursor: x is none; take it from `next` of a page"),
        ("sessions", {"colour": "red"}, 422, "query.colour is unknown; leave it out"),
        ("sessions", {"limit": 501}, 422, "less than or equal to 500"),
        ("negotiations", {"state": "lost"}, 422, "query.state is 'lost'; it should be"),
        ("negotiations", {"sort": "size"}, 422, "query.sort is 'size'; it should be"),
        ("organisations", {"kind": "enterprize"}, 422, "query.kind: it is 'enterprize', and the keys are "),
        ("organisations", {"kind": ""}, 422, "query.kind: it is '', and the keys are "),
        ("negotiations", {"sector": "finanse"}, 422, "query.sector: it is 'finanse', and the keys are "),
        ("sessions", {"kind": "forums"}, 422, "query.kind: it is 'forums', and the keys are "),
        ("zones", {"kind": "hall"}, 422, "query.kind: it is 'hall', and the keys are "),
        ("results", {"occasion": "gala"}, 422, "query.occasion: it is 'gala', and the keys are "),
        ("disruptions", {"kind": "flood"}, 422, "query.kind: it is 'flood', and the keys are borders_opened, "),
        ("organisations/1.0", {}, 422, "path.organisation: '1.0' is no number in digits alone"),
        ("sessions/+1", {}, 422, "path.session: '+1' is no number"),
        ("zones/%201", {}, 422, "path.zone: ' 1' is no number"),
        ("negotiations/00", {}, 422, "path.negotiation: '00' is no number"),
        ("streams/-1", {}, 422, "path.stream is '-1'; it should be greater than or equal to 0"),
        ("streams/x", {}, 422, "path.stream: 'x' is no number in digits alone"),
        ("negotiations/99999999", {}, 404, "has no negotiation 99999999 at"),
        ("sessions/99999999", {"at": 0}, 404, "has no session 99999999 at 0 ms"),
        ("negotiations/10", {"at": 0}, 404, "has no negotiation 10 at 0 ms"),
    ],
)
def test_bad_question_is_told_what_is_wrong_with_it(
    web: httpx.Client, played: str, path: str, asked: dict[str, Any], status: int, says: str
) -> None:
    answer = web.get(f"/runs/{played}/{path}", params=asked)
    assert (answer.status_code, says in answer.json()["detail"]) == (status, True), answer.text


def test_every_answer_is_as_it_is_described(web: httpx.Client, played: str) -> None:
    routes = [route for service in SERVICES for route in service.router.routes]
    models = {route.path.removeprefix("/runs/{run}/"): route.response_model for route in routes}
    details = ["sessions/{session}", "streams/{stream}", "zones/{zone}", "organisations/{organisation}"]
    details += ["negotiations/{negotiation}", "negotiations/lapses", "negotiations/between", "course"]
    for path in [*LISTS, *details]:
        for at_ms in (0, BUSY_MS, log_end_ms := 10**12):
            filled = path.split("{")[0] + ("3" if "{" in path else "")
            answer = web.get(f"/runs/{played}/{filled}", params={"at": at_ms})
            if answer.status_code == 404 and at_ms != log_end_ms:
                continue  # it was not there yet
            assert models[path].model_validate(answer.json()).model_dump(mode="json") == answer.json()


@pytest.mark.parametrize("path", LISTS)
def test_example_of_a_list_is_as_its_items_are(web: httpx.Client, path: str) -> None:
    (page,) = {
        route.response_model
        for service in SERVICES
        for route in service.router.routes
        if route.path == f"/runs/{{run}}/{path}"
    }
    (item,) = get_args(page.model_fields["items"].annotation)
    (example,) = item.model_json_schema()["examples"]
    described = web.get("/openapi.json").json()["components"]["schemas"][item.__name__]["properties"]
    assert any("description" in field for field in described.values()), path
    assert item.model_validate(example).model_dump(mode="json") == example
