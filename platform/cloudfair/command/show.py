"""How things are shown in the terminal: tables for people, JSON for programs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
from rich.console import Console, Group, RenderableType
from rich.table import Table

from fairfacts.comparison import ROLES, Row

WIDTH = 120
"""Of what goes to a file or a pipe."""

out = Console(width=None if sys.stdout.isatty() else WIDTH)
err = Console(stderr=True, width=None if sys.stderr.isatty() else WIDTH)


def print_json(value: Any) -> None:
    """Print a value as JSON on standard output."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def complain(message: str) -> None:
    """Say on standard error what went wrong."""
    err.print(f"[bold red]Error:[/] {escape(message)}", highlight=False, soft_wrap=True)


def escape(text: str) -> str:
    """Return text in which brackets are not taken for markup."""
    return text.replace("[", r"\[")


def table(title: str, columns: Iterable[tuple[str, str]], rows: Iterable[Iterable[str]]) -> Table:
    """Return a table of columns (name, and "left", "right", or "text" for one whose cells may be wrapped)."""
    shown = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim")
    for name, justify in columns:
        shown.add_column(name, justify="right" if justify == "right" else "left", no_wrap=justify != "text")
    for row in rows:
        shown.add_row(*map(escape, row))
    return shown


def comparison_tables(rows: Iterable[Row]) -> Group:
    """Return figures beside what was simulated, a table for each role: what speaks most for the model first."""
    rows = list(rows)
    spread = any(row.low is not None for row in rows)
    columns = [("figure", "left"), ("reported", "right"), ("+-", "right"), ("simulated", "right")]
    columns += [("95 % of fairs", "right")] if spread else []
    columns += [("ratio", "right")]
    columns += [("z", "right")] if spread else []
    columns += [("verdict", "left")]
    cells = {row.figure: tuple(_comparison_cells(row, spread=spread)) for row in rows}
    # all tables are as wide as the widest, so that their columns stand below one another
    widths = [max(map(len, column)) for column in zip([name for name, _ in columns], *cells.values(), strict=True)]
    heads = [
        (name.ljust(width) if justify == "left" else name.rjust(width), justify)
        for (name, justify), width in zip(columns, widths, strict=True)
    ]
    tables: list[RenderableType] = []
    for role, meaning in ROLES.items():
        if found := [cells[row.figure] for row in rows if row.role == role]:
            tables += ["", table(f"{role}: {meaning}", heads, found)]
    return Group(*tables[1:])


def _comparison_cells(row: Row, *, spread: bool) -> Iterator[str]:
    yield row.figure
    yield reported(row)
    rounding = f"{row.rounding / 1e6:g} M" if row.rounding >= 1e6 else short(row.rounding)
    yield rounding if row.rounding and row.op in ("=", "~") else ""
    yield short(row.simulated)
    if spread:
        yield "" if row.low is None or row.high is None else f"{short(row.low)}–{short(row.high)}"
    yield "" if row.ratio is None else f"{row.ratio:.3f}"
    if spread:
        yield "" if row.z is None or row.role == "input" else f"{row.z:+.1f}"
    yield row.verdict or ""


def reported(row: Row) -> str:
    """Return a row's figure with its operator; nothing where none was reported."""
    return "" if row.reported is None else f"{'' if row.op == '=' else row.op + ' '}{short(row.reported)}"


def short(value: float | str) -> str:
    """Return a number in little room, from a hundred million on in millions; a moment to the minute."""
    if isinstance(value, str):
        return f"{value[5:10]} {value[11:16]}" if "T" in value else value
    if abs(value) >= 1000:
        return f"{value / 1e6:,.0f} M" if abs(value) >= 1e8 else f"{value:,.0f}"
    return number(value)


def number(value: float | str) -> str:
    """Return a number with separated thousands and no needless decimals; text as it is."""
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"


def simulated_clock(epoch: str, at_ms: int) -> str:
    """Return a simulated moment as the fair's clocks show it, such as `Sat 5 Sep 14:32`."""
    moment = datetime.fromisoformat(epoch) + timedelta(milliseconds=at_ms)
    return f"{moment:%a} {moment.day} {moment:%b %H:%M}"
