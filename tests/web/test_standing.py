"""The run's own state in words, on every view."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.web.conftest import VIEWS, Shared, send
from tests.web.languages import read_in
from tests.web.steady import eventually

OpenPage = Callable[..., Page]


def on_every_view(page: Page, head: str, standing: str) -> None:
    """The head and the standing of the run say the same wherever one looks."""
    for view in VIEWS:
        page.locator(f".views a[data-to={view}]").click()
        expect(page.locator(f"main[data-view={view}]")).to_be_visible()
        expect(page.locator("#feed")).to_have_text(head)
        expect(page.locator("#standing")).to_contain_text(standing)


def test_run_that_failed_says_when_why_and_what_to_do(backend: Any, real: Any, open_page: OpenPage) -> None:
    run, _ = send(backend, real[:4])
    backend.fail(run, "the player lost its disk")
    page = open_page()
    on_every_view(page, "Run failed", "The run failed. Its latest event is of Fri 4 Sep 23:5")
    expect(page.locator("#standing [lang=en]")).to_have_text(" the player lost its disk")
    expect(page.locator("#standing code")).to_have_text(f"fair run --resume {run}")
    page.locator(".views a").first.click()
    expect(page.locator("#judgement [data-state=fine]")).to_have_count(0)  # nothing is fine in a run that failed
    expect(page.locator("body")).not_to_have_attribute("data-old", re.compile(""))  # what is known is no old news
    expect(page.locator("#play .play")).to_be_visible()
    read_in(page, "zh-CN")
    expect(page.locator("#feed")).to_have_text("模拟已失败")


@pytest.mark.parametrize(
    ("pace", "head", "standing"),
    [
        ("paused", "Run paused", "The run is paused. Its latest event is of Fri 4 Sep 23:5"),
        ("stopped", "Run stopped", "The run was stopped. Its latest event is of Fri 4 Sep 23:5"),
    ],
)
def test_run_that_stands_says_so(
    pace: str, head: str, standing: str, backend: Any, real: Any, open_page: OpenPage
) -> None:
    run, at = send(backend, real[:4])
    backend.append(run, at, [], pace)
    page = open_page()
    on_every_view(page, head, standing)
    expect(page.get_by_text("No news since")).to_have_count(0)
    resume = page.locator("#standing button")
    expect(resume).to_have_count(1 if pace == "paused" else 0)
    if pace == "paused":
        resume.click()
        expect(page.locator("[data-command='0']")).to_contain_text("Resume")


def test_run_whose_player_is_silent_says_so(backend: Any, real: Any, open_page: OpenPage) -> None:
    run, at = send(backend, real[:4])
    backend.append(run, at, [], "3600")
    page = open_page(f"?run={run}")
    expect(page.locator("#feed")).to_have_text("Live at 3,600×")
    backend.silence(run)
    on_every_view(page, "Player silent", "Its latest event is of Fri 4 Sep 23:5")


def test_run_without_events_says_that_it_has_begun(backend: Any, open_page: OpenPage) -> None:
    run = backend.begin()
    expect(open_page().locator("#empty-title")).to_have_text(f"Run {run} has begun")


def test_moment_that_is_none_shows_the_run_as_it_is(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.whole, "&at=garbage")
    expect(page.locator("#feed")).to_have_text("Ended")
    expect(page.locator("#odd")).to_have_text("The address names no moment: garbage. The run is shown as it is now.")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#odd")).to_have_count(0)


def test_what_is_not_in_the_run_is_told_and_asked_for_once(shared: Shared, open_shared: OpenPage) -> None:
    page, asked = open_shared(shared.whole), list[str]()
    page.on("request", lambda request: asked.append(request.url) if "99999" in request.url else None)
    base = f"{shared.backend.url}/?run={shared.whole}"
    told = {
        "&at=2030-01-01T00:00": "it is shown at Thu 10 Sep 00:00",
        "&view=negotiations&pick=organisation-999999999": "There is no organisation-999999999 in this run",
        "&view=programme&pick=99999": "There is no 99999 in this run",
    }
    for path, word in told.items():
        page.goto(base + path)
        expect(page.locator("#odd")).to_contain_text(word)
    before = len(asked)
    for _ in range(2):
        with page.expect_response("**/runs"):  # every two seconds, and with it the answers are refreshed
            pass
    assert (before, len(asked)) == (before, before)


def test_pair_with_an_absent_run_says_that_there_is_none(shared: Shared, open_shared: OpenPage) -> None:
    page = open_shared(shared.first(4), "&view=runs&pick=nobody")
    expect(page.locator(".part.wide .title p").first).to_contain_text("nobody")
    expect(page.get_by_text("Connecting")).to_have_count(0)


def test_words_of_a_state_move_nothing(backend: Any, real: Any, open_page: OpenPage) -> None:
    send(backend, real[:7])
    page = open_page()
    expect(page.locator("#feed")).to_have_text("Live")
    places = [page.locator(f".views a[data-to={view}]").bounding_box() for view in VIEWS]
    head = page.locator(".head").bounding_box()
    backend.stop()
    expect(page.locator("#feed")).to_have_text(re.compile("Connection lost"))

    def nothing_has_moved() -> None:
        assert page.locator(".head").bounding_box() == head
        assert [page.locator(f".views a[data-to={view}]").bounding_box() for view in VIEWS] == places

    eventually(nothing_has_moved)
    page.evaluate("document.querySelector('.alarms').toggleAttribute('data-none')")
    eventually(nothing_has_moved)
    backend.start()


def test_wrong_token_is_told(locked: Any, fair: Any, open_page: OpenPage) -> None:
    send(locked, fair[:2])
    page = open_page(url=locked.url)
    expect(page.locator("#feed")).to_have_text("Not signed in")
    expect(page.locator(".fault")).to_have_count(0)
    page.get_by_label("Access token").fill("of-nobody")
    page.get_by_role("button", name="Sign in on this tab").click()
    expect(page.locator(".fault")).to_have_text("The token was refused.")
