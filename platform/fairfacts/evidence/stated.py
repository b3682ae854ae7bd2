"""What a fair's parameters fix: measures that are outcomes in most fairs, and fixed inputs in this one.

`Measure.given` names those that every fair states. Here are those that only some fairs state. Examples are the number
of exhibitors in `parameters.csv`, and a register that nobody joins after the opening. The tables lie in the fair's
folder; if it is not here, nothing is known. A parameter that was fitted fixes nothing: the table names the figures that
it was fitted to.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from importlib.resources.abc import Traversable

from fairfacts.errors import FigureError
from fairfacts.interchange.reading import Reading
from fairfacts.interchange.table import Row, read_table
from fairfacts.parts.fairs import Described, FairDescription
from fairfacts.resources import data, fair_folder, files_state

PARAMETERS, DEFAULTS = "parameters.csv", "defaults.csv"
Overrides = Mapping[str, tuple[str, str]]
"""By parameter: the fair's own value, and the one that is played (`fairfacts.evidence.settings`)."""


class Stated:
    """The parameters that a run plays, as numbers; NaN for a text, a fitted value or an unknown one."""

    def __init__(self, fair: FairDescription, overrides: Overrides) -> None:
        self.fair, self._overrides = fair, overrides
        self._own = {row.text("name"): row for row in parameter_rows(fair.key)}

    def __getitem__(self, name: str) -> float:
        """Return the value that is played: the run's override, else what the fair states, else the default."""
        text = self._text(name)
        if text is None:
            part, _, rest = name.partition(".")
            key, _, field = rest.partition(".")
            usual = _defaults().get(name, _defaults().get(f"{part}.*.{field}", "")) if self._own else ""
            text = usual.replace("*", key)
        return self[text[1:]] if text.startswith("=") else _number(text)

    def without_default(self, name: str) -> float:
        """Return the run's override or what the fair states; defaults do not count."""
        return _number(self._text(name) or "")

    def _text(self, name: str) -> str | None:
        if name in self._overrides:
            return self._overrides[name][1]
        row = self._own.get(name)
        return None if row is None else "fitted" if row.text("class") == "calibrated" else row.text("value")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


@cache
def _defaults() -> Mapping[str, str]:
    """Return the default values of parameters, by name: they hold for any fair that states none."""
    return {row.text("name"): row.text("value") for row in _read(data("seeds") / DEFAULTS, DEFAULTS)}


def parameter_rows(fair: str) -> tuple[Row, ...]:
    """Return the rows of a fair's table of parameters; empty if its folder is not here.

    Raises:
        FigureError: the table cannot be read.
    """
    return _parameter_rows(fair, files_state(fair, PARAMETERS))


@lru_cache(maxsize=16)
def _parameter_rows(fair: str, _: object) -> tuple[Row, ...]:
    """Return the rows, cached by the state of the table: a changed table is read again."""
    folder = fair_folder(fair)
    if folder is None or not (folder / PARAMETERS).is_file():
        return ()
    return _read(folder / PARAMETERS, f"{fair}/{PARAMETERS}")


def _read(file: Traversable, name: str) -> tuple[Row, ...]:
    reading = Reading(name, "CSV", "rows", FigureError)
    rows = tuple(read_table(file.read_bytes(), reading).rows)
    reading.refuse()
    return rows


def is_fixed(path: str, fair: FairDescription, overrides: Overrides, *, in_the_end: bool) -> bool:
    """Return whether the parameters that a run plays fix the measure at a path, whatever the seed.

    A register is fixed from the start. Results come one by one, so they are fixed in the end alone.

    Raises:
        FigureError: the fair's table of parameters cannot be read.
    """
    measure, key = ".".join(path.split(".")[:2]), path.rpartition(".")[2]
    is_there = in_the_end or not measure.startswith("results.")
    return is_there and measure in FIXED and FIXED[measure](Stated(fair, overrides), key)


def default_cap(fair: FairDescription, overrides: Overrides, scale: float) -> int | None:
    """Return the cap on people inside that holds for any fair, where neither the run nor its fair states one.

    None where one does, or where nothing is known of the fair, as where its table cannot be read.
    """
    try:
        stated = Stated(fair, overrides)
    except FigureError:
        return None
    usual = stated["venue.cap"]
    return None if math.isnan(usual) or not math.isnan(stated.without_default("venue.cap")) else round(usual * scale)


def _nobody_joins(stated: Stated, _: str = "") -> bool:
    return stated["organisations.registrations_per_day"] == 0


def _exhibitors(stated: Stated, _: str) -> bool:
    shares = [stated[f"organisations.{kind.key}.exhibitor_share"] for kind in stated.fair.organisation_kinds]
    by_kind = bool(shares) and all(share in (0, 1) for share in shares)
    return _nobody_joins(stated) and (stated["organisations.exhibitors"] > 0 or by_kind)


def _of_kind(stated: Stated, key: str) -> bool:
    """Return whether a kind's count is stated, or is the remainder of a register that nobody joins."""
    counted = [kind.key for kind in stated.fair.organisation_kinds if stated[f"organisations.{kind.key}.count"] > 0]
    return key in counted or (_nobody_joins(stated) and _is_last(stated.fair.organisation_kinds, counted, key))


def _is_last(rows: tuple[Described, ...], others: list[str], key: str) -> bool:
    return [row.key for row in rows if row.key not in others] == [key]


def _delegates_at_opening(stated: Stated, _: str = "") -> bool:
    return stated["organisations.delegates_sigma"] == 0


def _delegates(stated: Stated, _: str = "") -> bool:
    return _delegates_at_opening(stated) and _nobody_joins(stated)


FIXED: Mapping[str, Callable[[Stated, str], bool]] = {
    "organisations.registered": _nobody_joins,
    "organisations.exhibitors": _exhibitors,
    "organisations.economies": lambda stated, _: stated["organisations.foreign_economies"] > 0,
    "organisations.by_kind": _of_kind,
    "organisations.by_sector": lambda stated, key: _nobody_joins(stated) and _is_last(stated.fair.sectors, [], key),
    "organisations.delegates": _delegates,
    "organisations.delegates_at_opening": _delegates_at_opening,
    "people.registered": lambda stated, _: _delegates(stated) and stated["people.registrations_per_day"] == 0,
    "results.announced_value": lambda stated, key: stated[f"results.{key}.value"] > 0,
    "results.signed_on_site_by_occasion": lambda stated, key: stated.without_default(f"results.{key}.on_site") > 0,
}
"""By measure, a function that says whether parameters fix it; for a breakdown, whether they fix one of its keys."""
