"""The folder of a small fair of one's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairfacts.errors import ScenarioError
from fairsim.inputs.fair import Fair, load_fair

TOML = """name = "Mine"
time_zone = "Europe/Berlin"
home = "DE"

[[organisations]]
key = "firm"
name = "Firm"
others = true

[[sessions]]
key = "talk"
name = "Talk"
topics = [{ en = "light" }]

[[zone_kinds]]
key = "hall"
name = "Hall"
"""
PARAMETERS = "name,value\nfair.opens_on,2027-05-07\nfair.days,2\norganisations.at_opening,50\n"
SECTORS = "sector,en,weight,value_factor\nlamps,Lamps,1,1\n"
ZONES = "zone,kind,sector,net_m2,attraction\nhall_1,hall,lamps,100,1\n"


def written(
    folder: Path, toml: str = TOML, parameters: str = PARAMETERS, sectors: str = SECTORS, zones: str = ZONES
) -> Path:
    files = {"fair.toml": toml, "parameters.csv": parameters, "sectors.csv": sectors, "zones.csv": zones}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def read(folder: Path) -> Fair:
    return load_fair(str(folder))


def faults(folder: Path) -> list[str]:
    with pytest.raises(ScenarioError) as refused:
        read(folder)
    return [fault.replace(f"{folder}/", "") for fault in refused.value.faults]
