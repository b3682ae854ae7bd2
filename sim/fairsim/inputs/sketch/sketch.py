"""A sketch of a fair: what an organiser knows in a minute, made into a folder that can be played at once."""

from __future__ import annotations

import math
import shutil
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from fairfacts.errors import ScenarioError
from fairfacts.interchange.files import read_timetable
from fairfacts.interchange.reading import Remark, Report, quoted
from fairfacts.interchange.timetable import Entry, Options
from fairfacts.resources import KEY_WORDS, is_key, shipped_names
from fairsim.inputs.fair import FILE, default_rows
from fairsim.inputs.keys import keys_of, same_name
from fairsim.inputs.parameter_names import generic
from fairsim.inputs.rows import PARAMETERS
from fairsim.inputs.scenario import load_scenario
from fairsim.inputs.sketch.asked import Sketch
from fairsim.inputs.sketch.files import OTHERS, csv_of, sectors_of, toml_of, zones_of

LANE_USE = 0.7
"""Share of what a lane can pass, up to which no long queue grows."""
LANES_PER_GATE = 8
COUNTED_BY = {
    "organisations": "organisations.at_opening",
    "exhibitors": "organisations.exhibitors",
    "sessions": "programme.*.count",
}
"""The parameter that takes a number of the sketch, and whose range is that of the number."""
MOST_VISITORS, MOST_IMPORTED = 100_000_000, 100_000
"""More people, and more sessions of a programme's file, than any fair has had."""
ORGANISATIONS_PER_ECONOMY = 3
NIGHT_H, LATE_H = 5, 22
"""The night ends and begins: no halls open for what begins in it, before its end for the day before."""
HALLS_FROM = "open for those in rooms on half of the days at least, and not at night"
LAST_CLOSE_H, LAST_ENTRY_H = 23.5, 1.0
"""The latest hour at which halls can close, and how long before it the gates do."""
COLUMNS = ("name", "value", "class", "source")
ONLINE = (
    "visits.domestic_per_delegate_day",
    "visits.overseas_per_delegate_day",
    "projects.per_exhibitor_day",
    "notices.website_reach_share",
    "notices.app_reach_share",
)
"""What people do and read online in any fair; all else online follows from it, or is 0 unless it is stated."""
LEAST_SHARE = 0.01
"""Of exhibitors among organisations."""


def from_programme(file: Path, sketch: Sketch) -> Sketch:
    """Return a sketch with days, time zone, sessions, kinds and sectors of a programme's file.

    Raises:
        ScenarioError: the file cannot be read, or its programme is longer than a fair.
    """
    timetable = read_timetable(file, Options()).timetable
    held = [entry for entry in timetable.entries if not entry.cancelled]
    if not held:
        raise ScenarioError(f"{file}: all of its sessions are cancelled; name a programme that is held")
    first = min(entry.starts.date() for entry in held)
    last = max((entry.ends - timedelta(microseconds=1)).date() for entry in held)
    by_day = _by_day(held)
    return sketch._replace(
        opens_on=first,
        days=(last - first).days + 1,
        hall_days=(max((entry.starts - timedelta(hours=NIGHT_H)).date() for entry in by_day or held) - first).days + 1,
        hall_hours=_hours_of(by_day),
        time_zone=timetable.zone or sketch.time_zone,
        sessions=len(held),
        programme=file,
        roomless=tuple(entry.title for entry in held if not entry.room),
        kinds=_keys_of([entry.kind for entry in held], "kind"),
        tracks=_keys_of([entry.track for entry in held], "track"),
        title=timetable.title,
        short_title=timetable.acronym,
    )


def _keys_of(names: Sequence[str], usual: str) -> dict[str, str]:
    """Return the names of kinds or tracks as they are first written, by key, the most frequent first."""
    written = {same_name(name): name for name in reversed(names)}
    return keys_of((written[same] for same, _ in Counter(map(same_name, names)).most_common()), usual)


def _by_day(entries: Sequence[Entry]) -> list[Entry]:
    """Return the sessions in rooms that do not begin at night: no halls open for those that do."""
    return [entry for entry in entries if entry.room and NIGHT_H <= entry.starts.hour < LATE_H]


