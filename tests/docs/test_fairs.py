"""The document of the shipped fairs has each of them with every figure that is compared, and what they play now."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairfacts.evidence.folder import known_fair
from fairfacts.evidence.roles import ECONOMIES
from fairlab.fairs import document
from fairsim.inputs.fair import fair_names, load_fair

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "fairs.md"


def test_every_shipped_fair_and_every_figure_is_in_the_document():
    # renew it with: make renew
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [name for name in fair_names() if f"## {load_fair(name).names['en']}" not in text] == []
    figures = [figure for name in fair_names() for figure in known_fair(name).figures.values()]
    missing = [figure for figure in figures if f"`{figure.id}`" not in text]
    assert {figure.unit for figure in missing} == {ECONOMIES}  # compared at full scale alone


@pytest.mark.slow
def test_what_the_document_says_is_what_the_shipped_fairs_play():
    # plays each of them, 5 s of processor time: a change of parameters or of the model makes its numbers old
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "renew docs/fairs.md: make renew"
