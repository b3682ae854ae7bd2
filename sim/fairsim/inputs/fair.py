"""A fair as its folder describes it: names, place, kinds, sectors, zones and parameters. No code knows any fair."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime, time
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import msgspec

from fairfacts.errors import FigureError, ScenarioError, did_you_mean
from fairfacts.evidence.counting import Rule
from fairfacts.evidence.figures import Figure
from fairfacts.evidence.folder import FIGURES, IDENTITIES, KnownFair, read_known
from fairfacts.evidence.keys import wrong_keys
from fairfacts.interchange.files import read_timetable
from fairfacts.interchange.table import Row as Cells
from fairfacts.parts.fairs import Badge as DescribedBadge
from fairfacts.parts.fairs import (
    Described,
    FairDescription,
    Names,
    Occasion,
)
from fairfacts.parts.fairs import OrganisationKind as DescribedOrganisation
from fairfacts.parts.fairs import SessionKind as DescribedSession
from fairfacts.parts.fairs import Zone as DescribedZone
from fairfacts.resources import KEY_WORDS, data, is_key, shipped_names
from fairsim.inputs.checks.files import Stated, check_days, check_halls
from fairsim.inputs.checks.kinds import check_kinds
from fairsim.inputs.economies import time_zone
from fairsim.inputs.faults import Faults
from fairsim.inputs.kinds import Gate, Kinds
from fairsim.inputs.parameter_names import KINDS
from fairsim.inputs.parameters import Parameters
from fairsim.inputs.rows import DEFAULTS, PARAMETERS, Row, merged, read_rows, unmerged
from fairsim.inputs.sectors import Sector, read_sectors
from fairsim.inputs.toml import Table, read_toml
from fairsim.inputs.values import read_values, resolve
from fairsim.inputs.zones import Zone, read_zones

FILE = "fair.toml"
HEADS = ("name", "short_name", "time_zone", "home", "headlines", "calibration", "programme")
TABLES = ("organisations", "sessions", "occasions", "zone_kinds", "gates", "badges")


class Fair(msgspec.Struct, frozen=True):
    """A fair, read and checked."""

    key: str
    """Name of its folder."""
    folder: str
    """The folder as a user knows it."""
    names: Names
    short_names: Names
    time_zone: str
    home: str
    kinds: Kinds
    gates: tuple[Gate, ...]
    headlines: tuple[str, ...]
    sectors: tuple[Sector, ...]
    zones: tuple[Zone, ...]
    rows: dict[str, Row]
    """Its parameters by name: its own over the defaults of any fair."""
    calibration: Any = None
    """What `fair calibrate` fits when the fair itself is played."""
    programme: str = ""
    """File of the programme that is played, in its folder; empty where the parameters lay one out."""
    figures: tuple[Figure, ...] = ()
    """What was reported of it."""

    def describe(self, days: int) -> FairDescription:
        """Return what the log says of the fair when it is played with this number of days."""
        kinds = self.kinds
        return FairDescription(
            key=self.key,
            names=self.names,
            short_names=self.short_names,
            time_zone=self.time_zone,
            home=self.home,
            days=days,
            organisation_kinds=tuple(
                DescribedOrganisation(kind.key, kind.name, kind.called) for kind in kinds.organisations
            ),
            session_kinds=tuple(
                DescribedSession(
                    kind.key, kind.name, kind.title, kind.counted, kind.hosted,
                    tuple(Described(topic["en"], topic) for topic in kind.topics),
                )
                for kind in kinds.sessions
            ),
            occasions=tuple(Occasion(kind.key, kind.name, kind.currency) for kind in kinds.occasions),
            badges=tuple(
                DescribedBadge(badge.key, badge.name, badge.registers)
                for badge in kinds.badges
            ),
            sectors=tuple(Described(sector.name, sector.names) for sector in self.sectors),
            zone_kinds=tuple(Described(kind.key, kind.name) for kind in kinds.zones),
            zones=tuple(DescribedZone(zone.name, zone.names, zone.kind) for zone in self.zones),
            gates=tuple(Described(gate.key, gate.name) for gate in self.gates),
            headlines=self.headlines,
        )  # fmt: skip

    def played(self) -> tuple[Any, ...]:
        """Return what of it decides a run beside its parameters."""
        named = self.key, self.names, self.short_names, self.headlines
        return *named, self.time_zone, self.home, self.kinds, self.gates, self.sectors, self.zones


def epoch_of(parameters: Parameters, fair: Fair) -> datetime:
    """Return the moment from which the model counts: midnight of the fair's first day, in its time zone."""
    return datetime.combine(parameters.fair.opens_on, time(), time_zone(fair.time_zone))


