"""Finds the shipped data, `seeds/` and `scenarios/`, in an installed wheel and in a checkout alike."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Literal


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
