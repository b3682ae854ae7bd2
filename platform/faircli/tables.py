"""Tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Table

Column = tuple[str, str]
"""Name, and `left`, `right`, or `text` for a column whose cells may be wrapped."""
GAP = 2
"""Blank columns between two columns of a table."""


def table(title: str, columns: Iterable[Column], rows: Iterable[Iterable[str]]) -> Table:
    """Return a table of columns and rows of cells."""
    shown = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim")
    for name, justify in columns:
        shown.add_column(name, justify="right" if justify == "right" else "left", no_wrap=justify != "text")
    for row in rows:
        shown.add_row(*row)
    return shown


def fitting_table(title: str, columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> Table:
    """Return a table of whole cells: where the width has no room for all columns, the last ones are left out."""
    widths = [max(map(len, cells)) for cells in zip([name for name, _ in columns], *rows, strict=True)]
    count = next((count for count in range(len(columns), 1, -1) if sum(widths[:count]) + GAP * (count - 1) <= width), 1)
    return table(title, columns[:count], (row[:count] for row in rows))