def fair_names() -> list[str]:
    """Return the names of the shipped fairs."""
    return sorted(entry.name for entry in data("seeds").iterdir() if (entry / FILE).is_file())


def find_fair(which: str, beside: Path | None = None) -> tuple[str, Traversable] | None:
    """Return a fair's folder as a user knows it, and where it is; None where `which` is neither a name nor a folder.

    A folder lies relative to `beside`, or to the working directory.
    """
    if which in fair_names():
        return f"seeds/{which}", data("seeds") / which
    folder = Path(os.path.normpath(((beside or Path()) / which).absolute()))  # a fair is called as its folder, not `.`
    try:
        return (str((beside or Path()) / which), folder) if (folder / FILE).is_file() else None
    except (OSError, ValueError):  # a name that is too long, or has a NUL
        return None


def load_fair(which: str, beside: Path | None = None) -> Fair:
    """Return the fair of a shipped name or of a folder.

    Raises:
        ScenarioError: names each fault with file, row, value and remedy.
    """
    if which in fair_names():
        return _shipped(which)
    place = find_fair(which, beside)
    if place is None:
        raise ScenarioError(
            f"{which} is no fair; {did_you_mean(which, fair_names())} (or name a folder that holds a {FILE}; fair new"
            " makes one)"
        )
    faults = Faults()
    fair = read_fair(*place, faults)
    faults.refuse()
    assert fair is not None, "a fair without faults can be read"
    return fair


@cache
def _shipped(name: str) -> Fair:
    faults = Faults()
    fair = read_fair(f"seeds/{name}", data("seeds") / name, faults)
    faults.refuse()
    assert fair is not None, "a fair without faults can be read"
    return fair


def read_fair(folder: str, source: Traversable, faults: Faults) -> Fair | None:
    """Return the fair in a folder; None where it has faults, which go to `faults`: those of all its files.

    Whether the numbers of a fair without faults lie in their ranges is not asked: a scenario may change them.
    """
    _check_name(folder, source, faults)
    table = read_toml(source / FILE, f"{folder}/{FILE}", faults) or Table({}, f"{folder}/{FILE}", Faults())
    sectors = read_sectors(source, folder, faults)
    known = _known(folder, source, faults)
    names, before = table.names("name"), len(faults.texts)
    kinds = table.kinds()
    has_kinds = bool(table.given) and len(faults.texts) == before  # else what other files say of kinds is not judged
    with_zones = len(faults.texts)
    zones = read_zones(source, folder, sectors, kinds.zones if has_kinds else None, faults)
    has_zones = len(faults.texts) == with_zones
    fair = Fair(
        key=source.name,
        folder=folder,
        names=names,
        short_names=table.names("short_name") if "short_name" in table.given else names,
        time_zone=table.time_zone("time_zone"),
        home=table.economy("home"),
        kinds=kinds,
        gates=table.rows("gates", Gate),
        headlines=table.measures("headlines"),
        sectors=sectors,
        zones=zones,
        rows={},
        calibration=table.take("calibration"),
        programme=table.file_in("programme", source),
        figures=() if known is None else tuple(known.figures.values()),
    )
    table.refuse_others((*HEADS, *TABLES))
    keys, before = [sector.name for sector in sectors], len(faults.texts)
    for place, message in check_kinds(kinds, keys, imports=bool(fair.programme), is_whole=has_kinds):
        table.fault(place, message)
    if has_kinds and has_zones and sectors and len(faults.texts) == before:
        _check_keys(fair, faults)
    if known is not None and has_kinds:
        _check_rules(known.rules, kinds, f"{folder}/{IDENTITIES}", faults)
    fair = msgspec.structs.replace(fair, rows=_rows(fair, source, known, faults, has_kinds=has_kinds))
    if not faults.texts:
        return fair
    _check_further(fair, faults, has_kinds=has_kinds, has_zones=has_zones)
    return None


