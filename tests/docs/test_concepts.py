"""The glossary speaks the words of the code: each of its terms is found there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cloudfair.feed.messages import Message

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    *ROOT.glob("platform/fair*/**/*.py"),
    *ROOT.glob("platform/cloudfair/**/*.py"),
    *ROOT.glob("sim/**/*.py"),
    *ROOT.glob("platform/web/src/**/*.ts*"),
]
TERMS = [
    term.strip()
    for cell in re.findall(r"^\| ([^|]+) \| [^|]+ \|$", (ROOT / "CONCEPTS.md").read_text(), re.MULTILINE)
    if cell != "word" and not cell.startswith(("`", "-"))
    for term in cell.split(",")
]


@pytest.fixture(scope="module")
def code() -> str:
    """All sources, with every break between two words as one blank: `PointInTime`, `point_in_time`, `point in time`."""
    return spaced("\n".join(path.read_text() for path in SOURCES))


@pytest.mark.parametrize("term", TERMS)
def test_term_is_found_in_the_code(term: str, code: str) -> None:
    assert f" {spaced(term)}" in code


def spaced(text: str) -> str:
    """Return a text in lower case with one blank between two words, however they were joined."""
    return re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)).lower()


def test_every_message_of_the_feed_is_explained() -> None:
    section = (ROOT / "CONCEPTS.md").read_text().partition("### The messages of the feed")[2].partition("\n## ")[0]
    explained = re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in section.splitlines() if line[:1] == "|"))
    assert sorted(explained) == sorted({str(kind.__struct_config__.tag) for kind in Message.__subclasses__()})


def test_no_term_is_explained_twice() -> None:
    assert len(TERMS) == len(set(TERMS))
