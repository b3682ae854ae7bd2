"""What is fuzzed: each reader of files and bodies that others write, with what must hold for every input.

A target takes bytes. It returns whether they were read; else they were refused with an error that a user can mend.
Everything else is a finding: another exception, a refusal without a reason, a programme that is another one after it
was written and read.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

from tests.fairfacts.timetables import from_icalendar, from_schedule

from cloudfair.api.cloudevent import parsed
from cloudfair.errors import MalformedError, MediaTypeError
from fairfacts.errors import FairError, FigureError, ScenarioError
from fairfacts.evidence.figures import Figure
from fairfacts.evidence.figures_file import from_csv
from fairfacts.evidence.folder import known_fair
from fairfacts.interchange.ics import to_icalendar
from fairfacts.interchange.schedule_json import to_schedule
from fairfacts.interchange.timetable import Options, ReadTimetable, Timetable
from fairsim.inputs.programme.imported import lay_in
from fairsim.inputs.scenario import load_scenario

SCENARIO = load_scenario("ciftis2020", changes=["fair.days=300"])
EPOCH = SCENARIO.epoch
LENIENT = Options(skip_unreadable=True, default_length_min=30, time_zone="Asia/Shanghai")
FIGURES = known_fair("ciftis2020").figures
FOLDER = Path("/dev/shm" if os.path.isdir("/dev/shm") else tempfile.gettempdir())  # noqa: PTH112  # before Path is known


def timetable(read: Callable[..., ReadTimetable], content: bytes) -> bool:
    """Read a timetable strictly and leniently; what can be read is laid into a fair, written, and read again."""
    results = []
    for options in (Options(), LENIENT):
        try:
            results.append(read(content, "file", options))
        except ScenarioError as refusal:
            check_refusal(refusal)
    for result in results:
        report = result.report
        assert report.read == len(result.timetable.entries) <= report.found
        assert all([*report.lines(), *report.summary()])
        with contextlib.suppress(ScenarioError):
            lay_in(result.timetable, SCENARIO.parameters, SCENARIO.fair)
        check_round_trip(result.timetable)
    return bool(results)


def check_round_trip(written: Timetable) -> None:
    """Assert that a programme is the same after it was written and read, in both formats."""
    if not written.entries:
        return
    again = from_icalendar(to_icalendar(written)).timetable
    if written.zone:  # iCalendar has no offsets: a programme without a zone is written in UTC
        assert plain(again, seconds=True) == plain(written, seconds=True), (written, again)
    held = [entry for entry in written.entries if not entry.cancelled]
    if written.zone or len({entry.starts.utcoffset() for entry in held}) == 1:
        schedule = from_schedule(to_schedule(written, "1", "https://fair.example/")).timetable
        assert plain(schedule) == [row for row in plain(written) if not row[-1]], (written, schedule)


def plain(programme: Timetable, *, seconds: bool = False) -> list[tuple[object, ...]]:
    """Return what of a programme must survive: lengths in minutes, or in seconds."""
    unit = timedelta(seconds=1) if seconds else timedelta(minutes=1)
    return sorted(
        (
            one.title,
            one.starts.isoformat(timespec="seconds"),
            max(1, (one.ends - one.starts + (timedelta() if seconds else timedelta(seconds=30))) // unit),
            one.room,
            one.kind,
            one.track,
            one.streamed,
            one.cancelled,
        )
        for one in programme.entries
    )


def schedule_json(content: bytes) -> bool:
    return timetable(from_schedule, content)


def icalendar(content: bytes) -> bool:
    return timetable(from_icalendar, content)


def figures(content: bytes) -> bool:
    """Read figures: each number is finite, 0 or more; what is read is written and read again."""
    try:
        read = from_csv(content, "mine.csv", FIGURES)
    except FigureError as refusal:
        check_refusal(refusal)
        return False
    assert read.report is not None
    assert all(read.report.lines())
    own = [figure for name, figure in read.figures.items() if FIGURES.get(name) != figure]
    for figure in own:
        assert isinstance(figure.value, str) or 0 <= figure.value < float("inf")
        assert 0 <= figure.rounding < float("inf")
    again = from_csv(as_csv(own), "mine.csv", FIGURES).figures
    assert [again[figure.id] for figure in own] == own
    return True


def as_csv(own: Iterable[Figure]) -> bytes:
    """Return figures as a table."""
    import csv
    import io

    file = io.StringIO()
    columns = ("id", "value", "op", "as_of", "status", "counts", "source", "paragraph", "rounding", "measure", "scales")
    rows = csv.writer(file, quoting=csv.QUOTE_ALL)
    rows.writerow(columns)
    for figure in own:
        cells = {column: getattr(figure, column) for column in columns}
        known = FIGURES.get(figure.id)
        if known and known.measure == figure.measure and not (figure.at or figure.same_as):  # it replaces that one
            cells |= {"measure": "", "scales": ""}
        else:
            cells |= {"scales": ("yes" if figure.scales else "no") if figure.measure else ""}
        rows.writerow([cell if isinstance(cell, str) else f"{cell:.17g}" for cell in cells.values()])
    return file.getvalue().encode()


def scenario(content: bytes) -> bool:
    """Read a scenario file."""
    path = FOLDER / f"fuzz-{os.getpid()}.toml"
    path.write_bytes(content)
    try:
        load_scenario(str(path), scale=0.01)
    except ScenarioError as refusal:
        check_refusal(refusal)
        return False
    finally:
        path.unlink()
    return True


def cloudevents(content: bytes) -> bool:
    """Read the body of a request; its first line is the media type and, after it, headers `name=value`."""
    head, _, body = content.partition(b"\n")
    media_type, *pairs = head.decode("latin-1").split("|")
    headers = dict(pair.partition("=")[::2] for pair in pairs)
    try:
        parsed({**headers, "content-type": media_type}, body)
    except (FairError, MalformedError, MediaTypeError) as refusal:
        check_refusal(refusal)
        return False
    return True


def check_refusal(refusal: Exception) -> None:
    """Assert that a refusal has a reason which can be printed, and is not endless."""
    message = str(refusal)
    message.encode()
    assert message.strip()
    assert len(message) < 100_000, len(message)


TARGETS: dict[str, Callable[[bytes], bool]] = {
    "schedule_json": schedule_json,
    "icalendar": icalendar,
    "figures": figures,
    "scenario": scenario,
    "cloudevents": cloudevents,
}