def _check_name(folder: str, source: Traversable, faults: Faults) -> None:
    """Find a name by which a fair's folder would never be found, or which stands for another fair or scenario."""
    name = source.name
    if name in shipped_names() and source != data("seeds") / name:
        faults.add(folder, f"{name} is a shipped fair or scenario, which is played by that name; rename the folder")
    elif not is_key(name):
        faults.add(folder, f"a fair has the name of its folder: {KEY_WORDS}; rename it")


def _known(folder: str, source: Traversable, faults: Faults) -> KnownFair | None:
    """Return a fair's figures, and what its folder says of them; None where they cannot be read."""
    try:
        return read_known(folder, source)
    except FigureError as fault:
        faults.take(fault)
        return None


def _check_rules(rules: Iterable[Rule], kinds: Kinds, file: str, faults: Faults) -> None:
    """Find counting rules of sessions of a kind that the fair does not have."""
    keys = [kind.key for kind in kinds.sessions]
    for rule in rules:
        named = () if rule.sessions is None else (*(rule.sessions.kinds or ()), *rule.sessions.but)
        for kind in named:
            if kind not in keys:
                faults.add(file, f"{rule.name}: sessions: {kind} is no kind of session; {did_you_mean(kind, keys)}")


def _check_keys(fair: Fair, faults: Faults) -> None:
    """Find figures and headlines of a zone, kind, economy or the like that the fair cannot have: all stay 0."""
    description = fair.describe(days=0)
    for headline in fair.headlines:
        for message in wrong_keys(headline, description):
            faults.add(f"{fair.folder}/{FILE}: headlines", message)
    for figure in fair.figures:
        for message in wrong_keys(figure.measure, description):
            faults.add(f"{fair.folder}/{FIGURES}", f"figure {figure.id}: {message}")


def _rows(
    fair: Fair, source: Traversable, known: KnownFair | None, faults: Faults, *, has_kinds: bool
) -> dict[str, Row]:
    """Return the parameters of a fair; without its kinds, those that are of no kind."""
    file = f"{fair.folder}/{PARAMETERS}"
    own, is_whole, twice = read_rows(source / PARAMETERS, file, faults)
    names = _parameter_names(fair.kinds if has_kinds else Kinds())
    if not has_kinds:
        own = [cells for cells in own if cells.text("name").count(".") < 2]
    rows = merged(names, _defaults(), own, file, faults, is_whole=is_whole)
    figures = None if known is None else known.figures
    for row in rows.values():
        for figure in row.figures:
            if figures is not None and figure not in figures:
                remedy = did_you_mean(figure, figures)
                faults.add(row.file, f"{row.name}: {figure} is no figure of {FIGURES}; {remedy}")
    faults.doubtful.update(twice if is_whole else rows)  # whichever was not read
    return rows


def _check_further(fair: Fair, faults: Faults, *, has_kinds: bool, has_zones: bool) -> None:
    """Find the faults that a fair without others shows when it is played: of its numbers, halls, days, programme."""
    if has_kinds:
        parameters = resolve(fair.rows, fair.kinds, {}, 1.0, faults)
        stated = Stated(fair.folder, fair.rows, {})
        check_days(parameters.fair, fair.time_zone, stated, faults)
        if has_zones:
            check_halls(parameters, fair.zones, stated, faults)
    else:
        read_values(fair.rows, {}, faults)
    if fair.programme and (programme := Path(fair.folder) / fair.programme).is_file():
        faults.attempt(lambda: read_timetable(programme))


def _parameter_names(kinds: Kinds) -> list[str]:
    """Return the names of all parameters of a fair with these kinds, part by part."""
    names = []
    for part in msgspec.structs.fields(Parameters):
        names += [f"{part.name}.{field.name}" for field in msgspec.structs.fields(part.type) if field.name != "kinds"]
        for key in kinds.of_parts().get(part.name, ()):
            fields = [field.name for field in msgspec.structs.fields(KINDS[part.name]) if field.name != "key"]
            names += [f"{part.name}.{key}.{field}" for field in fields if kinds.uses(part.name, key, field)]
    return names


def default_rows() -> dict[str, Row]:
    """Return the parameters of any fair by name, with a star for every kind; empty is what each fair must state."""
    faults = Faults()
    rows = unmerged(_defaults(), f"seeds/{DEFAULTS}", faults)
    faults.refuse()
    return rows


@cache
def _defaults() -> list[Cells]:
    faults = Faults()
    rows = read_rows(data("seeds") / DEFAULTS, f"seeds/{DEFAULTS}", faults).rows
    faults.refuse()
    return rows