def _hours_of(by_day: Sequence[Entry]) -> tuple[float, float] | None:
    """Return from when to when sessions are held on at least half of the days that have any; the latest is midnight."""
    begins, ends = dict[date, float](), dict[date, float]()
    for entry in by_day:
        day, begin, end = entry.starts.date(), _clock_h(entry.starts), _clock_h(entry.ends)
        begins[day] = min(begins.get(day, 24.0), begin)
        ends[day] = max(ends.get(day, 0.0), end if entry.ends.date() == day else 24.0)
    if not begins:
        return None
    half = (len(begins) - 1) // 2
    return sorted(begins.values())[half], sorted(ends.values(), reverse=True)[half]


def _clock_h(moment: datetime) -> float:
    return moment.hour + moment.minute / 60


def write_fair(folder: Path, sketch: Sketch) -> tuple[Report, ...]:
    """Write the folder of a fair, and return what the readers of its files have to say.

    Raises:
        ScenarioError: the folder is there already or cannot be written, its name is that of a shipped fair, a number
            is over that of any fair, more organisations exhibit than register, or the sketch cannot be played; then
            nothing is left behind.
    """
    _check(sketch)
    if folder.name in shipped_names():
        raise ScenarioError(f"{folder.name} is a shipped fair or scenario; give yours another name")
    if not is_key(folder.name):
        raise ScenarioError(f"{folder}: a fair has the name of its folder: {KEY_WORDS}; give another name")
    try:
        folder.mkdir(parents=True)
    except FileExistsError as fault:
        raise ScenarioError(f"{folder} is there already; remove it, or give another name") from fault
    except OSError as fault:
        raise ScenarioError(f"{folder}: cannot be made ({fault.strerror}); name another folder") from fault
    try:
        for name, text in _files(folder.name, sketch).items():
            (folder / name).write_text(text, encoding="utf-8")
        if sketch.programme:
            shutil.copyfile(sketch.programme, folder / sketch.programme.name)
        return _with_hours(folder, sketch, load_scenario(str(folder)).reports)
    except BaseException as fault:  # an interruption, too
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(fault, OSError):
            raise ScenarioError(f"{folder}: cannot be written ({fault.strerror}); name another folder") from fault
        raise


def _with_hours(folder: Path, sketch: Sketch, reports: tuple[Report, ...]) -> tuple[Report, ...]:
    """Return what the readers say, and that days and hours of the halls were chosen by the programme."""
    halls = _halls(sketch) if sketch.visitors else {}
    if not halls:
        return reports
    assert sketch.programme is not None, "the programme has the hours"
    stated = ", ".join(f"{name} {value:g}" for name, value in halls.items())
    remark = Remark("", "assumed", "halls", f"{stated}, from the sessions of {sketch.programme.name}: {HALLS_FROM}")
    file, count = f"{folder}/{PARAMETERS}", len(_parameters(sketch))
    return (*reports, Report(file, "CSV", "rows", count, count, (remark,)))


def _check(sketch: Sketch) -> None:
    """Refuse numbers that no fair has."""
    for what, (least, most) in _ranges(sketch).items():
        if not least <= (asked := getattr(sketch, what)) <= most:
            # 20 digits: more say no more
            number = f"{asked:,}" if asked < 10**20 else "a number of over 20 digits"
            raise ScenarioError(f"{what} is {number}; give {least:,} to {most:,}")
    if sketch.exhibitors > sketch.organisations:
        raise ScenarioError(
            f"{sketch.exhibitors:,} exhibitors are more than the {sketch.organisations:,} organisations that register;"
            " exhibitors register, too: give more organisations, or fewer exhibitors"
        )
    _check_lists(sketch)
    if sketch.on_site and not sketch.visitors:
        raise ScenarioError("a fair on site alone has 0 visitors; give more, or leave --on-site out")
    if sketch.on_site and sketch.roomless:
        names = ", ".join(map(quoted, sketch.roomless))
        raise ScenarioError(
            f"{sketch.programme}: no room is named of {names}, and the fair is on site alone; name one of each, or"
            " leave --on-site out"
        )
    row = default_rows()["organisations.delegates_mean"]
    assert row.low is not None
    assert row.high is not None
    fewest, too_many = (
        math.ceil(edge * sketch.organisations * _share_who_come(sketch)) for edge in (row.low, row.high)
    )
    if sketch.visitors and not fewest <= sketch.visitors < too_many:
        raise ScenarioError(
            f"{sketch.visitors:,} visitors of {sketch.organisations:,} organisations: an organisation registers"
            f" {row.low:g} to {row.high:g} people, and some stay away; give {fewest:,} to {too_many - 1:,} visitors,"
            " or another number of organisations"
        )


