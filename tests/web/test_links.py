"""What is sent or taken along is of the run that is looked at: addresses, links, downloads."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from tests.web.conftest import send

OpenPage = Callable[..., Page]


def test_address_of_a_moment_names_its_run_and_so_do_links(backend: Any, fair: Any, open_page: OpenPage) -> None:
    run, _ = send(backend, fair)
    page = open_page()
    expect(page.locator("#feed")).to_have_text("Ended")
    venue = page.locator(".views a[data-to=venue]")
    assert venue.get_attribute("href") == f"?run={run}&view=venue"
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(rf"\?run={run}&at=2020-09-09T23:50"))
    send(backend, fair[:2])
    page.reload()
    expect(page.locator("#clock")).to_contain_text("Wed 9 Sep 23:50")


def test_files_of_a_run_are_taken_with_a_token(locked: Any, fair: Any, open_page: OpenPage) -> None:
    run, _ = send(locked, fair[:2])
    page = open_page("?view=runs", url=locked.url)
    page.get_by_label("Access token").fill("of-readers")
    page.get_by_role("button", name="Sign in on this tab").click()
    offered = page.locator(f"[data-run={run}] [data-download]")
    with page.expect_download() as taken:
        offered.and_(page.locator("[data-download=snapshot]")).click()
    assert taken.value.suggested_filename == f"{run}-measures.json"
    assert json.loads(Path(taken.value.path()).read_bytes()) == locked.get(f"runs/{run}/snapshot")
    named = [each.get_attribute("data-download") for each in offered.all()]
    assert named == ["report", "snapshot", "programme.ics"]  # no page of 1,000 events that looks whole
