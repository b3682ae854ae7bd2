"""What is known of one fair beside its log: its figures, what must hold among them, and its counting rules.

They lie in the fair's folder, which is shipped or lies where the program runs. A log names its fair by a key, and only
the figures of that fair concern it. If there is no folder, `missing` says so in words, and nothing is compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources.abc import Traversable

import msgspec

from fairfacts.errors import FigureError
from fairfacts.evidence.counting import ANY_FAIR, Rule
from fairfacts.evidence.figures import Figure
from fairfacts.evidence.figures_file import FORMAT, documented
from fairfacts.evidence.identities import Identity
from fairfacts.evidence.identities_file import read_identities
from fairfacts.evidence.keys import wrong_keys
from fairfacts.interchange.reading import Reading
from fairfacts.parts.fairs import FairDescription
from fairfacts.resources import fair_folder, is_shipped

FIGURES = "figures.csv"
IDENTITIES = "identities.toml"


class KnownFair(msgspec.Struct, frozen=True):
    """What is known of a fair."""

    key: str
    figures: Mapping[str, Figure]
    identities: tuple[Identity, ...] = ()
    rules: tuple[Rule, ...] = ANY_FAIR
    missing: str = ""
    """If the figures of the fair are not here, a sentence that says so, and how to give them; else empty."""


def known_fair(key: str) -> KnownFair:
    """Return what is known of a fair by its key.

    Raises:
        FigureError: a file of the fair's folder cannot be read; names file, row, value and what is allowed.
    """
    return _shipped(key) if is_shipped(key) else read_known(key, fair_folder(key))


def known_of_log(fair: FairDescription) -> KnownFair:
    """Return what is known of the fair that a log describes; one that is not shipped is read as its folder is now.

    Raises:
        FigureError: as `known_fair`; or a figure is about something that the fair of the log cannot have.
    """
    known = known_fair(fair.key)
    if not is_shipped(fair.key):
        reading = Reading(f"{fair.key}/{FIGURES}", FORMAT, "rows", FigureError)
        for figure in known.figures.values():
            for message in wrong_keys(figure.measure, fair):
                reading.fault(f"figure {figure.id}", message)
        reading.refuse()
    return known


@cache
def _shipped(key: str) -> KnownFair:
    return read_known(key, fair_folder(key))


def read_known(key: str, folder: Traversable | None) -> KnownFair:
    """Return what is known of a fair by what lies in its folder.

    Raises:
        FigureError: as `known_fair`.
    """
    if folder is None or not (folder / FIGURES).is_file():
        return KnownFair(key, {}, missing=_missing(key, is_here=folder is not None))
    figures: dict[str, Figure] | None = None
    identities: tuple[tuple[Identity, ...], tuple[Rule, ...]] = ((), ANY_FAIR)
    faults: list[FigureError] = []
    try:
        figures = documented((folder / FIGURES).read_bytes(), f"{key}/{FIGURES}")
    except FigureError as fault:
        faults.append(fault)
    try:
        if (folder / IDENTITIES).is_file():
            identities = read_identities((folder / IDENTITIES).read_bytes(), f"{key}/{IDENTITIES}", figures)
    except FigureError as fault:
        faults.append(fault)
    if len(faults) > 1:
        raise FigureError("\n".join(map(str, faults)), [text for fault in faults for text in fault.faults])
    if faults:
        raise faults[0]
    return KnownFair(key, figures or {}, *identities)


def _missing(key: str, *, is_here: bool) -> str:
    of = f"the fair {key}" if key else "this fair"
    place = f"write {key}/{FIGURES}" if is_here else "run the command in the folder that holds the fair's own"
    return (
        f"The figures of {of} are not here, so that nothing is compared with reports: {place}, or give figures with"
        " --figures FILE.csv."
    )
