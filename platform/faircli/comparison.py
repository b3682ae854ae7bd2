"""Tables of what was reported beside what was simulated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType

from faircli.tables import table
from faircli.text import short
from fairfacts.evidence.comparison import Row
from fairfacts.evidence.emergent import EMERGENT, unit_of
from fairfacts.evidence.roles import ROLES
from fairfacts.measures import value_at


def comparison_tables(rows: Iterable[Row]) -> Group:
    """Return figures beside what was simulated, a table for each role: what speaks most for the model first.

    Of a fair that is smaller or larger than the documented one, both are shown: the figure, and what it comes to.
    """
    rows = list(rows)
    scaled = is_scaled(rows)
    spread = any(row.low is not None for row in rows)
    columns = [("figure", "left"), ("reported", "right")]
    columns += [("at this scale", "right")] if scaled else []
    columns += [("+-", "right"), ("simulated", "right")]
    columns += [("95 % of fairs", "right")] if spread else []
    columns += [("ratio", "right")]
    columns += [("z", "right")] if spread else []
    columns += [("verdict", "left")]
    cells = {row.figure: tuple(_comparison_cells(row, spread=spread, scaled=scaled)) for row in rows}
    # all tables are as wide as the widest, so that their columns stand below one another
    widths = [max(map(len, column)) for column in zip([name for name, _ in columns], *cells.values(), strict=True)]
    heads = [
        (name.ljust(width) if justify == "left" else name.rjust(width), justify)
        for (name, justify), width in zip(columns, widths, strict=True)
    ]
    tables: list[RenderableType] = []
    for role, meaning, of_it in by_worth(rows):
        tables += ["", table(f"{role}: {meaning}", heads, [cells[row.figure] for row in of_it])]
    return Group(*tables[1:])


def by_worth(rows: Sequence[Row]) -> Iterator[tuple[str, str, list[Row]]]:
    """Yield rows by what they are worth, those of each worth with its name and meaning: what is worth most first."""
    for role, meaning in ROLES.items():
        if in_role := [row for row in rows if row.role == role]:
            yield role, meaning, in_role


def caveats(rows: Iterable[Row]) -> Iterator[str]:
    """Yield what weakens the evidence of held-out figures and of plans, a line for each that has such a thing."""
    return (f"{row.figure}: {row.caveat}" for row in rows if row.caveat and (row.role == "held out" or row.is_plan))


def why_open(rows: Iterable[Row], *, is_over: bool, is_one: bool) -> Iterator[str]:
    """Yield why verdicts are open, and what would decide them: nothing, if there are none or their caveats say it."""
    if not any(row.verdict == "open" and not row.is_plan for row in rows):
        return
    if not is_over:
        yield "open: the run goes on; what it comes to is known at its end"
    elif is_one:
        yield "open: one run cannot tell chance from disagreement; fair ensemble plays several"
    else:
        yield "open: the next fair may be too far away to tell; more replications tell, or a larger scale"


def is_scaled(rows: Iterable[Row]) -> bool:
    """Return whether a figure comes to another number than was reported, as the fair is of another size."""
    return any(row.reported != row.as_reported for row in rows)


def reported_at(scale: float) -> str:
    """Return the head of a column of figures at the scale of a run."""
    return "reported" if scale == 1 else f"reported x {scale:g}"


def emergent_table(measures: dict[str, Any]) -> RenderableType:
    """Return the measures that organisers ask for, of a run; without those that stayed 0."""
    values = ((path, value_at(measures, path)) for path in EMERGENT)
    cells = [(path, short(value), unit_of(path)) for path, value in values if value]
    return table("What came of it", [("measure", "left"), ("value", "right"), ("unit", "left")], cells)


def _comparison_cells(row: Row, *, spread: bool, scaled: bool) -> Iterator[str]:
    yield row.figure
    yield reported(row, row.as_reported)
    if scaled:
        yield reported(row, row.reported)
    rounding = f"{row.rounding / 1e6:g} M" if row.rounding >= 1e6 else short(row.rounding)
    yield rounding if row.rounding and row.op in ("=", "~") else ""
    yield short(row.simulated) or "–"
    if spread:
        yield "" if row.low is None or row.high is None else f"{short(row.low)}–{short(row.high)}"
    yield "" if row.ratio is None else f"{row.ratio:.3f}"
    if spread:
        yield "" if row.z is None or row.role == "input" else f"{row.z:+.1f}"
    yield row.verdict or ""


def reported(row: Row, figure: float | str | None) -> str:
    """Return a row's figure, as reported or at its scale, with its operator; nothing where none was reported."""
    return "" if figure is None else f"{'' if row.op == '=' else row.op + ' '}{short(figure)}"
