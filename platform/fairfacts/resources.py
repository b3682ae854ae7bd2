"""Finds the shipped data, `seeds/` and `scenarios/`, in an installed wheel and in a checkout alike."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal

_KEY = re.compile(r"[^\W_][^\s/\\]*(?: [^\s/\\]+)*")
_JOINERS = {0x200C: None, 0x200D: None}
"""Which some scripts need between letters."""
LONGEST_KEY = 64
KEY_WORDS = (
    f"1 to {LONGEST_KEY} characters of any script, a letter or digit first, single blanks, no / or \\, no .toml last"
)
"""What the name of a fair's folder may be, so that it is found by its name, and is no path."""


@cache
def data(folder: Literal["seeds", "scenarios"]) -> Traversable:
    """Return a folder of the shipped data.

    Raises:
        FileNotFoundError: neither the installed package nor a checkout around it has the folder.
    """
    shipped = files("fairfacts") / "_data" / folder
    if shipped.is_dir():
        return shipped
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "pyproject.toml").is_file() and (checkout / folder).is_dir():
        return checkout / folder
    raise FileNotFoundError(f"{folder}/ is neither in the installed package nor in {checkout}: install cloudfair again")


def is_key(name: str) -> bool:
    """Return whether a fair may be called so (`KEY_WORDS`)."""
    is_shown = name.translate(_JOINERS).isprintable()  # neither control characters nor what turns the text around
    is_short = len(name) <= LONGEST_KEY and not name.lower().endswith(".toml")
    return is_shown and is_short and _KEY.fullmatch(name) is not None


def is_shipped(fair: str) -> bool:
    """Return whether a fair of this key is shipped."""
    return fair in _shipped_fairs()


@cache
def _shipped_fairs() -> frozenset[str]:
    """Return the keys of the shipped fairs; they stay as they are while a program runs."""
    return frozenset(entry.name for entry in data("seeds").iterdir() if entry.is_dir())


def scenario_names() -> list[str]:
    """Return the names of the shipped scenarios. The name of a fair is that of its baseline as well."""
    return sorted(entry.name[:-5] for entry in data("scenarios").iterdir() if entry.name.endswith(".toml"))


def shipped_names() -> list[str]:
    """Return all names under which what is shipped is played: scenarios and fairs, some of which are both."""
    return sorted({*scenario_names(), *_shipped_fairs()})


def fairs_here() -> list[str]:
    """Return the keys of the fairs whose folders lie in the working directory, by letter.

    A folder that bears a shipped name is none of them: that name stands for what is shipped.
    """
    names, taken = (entry.name for entry in Path.cwd().iterdir()), shipped_names()
    return sorted(name for name in names if name not in taken and fair_folder(name))


def files_state(fair: str, *names: str) -> tuple[object, ...]:
    """Return what differs once one of these files of a fair has changed, come or gone; of a shipped one, none does."""
    if is_shipped(fair) or not is_key(fair):
        return ()
    folder = Path.cwd() / fair
    return (folder, *(_state(folder / name) for name in names))


def _state(file: Path) -> tuple[int, ...]:
    try:
        stat = file.stat()
    except OSError:
        return ()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def fair_folder(fair: str) -> Traversable | None:
    """Return the folder of a fair by its key: a shipped one, or one in the working directory; None where neither is.

    A key is a name and no path, so that none leads anywhere else.
    """
    if is_shipped(fair):
        return data("seeds") / fair
    here = Path.cwd() / fair
    return here if is_key(fair) and (here / "fair.toml").is_file() and not here.is_symlink() else None