def _ranges(sketch: Sketch) -> dict[str, tuple[int, int]]:
    """Return the least and the most of each number: what the parameter takes that the number becomes."""
    ranges, rows = {"visitors": (0, MOST_VISITORS)}, default_rows()
    for what, name in COUNTED_BY.items():
        row = rows[name]
        assert row.low is not None
        assert row.high is not None
        ranges[what] = int(row.low), int(row.high)
    # as a parameter, no exhibitors stand for as many as are drawn
    ranges["exhibitors"] = 1, ranges["exhibitors"][1]
    return ranges | ({"sessions": (0, MOST_IMPORTED)} if sketch.programme else {})


def _check_lists(sketch: Sketch) -> None:
    """Refuse kinds and zones that are more than all organisations and exhibitors."""
    of_kinds = sum(kind.number for kind in sketch.organisation_kinds)
    with_stand = sum(kind.stands or 0 for kind in sketch.organisation_kinds)
    stands = sum(zone.number for zone in sketch.zones)
    for kind in sketch.organisation_kinds:
        if (kind.stands or 0) > kind.number:
            raise ScenarioError(
                f"{kind.name}: {kind.stands} of {kind.number} have a stand; write the number of all first"
            )
        if kind.key == OTHERS:
            raise ScenarioError(f"{kind.name} is what all others are called; give the kind another name")
    known = [kind for kind in sketch.organisation_kinds if kind.stands is not None]
    may = with_stand + sketch.organisations - sum(kind.number for kind in known)
    if sketch.exhibitors > may:
        raise ScenarioError(
            f"{sketch.exhibitors:,} exhibit, and {may:,} organisations may: of the others, so many have a stand; give"
            " fewer exhibitors, or more stands to a kind"
        )
    for what, listed, total, of in (
        ("organisations are listed by kind", of_kinds, sketch.organisations, "register"),
        ("of the kinds have a stand", with_stand, sketch.exhibitors, "exhibit"),
        ("stands are in the zones", stands, sketch.exhibitors, "exhibit"),
    ):
        if listed > total:
            raise ScenarioError(f"{listed:,} {what}, and {total:,} organisations {of}; lower one or raise the other")


def _files(name: str, sketch: Sketch) -> dict[str, str]:
    files = {
        FILE: toml_of(name, sketch),
        PARAMETERS: csv_of(COLUMNS, _parameters(sketch)),
        "sectors.csv": sectors_of(sketch),
    }
    if sketch.visitors:
        files["zones.csv"] = zones_of(sketch, _usual("venue.stand_m2"))
    return files


