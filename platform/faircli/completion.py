"""What the shell completes: scenarios, fairs, runs, parameters, measures.

A completion answers at once or not at all: it reads names alone, imports neither the model nor the backend, and is
empty where something cannot be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

LOGS = (".ndjson", ".ndjson.gz", ".ndjson.zst")
"""How the names of log files end."""


def complete_scenario(incomplete: str) -> list[str]:
    """Return the shipped scenarios, the fairs, and the .toml files, that begin so."""
    named = dict.fromkeys([*_beginning(_scenarios(), incomplete), *complete_fair(incomplete)])
    return [*named, *(name for name in _files(incomplete, ".toml") if name.rstrip("/") not in named)]


def complete_fair(incomplete: str) -> list[str]:
    """Return the fairs that begin so: those that are shipped, and those in this folder."""
    from fairfacts.resources import data, fairs_here

    with suppress(OSError):
        shipped = sorted(each.name for each in data("seeds").iterdir() if each.is_dir())
        return _beginning([*shipped, *fairs_here()], incomplete)
    return []


def complete_run(ctx: Any, incomplete: str) -> list[str]:
    """Return the ids of the runs that begin so, the latest first."""
    from faircli.listing import NotListedError, list_runs

    with suppress(NotListedError):
        return _beginning((run.id for run in list_runs(_database(ctx))), incomplete)
    return []


def complete_run_or_file(ctx: Any, incomplete: str) -> list[str]:
    """Return the ids of the runs, and the .json files, that begin so."""
    return [*complete_run(ctx, incomplete), *_files(incomplete, ".json")]


def complete_run_or_log(ctx: Any, incomplete: str) -> list[str]:
    """Return the ids of the runs, and the log files, that begin so."""
    return [*complete_run(ctx, incomplete), *_files(incomplete, *LOGS)]


def complete_change(incomplete: str) -> list[str]:
    """Return the parameters that begin so, ready for their value."""
    return _beginning((f"{name}=" for name in _parameters()), incomplete)


def complete_measure(incomplete: str) -> list[str]:
    """Return the measures that begin so."""
    from fairfacts.measures import MEASURES

    return _beginning(MEASURES, incomplete)


def complete_rule(incomplete: str) -> list[str]:
    """Return the counting rules that begin so, and the headlines that they count."""
    from fairfacts.evidence.counting import ANY_FAIR

    return _beginning(
        sorted({name for rule in ANY_FAIR for name in (rule.name, rule.name.partition(".")[0])}), incomplete
    )


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def _scenarios() -> Iterator[str]:
    from fairfacts.resources import data

    with suppress(OSError):
        yield from sorted(Path(each.name).stem for each in data("scenarios").iterdir() if each.name.endswith(".toml"))


def _parameters() -> list[str]:
    import csv

    from fairfacts.resources import data

    names: list[str] = []
    for table in [data("seeds") / "defaults.csv", *(fair / "parameters.csv" for fair in data("seeds").iterdir())]:
        with suppress(OSError, KeyError), table.open(encoding="utf-8") as file:
            names += [row["name"] for row in csv.DictReader(file) if "*" not in row["name"]]
    return sorted(set(names))


def _files(incomplete: str, *suffixes: str) -> list[str]:
    """Return the files of some suffixes, and the folders, that begin so; hidden ones only where a dot asks for them."""
    typed, slash, beginning = incomplete.rpartition("/")
    with suppress(OSError):
        return [
            f"{typed}{slash}{path.name}{'/' if path.is_dir() else ''}"
            for path in sorted(Path(typed + slash).iterdir())
            if path.name.startswith(beginning)
            and (beginning.startswith(".") or not path.name.startswith("."))
            and (path.is_dir() or path.name.lower().endswith(suffixes))
        ]
    return []


def _database(ctx: Any) -> str:
    """Return the database that the words before the completed one name, as far as there are any."""
    import os

    from faircli.defaults import DATABASE

    named = ctx.params.get("database") if ctx is not None else None
    return str(named or os.environ.get("CLOUDFAIR_DATABASE_URL") or DATABASE)
