"""From a scenario file to the browser: the real command, model, backend and page."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import expect
from tests.faircli.fair import Fair
from tests.faircli.told import beside_small_scale
from tests.web.as_shown import row_as_shown, table
from tests.web.test_page import OpenPage, tile


def test_a_scenario_file_becomes_numbers_on_the_page(backend: Any, open_page: OpenPage, tmp_path: Path) -> None:
    fair = Fair(tmp_path)
    (tmp_path / "patient.toml").write_text(
        'title = "Patient"\nextends = "ciftis2020"\n[negotiations]\npatience_mean_min = 120\n'
    )
    page = open_page()
    running = fair.start("run", "patient.toml", "--scale", "0.02", "--speed", "80000", "--to", backend.url, "--json")
    negotiations = tile(page)
    expect(page.locator("#feed")).to_have_text(re.compile("^Live at"), timeout=20_000)
    looks = set()
    while page.locator("#feed").inner_text() != "Ended":
        looks.add(negotiations.inner_text())
        page.wait_for_timeout(100)
    out, err = running.communicate()
    assert (running.returncode, beside_small_scale(err)) == (0, "")
    result = json.loads(out)

    expect(negotiations).to_have_text(f"{result['measures']['negotiations']['initiated']:,}")
    assert len(looks) > 1
    page.keyboard.press("7")
    expect(page.locator("[data-figure='fair.closes'] td").nth(1)).to_have_text("Wed 9 Sep")
    assert table(page) == {row["figure"]: row_as_shown(row, 0.02) for row in result["comparison"]}
