"""Progress bars on standard error, for people: nothing is drawn where it is no terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from faircli.console import err


def _bar(*columns: ProgressColumn) -> Progress:
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)


def _text(text: str) -> TextColumn:
    return TextColumn(text, markup=False)  # a note may hold what a user or a server wrote


@contextmanager
def events_progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how far a log is read; yields what takes the position that is reached."""
    with _bar(_text("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()) as progress:
        task = progress.add_task(what, total=total)
        yield lambda position: progress.update(task, completed=position)


@contextmanager
def runs_progress(what: str, total: int) -> Iterator[Callable[[int, str], None]]:
    """Show how many runs are done; yields what takes that number and a note."""
    columns = (_text(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), _text("left"))
    with _bar(*columns, TimeRemainingColumn(), _text("{task.fields[note]}")) as progress:
        task = progress.add_task("", total=total, note="")
        yield lambda done, note: progress.update(task, completed=done, note=note)


@contextmanager
def fairs_progress(planned: float) -> Iterator[tuple[Callable[[float], None], Callable[[str], None]]]:
    """Show how much of an experiment is played, in fairs of full scale.

    Yields what takes the size of a fair that was played, and what takes a note.
    """
    columns = (_text("fairs"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn(), _text("left"))
    with _bar(*columns, TimeRemainingColumn(), _text("{task.fields[note]}")) as progress:
        task = progress.add_task("", total=planned, note="")

        def played(size: float) -> None:
            done = progress.tasks[0].completed + size
            progress.update(task, completed=done, total=max(done, planned))

        yield played, lambda note: progress.update(task, note=note)


class RunProgress:
    """The progress of one run: its clock, its events, and what holds it up."""

    def __init__(self, total_ms: int) -> None:
        columns = ("{task.fields[clock]}", "{task.fields[events]}", "{task.fields[rate]}", "{task.fields[note]}")
        clock, events, rate, note = map(_text, columns)
        self._bar = _bar(clock, BarColumn(), TaskProgressColumn(), events, rate, TimeRemainingColumn(), note)
        self._task = self._bar.add_task("", total=total_ms, clock="", events="", rate="", note="")

    def __enter__(self) -> RunProgress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def advance(self, now_ms: int, clock: str, events: int, rate: float, note: str) -> None:
        """Show where the run stands."""
        self._bar.update(
            self._task,
            completed=now_ms,
            clock=clock,
            events=f"{events:,} events",
            rate=f"{rate:,.0f} events/s",
            note=note,
        )

    @property
    def is_shown(self) -> bool:
        """Whether anybody sees it: it is drawn in a terminal alone."""
        return not self._bar.disable

    def say(self, note: str) -> None:
        """Show that something holds the run up."""
        self._bar.update(self._task, note=note)