def _parameters(sketch: Sketch) -> list[tuple[str, str, str, str]]:
    """Return the rows of the fair: what was answered, and what follows from it in proportion."""
    organisations, visitors = sketch.organisations, sketch.visitors
    usual_people = organisations * _usual("organisations.delegates_mean")
    people = visitors / _share_who_come(sketch) if visitors else usual_people
    answered: dict[str, tuple[str, object]] = {
        "fair.opens_on": ("opens_on", sketch.opens_on.isoformat()),
        "fair.days": ("days", sketch.days),
        "organisations.at_opening": ("organisations", organisations),
        "organisations.exhibitors": ("exhibitors", sketch.exhibitors),
    }
    derived = {
        "organisations.exhibitor_share": _share_of_others(sketch),
        "organisations.delegates_mean": f"{people / organisations:.4g}",
        "organisations.foreign_economies": _foreign_economies(organisations),
    }
    chosen = dict[str, str]()
    if sketch.on_site:
        chosen = dict.fromkeys(ONLINE, "0")
    else:
        derived["platform.rooms"] = max(50, organisations // 4)
    for kind in sketch.organisation_kinds:
        answered[f"organisations.{kind.key}.count"] = ("organisation_kinds", kind.number)
        if kind.stands is not None:
            share = f"{kind.stands / max(kind.number, 1):.6g}"
            answered[f"organisations.{kind.key}.exhibitor_share"] = ("organisation_kinds", share)
    if not sketch.programme:
        answered["programme.session.count"] = ("sessions", sketch.sessions)
    halls = _halls(sketch) if visitors else {}
    if visitors:
        derived["venue.gate_lanes"] = _lanes(visitors * min(_usual("badges.*.days_mean"), sketch.days) / sketch.days)
    else:
        answered["venue.days"] = ("visitors", 0)
        if not sketch.programme:
            derived |= {"programme.online_only": sketch.sessions, "programme.streamed": sketch.sessions}
    stated, usual = ("documented", "the organiser"), ("assumed", "a usual value of fair new: nothing was stated")
    rows = [
        (name, str(value), *(usual if field in sketch.assumed else stated)) for name, (field, value) in answered.items()
    ]
    source = "from the numbers of fair new, in proportion"
    rows += [(name, str(value), "derived", source) for name, value in derived.items()]
    rows += [(name, value, "assumed", "on site alone: fair new --on-site") for name, value in chosen.items()]
    source = f"from the sessions of {sketch.programme.name}: {HALLS_FROM}" if sketch.programme else ""
    rows += [(name, f"{value:g}", "assumed", source) for name, value in halls.items()]
    order = list(default_rows())
    return sorted(rows, key=lambda row: order.index(generic(row[0])))


def _halls(sketch: Sketch) -> dict[str, float]:
    """Return the days and hours of the halls where those of the programme are others than the usual ones."""
    halls: dict[str, float] = {}
    if sketch.hall_days is not None and sketch.hall_days < sketch.days:
        halls["venue.days"] = sketch.hall_days
    if sketch.hall_hours:
        begins, ends = sketch.hall_hours
        opens, closes = _usual("venue.opens_h"), _usual("venue.closes_h")
        if begins < opens:
            halls["venue.opens_h"] = math.floor(begins * 2) / 2
        if ends > closes:
            closes = min(math.ceil(ends * 2) / 2, LAST_CLOSE_H)
            halls |= {"venue.last_entry_h": closes - LAST_ENTRY_H, "venue.closes_h": closes}
    return halls


def _share_of_others(sketch: Sketch) -> str:
    """Return the share that exhibits of the organisations whose kind has no stands of its own."""
    known = [kind for kind in sketch.organisation_kinds if kind.stands is not None]
    rest = sketch.organisations - sum(kind.number for kind in known)
    with_stand = sketch.exhibitors - sum(kind.stands or 0 for kind in known)
    return f"{min(max(with_stand / max(rest, 1), LEAST_SHARE), 1):.4g}"


def _usual(name: str) -> float:
    """Return the number that a parameter has by default."""
    return float(default_rows()[name].value)


def _share_who_come(sketch: Sketch) -> float:
    """Return the share of the registered who come on site: of those at a stand all do."""
    at_stand = sketch.exhibitors / sketch.organisations
    overseas = _usual("organisations.overseas_share")
    mean_to = (1 - overseas) * _usual("venue.domestic_share") + overseas * _usual("venue.overseas_share")
    return at_stand + (1 - at_stand) * mean_to * (1 - _usual("venue.no_show_share"))


def _foreign_economies(organisations: int) -> int:
    """Return how many of them take part: no more than usual, and each with a few of the overseas organisations."""
    most = organisations * _usual("organisations.overseas_share") / ORGANISATIONS_PER_ECONOMY
    return max(1, min(int(_usual("organisations.foreign_economies")), int(most)))


def _lanes(a_day: float) -> str:
    """Return lanes by gate that pass the busiest hour of a day."""
    hours = [float(weight) for weight in default_rows()["venue.hour_profile"].value.split()]
    per_lane = LANE_USE * 3600 / _usual("venue.check_mean_s")
    lanes = max(1, math.ceil(a_day * max(hours) / sum(hours) / per_lane))
    gates = math.ceil(lanes / LANES_PER_GATE)
    return " ".join(str(lanes // gates + (place < lanes % gates)) for place in range(gates))
