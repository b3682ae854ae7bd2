"""Measures the page in a real browser while a run is played as fast as can be."""

from __future__ import annotations

import argparse
import gzip
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright
from tests.web.browsers import ROOT, find_browser
from tests.web.conftest import FLAGS

from benchmarks.backend import FAIR, backend

VIEWS = ["overview", "negotiations", "venue", "programme", "platform", "results", "comparison", "runs"]
LOOK_S = 4.0
FIRST_NUMBER = """() => new Promise(resolve => {
    const look = () => document.querySelector("[data-measure]")
        ? requestAnimationFrame(() => resolve(performance.now())) : requestAnimationFrame(look);
    look();
})"""
WATCH = """() => {
    window.frames_drawn = 0;
    window.long_tasks = [];
    const draw = () => { window.frames_drawn++; requestAnimationFrame(draw); };
    requestAnimationFrame(draw);
    new PerformanceObserver(list => window.long_tasks.push(...list.getEntries().map(entry => entry.duration)))
        .observe({ type: "longtask" });
}"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="size of the fair (1)")
    options = parser.parse_args()
    scripts = [*(ROOT / "platform/cloudfair/web/assets").glob("*.js")]
    print(f"JavaScript: {sum(len(gzip.compress(script.read_bytes())) for script in scripts) / 1000:.0f} KB gzipped")
    found = find_browser()
    assert found, "no Chromium: run `make test`, which fetches one, or name one in CLOUDFAIR_BROWSER"
    program, environment = found
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        backend(f"{folder}/fair.db") as (url, _),
    ):
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS, env={**os.environ, **environment})
        measure(browser, url, options.scale)
        browser.close()


def measure(browser: Browser, url: str, scale: float) -> None:
    """Look at every view while a run is played, and again when it has ended."""
    run = [*FAIR, "run", "ciftis2020", "--scale", str(scale), "--to", url, "--json"]
    with subprocess.Popen(run, stdout=subprocess.DEVNULL) as running:
        while not (runs := httpx.get(f"{url}/runs").json()) or runs[0]["head"] == 0:
            time.sleep(0.05)
        page = browser.new_page(locale="en-GB", viewport={"width": 1440, "height": 900})
        page.goto(url, wait_until="commit")
        print(f"first numbers: {page.evaluate(FIRST_NUMBER):.0f} ms after the address was entered, run at full speed")
        page.wait_for_timeout(1_000)
        page.evaluate(WATCH)
        devtools = page.context.new_cdp_session(page)
        looked: list[float] = []
        while running.poll() is None or len(looked) < len(VIEWS):  # from one to the next, and again from the first
            view = VIEWS[len(looked) % len(VIEWS)]
            speed = "run at full speed" if running.poll() is None else "run ended"
            looked.append(look(page, devtools, view, speed))
        print(f"the most that the page's process took, {len(looked)} views one after the other: {max(looked):.0f} MB")
    page.wait_for_timeout(2_000)
    for view in VIEWS[:3]:
        look(page, devtools, view, "six days in view")


def look(page: Page, devtools: CDPSession, view: str, when: str) -> float:
    """Go to a view, down to its end and up again; print what it costs, and return the MB of the page's process."""
    page.keyboard.press(str(VIEWS.index(view) + 1))
    page.evaluate("window.frames_drawn = 0, window.long_tasks.length = 0")
    began = time.monotonic()
    page.wait_for_timeout(LOOK_S * 500)
    page.mouse.wheel(0, 10_000)
    page.wait_for_timeout(LOOK_S * 500)
    frames, tasks = page.evaluate("[window.frames_drawn, window.long_tasks]")
    rate = frames / (time.monotonic() - began)
    devtools.send("Performance.enable")
    metrics: dict[str, Any] = {
        each["name"]: each["value"] for each in devtools.send("Performance.getMetrics")["metrics"]
    }
    heap = metrics["JSHeapUsedSize"] / 1e6
    taken = memory_mb(page)
    print(
        f"{view}, {when}: {rate:.0f} frames/s, longest task {max(tasks, default=0):.0f} ms,"
        f" {heap:.0f} MB of JavaScript heap, {metrics['Nodes']:.0f} nodes, {taken:.0f} MB in the page's process"
    )
    return taken


def memory_mb(page: Page) -> float:
    """Return the private memory of the largest renderer, which is the page's."""
    browser = page.context.browser
    assert browser is not None
    devtools = browser.new_browser_cdp_session()
    processes = devtools.send("SystemInfo.getProcessInfo")["processInfo"]
    return max(private_mb(each["id"]) for each in processes if each["type"] == "renderer")


def private_mb(process: int) -> float:
    """Return the memory that a process shares with no other."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty"))) / 1024


main()
