"""Tables for the terminal: every cell is whole, at any width."""

from __future__ import annotations

import io

import pytest
from tests.faircli.fair import Fair

from faircli.console import _Console
from faircli.tables import table


def printed(width: int, columns: list[tuple[str, str]], row: list[str]) -> list[str]:
    shown = io.StringIO()
    _Console(file=shown, width=width).print(table("", columns, [row]))
    return shown.getvalue().splitlines()


@pytest.mark.parametrize("width", [1, 20, 40, 80, 200])
def test_cells_are_whole_and_texts_are_wrapped_between_words(width: int) -> None:
    row = ["organisations.registered_at_opening", "95.36–909.6", "What was 报告 as organisations.registered, then"]
    head, *lines = printed(width, [("measure", "left"), ("mean", "right"), ("meaning", "text")], row)
    assert lines[0].startswith("organisations.registered_at_opening  95.36–909.6  What was")
    assert head.split() == ["measure", "mean", "meaning"]
    assert " ".join(lines).split() == [*row[:2], *row[2].split()]


@pytest.mark.parametrize(
    ("command", "whole"),
    [
        (("scenarios",), "ciftis2020-as-planned "),
        (("scenarios", "show", "ciftis2020"), "venue.last_entry_h "),
        (("fairs",), "2020-09-04 "),
        (("figures",), "programme.starts_by_kind.summit"),
    ],
)
def test_names_and_numbers_are_whole_on_a_narrow_terminal(fair: Fair, command: tuple[str, ...], whole: str) -> None:
    done = fair.process(*command, columns="40")
    assert whole in done.stdout
    assert "…" not in done.stdout
