"""Names of parameters: the type behind each, and the value that a scenario plays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

import msgspec

from fairsim.inputs.parameters import Parameters

KINDS: Mapping[str, type[msgspec.Struct]] = {
    part.name: field.type.__args__[0]
    for part in msgspec.structs.fields(Parameters)
    for field in msgspec.structs.fields(part.type)
    if field.name == "kinds"
}
"""What the kinds of a part have for numbers."""


@cache
def _types_of(owner: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the types of a struct's fields; msgspec evaluates their annotations anew each time, which is slow."""
    return {field.name: field.type for field in msgspec.structs.fields(owner)}


@lru_cache(4096)  # names come from strangers too
def parameter_type(name: str) -> Any:
    """Return the type of a parameter; None of a name that cannot be one's."""
    part, _, rest = name.partition(".")
    kind, _, field = rest.rpartition(".")
    owner = KINDS.get(part) if kind else _types_of(Parameters).get(part)
    known = _types_of(owner) if owner else {}
    return known.get(field) if field not in ("key", "kinds") and "." not in kind else None


def values_of(parameters: Parameters) -> Iterator[tuple[str, Any]]:
    """Yield the name and the value of each parameter; of a kind, also those that its fair does not set."""
    for part in parameters.__struct_fields__:
        section = getattr(parameters, part)
        for field in section.__struct_fields__:
            if field != "kinds":
                yield f"{part}.{field}", getattr(section, field)
        for kind in getattr(section, "kinds", ()):
            for field in kind.__struct_fields__[1:]:
                yield f"{part}.{kind.key}.{field}", getattr(kind, field)


def generic(name: str) -> str:
    """Return the name of a parameter with a star in place of the key of its kind, as `seeds/defaults.csv` has it."""
    part, *kind, field = name.split(".")
    return f"{part}.*.{field}" if kind else name
