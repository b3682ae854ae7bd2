"""The document of the shipped fairs names each of them, with every figure that is compared."""

from __future__ import annotations

from pathlib import Path

from fairfacts.evidence.folder import known_fair
from fairsim.inputs.fair import fair_names, load_fair

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "fairs.md"


def test_every_shipped_fair_and_every_figure_is_in_the_document():
    # renew it with: make renew
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [name for name in fair_names() if f"## {load_fair(name).names['en']}" not in text] == []
    figures = [figure for name in fair_names() for figure in known_fair(name).figures]
    assert [figure for figure in figures if f"`{figure}`" not in text] == []
