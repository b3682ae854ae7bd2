"""What a fair's parameters fix: measures that come of what happens in other fairs, and are played as stated in one.

`Measure.given` names those that every fair states. Here are those that only some do: as many exhibitors as the fair's
`parameters.csv` says, or a register that nobody joins after the opening. The tables lie in the fair's folder; of a
fair whose folder is not here nothing is known. A parameter that was fitted fixes nothing: the table names the figures
that it was fitted to.
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
    """The parameters that a run plays, as numbers; one that is none, was fitted, or is not known is not a number."""

    def __init__(self, fair: FairDescription, overrides: Overrides) -> None:
        self.fair, self._overrides = fair, overrides
        self._own = {row.text("name"): row for row in parameter_rows(fair.key)}

    def __getitem__(self, name: str) -> float:
        """Return what is played: as the run overrides it, as the fair states it, or what holds for any fair."""
        text = self._said(name)
        if text is None:
            part, _, rest = name.partition(".")
            key, _, field = rest.partition(".")
            usual = _defaults().get(name, _defaults().get(f"{part}.*.{field}", "")) if self._own else ""
            text = usual.replace("*", key)
        return self[text[1:]] if text.startswith("=") else _number(text)

    def said(self, name: str) -> float:
        """Return what the run or its fair states itself, whatever holds for any fair."""
        return _number(self._said(name) or "")

    def _said(self, name: str) -> str | None:
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
    """Return what holds for any fair that does not state it, by the parameter's name."""
    return {row.text("name"): row.text("value") for row in _read(data("seeds") / DEFAULTS, DEFAULTS)}


def parameter_rows(fair: str) -> tuple[Row, ...]:
    """Return the rows of a fair's table of parameters; none where its folder is not here.

    Raises:
        FigureError: the table cannot be read.
    """
    return _parameter_rows(fair, files_state(fair, PARAMETERS))


@lru_cache(maxsize=16)
def _parameter_rows(fair: str, _: object) -> tuple[Row, ...]:
    """Return them as the table is in a state; another state is read again."""
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

    The register is as it is from the start; results come one by one.

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
    return None if math.isnan(usual) or not math.isnan(stated.said("venue.cap")) else round(usual * scale)


def _nobody_joins(stated: Stated, _: str = "") -> bool:
    return stated["organisations.registrations_per_day"] == 0


def _exhibitors(stated: Stated, _: str) -> bool:
    shares = [stated[f"organisations.{kind.key}.exhibitor_share"] for kind in stated.fair.organisation_kinds]
    by_kind = bool(shares) and all(share in (0, 1) for share in shares)
    return _nobody_joins(stated) and (stated["organisations.exhibitors"] > 0 or by_kind)


def _of_kind(stated: Stated, key: str) -> bool:
    """Return whether a kind has a number of its own, or is what is left of a register that nobody joins."""
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
    "results.signed_on_site_by_occasion": lambda stated, key: stated.said(f"results.{key}.on_site") > 0,
}
"""By measure, whether parameters fix it; of a breakdown, whether they fix one of its keys."""
