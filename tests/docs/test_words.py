"""One word for one thing: what `words.toml` lists stands nowhere but where it says why."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LISTS: dict[str, dict[str, Any]] = tomllib.loads((ROOT / "tests/docs/words.toml").read_text(encoding="utf-8"))


def relative(paths: Iterator[Path]) -> list[str]:
    """The paths in this repository, without those that are made or fetched."""
    made = ("node_modules", "generated", "__pycache__")
    others = (path.relative_to(ROOT) for path in paths if not set(made) & set(path.parts))
    return sorted(path.as_posix() for path in others)


DOCUMENTS = ("*.md", "docs/**/*.md", "s*/*.md", "platform/web/src/**/en.json")
PYTHON = relative(path for place in ("platform", "sim") for path in (ROOT / place).rglob("*.py"))
PAGE = relative(ROOT.glob("platform/web/src/**/*.ts*"))
TEXTS = [
    *PYTHON,
    *PAGE,
    *relative(
        path for form in ("*.md", "docs/**/*.md", "s*/*.md", "platform/web/src/**/en.json") for path in ROOT.glob(form)
    ),
]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Every text by its path, in lower case, with one blank between two words, however they were joined."""
    return {path: spaced((ROOT / path).read_text(encoding="utf-8")) for path in TEXTS}


def spaced(text: str) -> str:
    """Return a text in lower case with one blank between two words."""
    return f" {re.sub(r'[^a-z]+', ' ', re.sub(r'(?<=[a-z])(?=[A-Z])', ' ', text).lower())} "


@pytest.mark.parametrize("word", LISTS["words"])
def test_another_word_stands_for_it(word: str, texts: dict[str, str]) -> None:
    entry = LISTS["words"][word]
    assert sorted(path for path, text in texts.items() if f" {word} " in text) == sorted(entry.get("stay", {})), (
        f"{word}: write {entry['say']}, or why it stays, in tests/docs/words.toml"
    )


@pytest.mark.parametrize("name", LISTS["names"])
def test_a_name_says_what_it_is(name: str, named: dict[str, list[str]]) -> None:
    entry, places = LISTS["names"][name], named.get(name, [])
    assert sorted({place.partition(":")[0] for place in places}) == sorted(entry.get("stay", {})), (
        f"{name} in {places}: write {entry['say']}, or why it stays, in tests/docs/words.toml"
    )


@pytest.fixture(scope="module")
def named() -> dict[str, list[str]]:
    """By name, where code gives it: each place as path:line."""
    places: dict[str, list[str]] = {}
    for path in (*PYTHON, *PAGE):
        text = (ROOT / path).read_text(encoding="utf-8")
        for name, line in names_of_python(text) if path.endswith(".py") else names_of_page(text):
            places.setdefault(name.strip("_").lower(), []).append(f"{path}:{line}")
    return places


def names_of_python(text: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Name(name, ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield name, node.lineno
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name, node.lineno


def names_of_page(text: str) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(text.splitlines(), 1):
        yield from ((name, number) for name in re.findall(r"\b(?:const|let|function|class) (\w+)", line))


def test_both_kinds_of_code_are_looked_through() -> None:
    python = names_of_python("def told(one):\n    said = self._kept = 1")
    assert sorted(python) == [("_kept", 2), ("one", 1), ("said", 2), ("told", 1)]
    assert list(names_of_page("  const found = 1;\nfunction one() {}")) == [("found", 1), ("one", 2)]
