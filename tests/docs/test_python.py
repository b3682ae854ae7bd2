"""The page for Python and the notebook: their blocks run, one after the other, and give what they say."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE, NOTEBOOK = DOCS / "guide" / "python.md", DOCS / "notebook.ipynb"


@pytest.mark.slow
def test_every_block_of_the_page_runs():
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    for block in blocks:
        exec(block, names)  # our own page
    assert names["run"].measure("negotiations.initiated") > 0
    difference = names["compare"](names["usual"], names["changed"])["negotiations.held"].difference
    assert difference.low < difference.mean < difference.high


@pytest.mark.slow
def test_every_cell_of_the_notebook_gives_what_stands_below_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    import matplotlib.pyplot as plt  # not while tests are collected: it takes half a second

    names: dict[str, Any] = {}
    cells = [cell for cell in json.loads(NOTEBOOK.read_text())["cells"] if cell["cell_type"] == "code"]
    for cell in cells:
        *lines, last = ast.parse("".join(cell["source"])).body
        value = None
        if not isinstance(last, ast.Expr):
            lines.append(last)
        exec(compile(ast.Module(lines, []), NOTEBOOK.name, "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), NOTEBOOK.name, "eval"), names)
        shown = [
            "".join(out["data"]["text/plain"]) for out in cell["outputs"] if out["output_type"] == "execute_result"
        ]
        assert shown == ([] if value is None else [repr(value)])
    assert len(plt.get_fignums()) == 1
    plt.close("all")
