"""The shipped fairs side by side: the data behind each, and what was reported beside what is simulated.

`make renew` plays each of them once, at a tenth of its size, and renews the document.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from fairfacts.clock import HOUR_MS
from fairfacts.evidence.comparison import Row, compare, moments
from fairfacts.evidence.folder import known_fair
from fairfacts.measures import State
from fairsim.fair import play
from fairsim.inputs.fair import Fair, fair_names, load_fair
from fairsim.inputs.rows import CLASSES
from fairsim.inputs.scenario import load_scenario

SCALE, SEED = 0.1, 7
HEAD = f"""# The fairs

Made by `make renew`. Each fair is played once, seed {SEED}, at {SCALE:g} of its size; reported figures are scaled
alike. A given figure was given to the model, so that its agreement is no evidence; nor is
closeness to one that was fitted to: what speaks for or against the model is held out. Figures of economies are compared
at full size alone: few organisations are of fewer economies.

## What stands behind each

Parameters of its own by class, and how many it leaves to the defaults of any fair.
"""


def document() -> str:
    """Return the document as Markdown."""
    fairs = [load_fair(name) for name in fair_names()]
    rows = [_behind(fair) for fair in fairs]
    lines = [HEAD, *_table(("fair", *CLASSES, "defaults"), rows)]
    for fair in fairs:
        lines += ["", f"## {fair.names['en']}", "", *_reported(fair)]
    return "\n".join(lines) + "\n"


def _behind(fair: Fair) -> list[str]:
    own = [row for row in fair.rows.values() if row.is_own]
    counts = [sum(row.kind == kind for row in own) for kind in CLASSES]
    return [f"`{fair.key}`", *map(str, counts), str(len(fair.rows) - len(own))]


def _reported(fair: Fair) -> Iterator[str]:
    """Yield the figures of a fair beside what is simulated, those that speak first."""
    state, known, earlier = State(), known_fair(fair.key).figures, dict[int, dict[str, Any]]()
    for at_ms, events in play(load_scenario(fair.key, scale=SCALE), SEED, slice_ms=HOUR_MS):
        state.fold(events)
        if at_ms in moments(known.values(), state.parts.run):
            earlier[at_ms] = state.snapshot()
    rows = sorted(compare(state, known, earlier), key=lambda row: row.role != "held out")
    yield from _table(("figure", "role", "reported", "simulated", "verdict"), map(_cells, rows))
    for row in rows:
        if row.role == "held out" and row.caveat:
            yield f"\nOf `{row.figure}`: {row.caveat}."
    unmeasured = [f"`{figure.id}`" for figure in known.values() if not figure.measure]
    if unmeasured:
        yield f"\nNo measure speaks of {', '.join(unmeasured)}."


def _cells(row: Row) -> list[str]:
    return [f"`{row.figure}`", row.role, f"{row.op} {_number(row.reported)}", _number(row.simulated), row.verdict or ""]


def _number(value: float | str | None) -> str:
    return f"{value:,.6g}" if isinstance(value, int | float) else str(value)


def _table(heads: Sequence[str], rows: Iterator[list[str]] | list[list[str]] | map[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for cells in rows:
        yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.stdout.write(document())
