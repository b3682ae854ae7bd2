"""No code knows a fair: the words of shipped fairs stand in `seeds/` and `scenarios/` alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FAIRS = sorted(file.parent.name for file in ROOT.glob("seeds/*/fair.toml"))
WORDS = (
    "henan",
    "teda\\b",
    "beijing",
    "haikou",
    "hainan",
    "berlin now",
    "asia/shanghai",
    "\\b2020-09-0",
    "服贸会",
    "河南",
)
NAMES = (fair.rstrip("0123456789") for fair in FAIRS)
KNOWN = re.compile(rf"[\w/-]*(?:{'|'.join([*WORDS, *NAMES])})[\w:+-]*", re.IGNORECASE)
"""A word of shipped fairs, with what it is part of."""
HOME = re.compile(r"\bCN\b")
MODULES = sorted(ROOT.glob("sim/**/*.py"))
PLAYED = {"sim/fairlab/profile.py": {"ciftis2020", "ciftis2020-as-planned"}}
"""The fairs that the profile in `seeds/ciftis2020` is made from: `python -m fairlab.profile` is their only user."""


def texts(node: ast.AST) -> Iterator[str]:
    """Yield the texts of a module that are no docstrings."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            yield child.value
        yield from texts(child)


def known(module: Path) -> set[str]:
    """The words of shipped fairs in a module."""
    found = list(texts(ast.parse(module.read_text(encoding="utf-8"))))
    return {word for text in found for word in [*KNOWN.findall(text), *([text] if HOME.fullmatch(text) else [])]}


def test_words_of_a_fair_are_found(tmp_path: Path):
    (tmp_path / "module.py").write_text('"""ciftis2020"""\nX = ["of Henan", f"itbnow2021-s7 {1}", "CN", "CNN"]\n')
    assert known(tmp_path / "module.py") == {"Henan", "itbnow2021-s7", "CN"}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(ROOT)))
def test_no_code_of_the_model_knows_a_fair(module: Path):
    assert known(module) == PLAYED.get(str(module.relative_to(ROOT)), set())
