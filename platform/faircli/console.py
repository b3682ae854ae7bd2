"""The terminal: `out` for results, `err` for everything beside them, and JSON for programs.

Neither console interprets markup or emoji codes, and neither passes a control character on to the terminal: names,
titles and messages of users are printed as they are written.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from faircli.text import visible

WIDTH = 120
"""Columns of a table that goes to a file or a pipe, unless `COLUMNS` says otherwise."""


class _Console(Console):
    """A console that cuts no line: a terminal goes on in its next one."""

    def print(self, *objects: Any, **settings: Any) -> None:
        """Print objects, and crop none of their lines."""
        super().print(*objects, **{"crop": False, **settings})

    def on_broken_pipe(self) -> None:
        """Go on without standard error where nobody reads it: a run outlives the backend that started it."""
        if not self.stderr:
            super().on_broken_pipe()
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())

    def render_str(self, text: str, **settings: Any) -> Text:
        """Return a text to print, with its control characters written out before its width is measured."""
        return super().render_str(visible(text), **settings)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield the pieces of what is printed, whoever made it; what moves the cursor for us stays as it is."""
        for piece in super().render(renderable, options):
            yield piece if piece.control else piece._replace(text=visible(piece.text))


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else WIDTH
    return _Console(stderr=stderr, width=width, markup=False, emoji=False, highlight=False)


out = _console(stderr=False)
err = _console(stderr=True)


def print_json(value: Any) -> None:
    """Print a value as JSON on standard output."""
    import msgspec  # here, as tables do without it

    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")
    sys.stdout.flush()  # a reader that has left is noticed here, and not when Python ends


def say(*parts: str | tuple[str, str]) -> None:
    """Print one line of a result, however long; a part may be a pair of text and style."""
    out.print(_line(parts), soft_wrap=True)


def note(*parts: str | tuple[str, str]) -> None:
    """Print one line on standard error, beside the result, which a full disk there does not cost."""
    with suppress(OSError):
        err.print(_line(parts), soft_wrap=True)


def _line(parts: Iterable[str | tuple[str, str]]) -> Text:
    """Return a line of parts; `Text` alone would leave some control characters out, and others in."""
    return Text.assemble(*(visible(part) if isinstance(part, str) else (visible(part[0]), part[1]) for part in parts))


def complain(message: str) -> None:
    """Print on standard error what went wrong."""
    note(("Error:", "bold red"), f" {message}")


def warn(message: str) -> None:
    """Print on standard error what was ignored, or done otherwise than a user may expect."""
    note(("Warning:", "bold yellow"), f" {message}")
