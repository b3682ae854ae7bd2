"""Tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table

from faircli.text import visible

Column = tuple[str, str]
"""Name, and `left`, `right`, or `text` for a column whose cells may be wrapped."""
GAP = 2
"""Blank columns between two columns of a table."""
NARROWEST = 20
"""Columns that a cell of text is wrapped to at the least, if no word of it is longer."""


class Whole(Table):
    """A table whose cells are whole: where they need more columns than there are, its lines are longer than those."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Render it at the width that it needs."""
        needed = sum(column.min_width or 0 for column in self.columns) + GAP * (len(self.columns) - 1)
        yield from super().__rich_console__(console, options.update_width(max(options.max_width, needed)))


def table(title: str, columns: Iterable[Column], rows: Iterable[Iterable[str]]) -> Table:
    """Return a table of columns and rows of cells."""
    shown = Whole(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim")
    columns, cells = list(columns), [tuple(map(visible, row)) for row in rows]
    for (name, justify), width, word in zip(
        columns, _widths(columns, cells, "\n"), _widths(columns, cells), strict=True
    ):
        least = max(word, min(width, NARROWEST)) if justify == "text" else width
        shown.add_column(
            name, justify="right" if justify == "right" else "left", no_wrap=justify != "text", min_width=least
        )
    for row in cells:
        shown.add_row(*row)
    return shown


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], between: str | None = None) -> list[int]:
    """Return the width of the longest line or word of each column, its head among them; blanks part words."""
    return [
        max(cell_len(part) for cell in cells for part in cell.split(between) or [""])
        for cells in zip([name for name, _ in columns], *rows, strict=True)
    ]


def fitting_table(title: str, columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> Table:
    """Return a table of whole cells: where the width has no room for all columns, the last ones are left out."""
    widths = _widths(columns, rows, "\n")
    count = next((count for count in range(len(columns), 1, -1) if sum(widths[:count]) + GAP * (count - 1) <= width), 1)
    return table(title, columns[:count], (row[:count] for row in rows))
