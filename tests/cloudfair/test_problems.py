"""What is refused is told in full, and the list of it is complete."""

from __future__ import annotations

import re

from tests.cloudfair.refusals import ROOT, document, refusals, status_of

from cloudfair import problems


def test_the_list_in_the_documents_is_complete() -> None:
    # renew it with: python -m tests.cloudfair.refusals > docs/problems.md
    assert (ROOT / "docs" / "problems.md").read_text() == document()


def test_every_kind_of_refusal_is_in_the_list() -> None:
    kinds = [
        name
        for name, kind in vars(problems).items()
        if isinstance(kind, type) and issubclass(kind, problems.RefusedError) and kind is not problems.RefusedError
    ]
    listed = {refusal.status for refusal in refusals()}
    assert {status_of(kind) for kind in kinds} <= listed
    assert problems.__doc__
    assert [kind for kind in kinds if kind not in problems.__doc__] == []


def test_every_refusal_says_what_may_be_done() -> None:
    assert [one.message for one in refusals() if not re.search(r"[;:] ", one.message)] == []
