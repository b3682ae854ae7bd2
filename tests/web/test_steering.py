"""A run is steered from the page: real command, real backend, real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from tests.command.fair import Fair


def test_a_run_is_paused_sped_up_and_stopped(backend: Any, open_page: Callable[..., Page], tmp_path: Path) -> None:
    fair = Fair(tmp_path)
    running = fair.start("run", "ciftis2020", "--scale", "0.01", "--speed", "3600", "--to", backend.url, "--json")
    page = open_page("?view=runs")
    page.locator("#pause-run").click(timeout=20_000)
    expect(page.locator("[data-command='0'] td")).to_contain_text("Fri 4 Sep")  # obeyed, at that moment
    expect(page.locator("#pause-run")).to_have_text("Go on")
    run = backend.get("runs")[0]
    assert run["state"] == "paused"
    at_ms = backend.get("runs")[0]["at_ms"]
    page.locator("#speed-run").select_option("max")
    expect(page.locator("[data-command='1'] td")).to_contain_text("Fri 4 Sep")
    assert backend.get("runs")[0]["at_ms"] == at_ms  # a pause stays one
    page.locator("#speed-run").select_option("600")
    page.locator("#pause-run").click()
    expect(page.locator("[data-command='3'] th")).to_have_text("Go on")
    expect(page.locator("#pause-run")).to_have_text("Pause the run")
    page.locator("#stop-run").click()
    expect(page.locator(f"[data-run={run['id']}] td").last).to_have_text("stopped")
    running.communicate(timeout=20)
    commands = backend.get(f"runs/{run['id']}/commands")
    assert [each["command"]["kind"] for each in commands] == ["pause", "speed", "speed", "resume", "stop"]
    assert all(each["refused"] is None and each["applied_at_ms"] is not None for each in commands)
