"""The terminal: what others wrote is shown on it, and steers nothing."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from rich.text import Text

from faircli import console
from faircli.tables import table

TRICKS = "a\x1b]0;mine\x07b\x1b[2Jc\r\x9b1md\u202ee\u2066f\u200fg"
SHOWN = r"a\u001b]0;mine\u0007b\u001b[2Jc\u000d\u009b1md\u202ee\u2066f\u200fg"


@pytest.mark.parametrize(
    "show",
    [
        lambda: console.out.print(TRICKS),
        lambda: console.out.print(table(TRICKS, [("title", "left")], [["x"]])),
        lambda: console.out.print(table("", [(TRICKS, "left")], [[TRICKS]])),
        lambda: console.out.print(table("", [("title", "text")], [[TRICKS]])),
        lambda: console.say(("run ", "bold"), (TRICKS, "red")),
        lambda: console.say(TRICKS),
    ],
    ids=["text", "title", "cells", "wrapped", "styled", "line"],
)
def test_control_characters_are_shown(monkeypatch: pytest.MonkeyPatch, show: Callable[[], None]) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(console, "out", console._Console(file=terminal, width=120, markup=False))
    show()
    assert SHOWN in terminal.getvalue().replace("\n", "")  # a title is as wide as its table
    assert not set(terminal.getvalue()) & set("\x1b\x07\r\x9b\u202e\u2066\u200f")


def test_no_control_character_of_a_text_that_rich_is_given_gets_through() -> None:
    terminal = io.StringIO()
    console._Console(file=terminal, width=120).print(Text(TRICKS))
    assert r"a\u001b]0;mine" in terminal.getvalue()
    assert "\x1b" not in terminal.getvalue()


def test_lines_tabs_and_colours_stay_what_they_are() -> None:
    terminal = io.StringIO()
    shown = console._Console(file=terminal, width=40, force_terminal=True, color_system="standard", highlight=False)
    shown.print("one\ntwo", Text("red", style="red"))
    assert terminal.getvalue() == "one\ntwo \x1b[31mred\x1b[0m\n"
