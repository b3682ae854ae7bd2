"""The JSON Schemas of a fair's files, for editors: `fair.toml`, and a row of each CSV file as its header and cells.

They are made from the types that the files are read into, and kept in `seeds/`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args, get_origin

import msgspec

from fairfacts.evidence.figures import Figure
from fairfacts.evidence.figures_file import NEEDED, OWN_COLUMNS
from fairfacts.field_docs import field_docs
from fairfacts.parts.fairs import LANGUAGE, Names
from fairsim.inputs import sectors, zones
from fairsim.inputs.checks.kinds import CURRENCY
from fairsim.inputs.fair import HEADS, TABLES
from fairsim.inputs.kinds import Badge, DeclaredKind, Gate, OccasionKind, OrganisationKind, SessionKind, ZoneKind
from fairsim.inputs.rows import COLUMNS as PARAMETER_COLUMNS
from fairsim.inputs.rows import Row
from fairsim.inputs.schema import calibration_schema
from fairsim.inputs.toml import KEY

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
KINDS: Mapping[str, type[DeclaredKind]] = dict(
    zip(TABLES, (OrganisationKind, SessionKind, OccasionKind, ZoneKind, Gate, Badge), strict=True)
)
_BY_LANGUAGE: Schema = {
    "type": "object",
    "properties": {"en": {"type": "string"}},
    "required": ["en"],
    "additionalProperties": {"type": "string"},
}
_TEXT: Schema = {"oneOf": [{"type": "string"}, _BY_LANGUAGE]}
_CELL: Schema = {"type": "string"}
_HEADS: Mapping[str, Schema] = {
    "name": _TEXT | {"description": "Of the fair, for people: a text, or one for each language."},
    "short_name": _TEXT | {"description": "The same, in short."},
    "time_zone": {"type": "string", "description": "IANA name, such as Europe/Berlin."},
    "home": {"type": "string", "pattern": "^[A-Z]{2}$", "description": "ISO 3166 code of the economy that it is in."},
    "headlines": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Paths of the measures that the page shows first.",
    },
    "calibration": calibration_schema(),
    "programme": {"type": "string", "description": "File of the programme that is played, in the fair's folder."},
}


def fair_schema() -> Schema:
    """Return the JSON Schema (2020-12) of a fair.toml."""
    tables = {name: {"type": "array", "items": _kind(kind)} for name, kind in KINDS.items()}
    properties = {name: _HEADS[name] for name in HEADS} | tables
    needed = ["name", "time_zone", "home", "organisations"]
    return _object("A fair of Cloudfair", properties, needed)


def _kind(kind: type[DeclaredKind]) -> Schema:
    docs, fields = field_docs(kind), msgspec.structs.fields(kind)
    properties = {field.name: _field(field.name, field.type) | _described(docs.get(field.name, "")) for field in fields}
    required = [field.name for field in fields if field.required]
    described = {"type": "object", "additionalProperties": False, "properties": properties, "required": required}
    return described | _described(str(kind.__doc__))


def _field(name: str, type_: Any) -> Schema:
    if type_ == Names:
        return dict(_TEXT)
    if type_ is bool:
        return {"type": "boolean"}
    if get_origin(type_) is Literal:
        return {"enum": list(get_args(type_))}
    if get_origin(type_) is tuple:
        return {"type": "array", "items": _BY_LANGUAGE}
    patterns = {"key": KEY.pattern, "currency": CURRENCY.pattern}
    return {"type": "string"} | ({"pattern": f"^{patterns[name]}$"} if name in patterns else {})


def parameters_schema() -> Schema:
    """Return the JSON Schema of a row of parameters.csv."""
    cells: dict[str, Schema] = {
        "class": {"enum": ["", *get_args(next(f.type for f in msgspec.structs.fields(Row) if f.name == "kind"))]},
        "scales": {"enum": ["", "yes", "no"]},
    }
    return _row("parameters.csv", PARAMETER_COLUMNS, ("name", "value"), Row, cells, {"kind": "class"})


def sectors_schema() -> Schema:
    """Return the JSON Schema of a row of sectors.csv."""
    return _row(sectors.FILE, sectors.COLUMNS, ("sector",), sectors.Sector, {}, {"name": "sector"}, has_names=True)


def zones_schema() -> Schema:
    """Return the JSON Schema of a row of zones.csv."""
    return _row(zones.FILE, zones.COLUMNS, ("zone",), zones.Zone, {}, {"name": "zone"}, has_names=True)


def figures_schema() -> Schema:
    """Return the JSON Schema of a row of figures.csv."""
    allowed = {field.name: list(get_args(field.type)) for field in msgspec.structs.fields(Figure)}
    cells: dict[str, Schema] = {name: {"enum": allowed[name]} for name in ("op", "status")}
    cells["scales"] = {"enum": ["", "yes", "no"]}
    return _row("figures.csv", OWN_COLUMNS, NEEDED, Figure, cells, {}, has_names=True)


def _row(
    file: str,
    columns: tuple[str, ...],
    needed: tuple[str, ...],
    type_: type[msgspec.Struct],
    cells: Mapping[str, Schema],
    named: Mapping[str, str],
    *,
    has_names: bool = False,
) -> Schema:
    """Return the schema of a row; `named` has the columns of the type's fields where they differ."""
    docs = {named.get(field, field): text for field, text in field_docs(type_).items()}
    properties = {column: cells.get(column, _CELL) | _described(docs.get(column, "")) for column in columns}
    languages = (
        {"patternProperties": {f"^{LANGUAGE.pattern}$": _CELL | _described("A name for people.")}} if has_names else {}
    )
    return _object(f"A row of {file} of a fair of Cloudfair, by column", properties, list(needed)) | languages


def _object(title: str, properties: Mapping[str, Schema], required: list[str]) -> Schema:
    head = {"$schema": DIALECT, "title": title, "type": "object", "additionalProperties": False}
    return head | {"properties": dict(properties), "required": required}


def _described(text: str) -> Schema:
    return {"description": text} if text else {}


SCHEMAS: Mapping[str, Callable[[], Schema]] = {
    "fair": fair_schema,
    "parameters": parameters_schema,
    "sectors": sectors_schema,
    "zones": zones_schema,
    "figures": figures_schema,
}
"""By the name of the file that they describe."""
