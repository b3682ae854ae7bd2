"""What is refused is told in full, and the list of it is complete."""

from __future__ import annotations

import re

import httpx
from fastapi import FastAPI
from tests.cloudfair.refusals import ROOT, document, refusals, status_of

from cloudfair import errors
from cloudfair.http.problems import answer_with_problems


def test_the_list_in_the_documents_is_complete() -> None:
    # renew it with: make renew
    assert (ROOT / "docs" / "problems.md").read_text() == document()


def test_every_kind_of_refusal_is_in_the_list() -> None:
    kinds = [
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.AnsweredError) and "status" in vars(kind)
    ]
    listed = {refusal.status for refusal in refusals()}
    assert {status_of(kind) for kind in kinds} <= listed
    assert errors.__doc__
    assert [kind for kind in kinds if kind not in errors.__doc__] == []


def test_every_refusal_says_what_may_be_done() -> None:
    assert [one.message for one in refusals() if not re.search(r"[;:] ", one.message)] == []


async def test_fault_of_the_backend_is_not_answered_as_one_of_the_client() -> None:
    app = FastAPI()
    answer_with_problems(app)

    @app.get("/")
    async def fail() -> None:
        raise RecursionError

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.json()["detail"]) == (
        500,
        "RecursionError in the backend; its log has the traceback",
    )
