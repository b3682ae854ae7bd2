"""The report of the model speaks of what there is."""

from __future__ import annotations

import re
from pathlib import Path

from fairfacts.measures import MEASURES
from fairsim.inputs.fair import load_fair

ROOT = Path(__file__).resolve().parents[2]
REPORT = (ROOT / "docs" / "stress-des.md").read_text(encoding="utf-8")
ITEMS = "1.1 1.2 1.3 2.1 2.2 2.3 2.4 2.5 3.1 3.2 3.3 3.4 4.1 4.2 4.3 5.1 5.2 5.3 5.4 6.1"


def test_report_has_every_item_of_the_checklist_in_its_order():
    assert re.findall(r"^\*\*(\d\.\d) ", REPORT, re.MULTILINE) == ITEMS.split()


def test_report_names_parameters_and_measures_that_there_are():
    named = set(re.findall(r"`([a-z]+\.[a-z_0-9]+)`", REPORT))
    others = {"fairfacts.auditor", "fairfacts.measures", "economies.csv"}
    assert named - others <= {*load_fair("ciftis2020").rows, *MEASURES}


def test_report_names_every_calibrated_parameter():
    calibrated = {row.name for row in load_fair("ciftis2020").rows.values() if row.kind == "calibrated"}
    assert {name for name in calibrated if f"`{name}`" in REPORT} == calibrated


def test_report_links_to_what_is_there():
    links = re.findall(r"\]\(([^)]+)\)", REPORT)
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
