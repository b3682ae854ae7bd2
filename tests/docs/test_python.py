"""The page for Python: its blocks run, one after the other, and give what it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "python.md"


def test_every_block_of_the_page_runs():
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    for block in blocks:
        exec(block, names)  # our own page
    assert names["run"].measure("negotiations.initiated") > 0
    difference = names["compare"](names["usual"], names["changed"])["negotiations.held"].difference
    assert difference.low < difference.mean < difference.high
