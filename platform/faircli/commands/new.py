"""`fair new`: a folder for a fair of one's own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from shlex import quote
from typing import Annotated, Any

import typer


def new(
    folder: Annotated[Path, typer.Argument(metavar="NAME", help="Name of the new folder; the fair is called so.")],
    *,
    opens: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="First day.")] = None,
    days: Annotated[int | None, typer.Option(min=1, max=366, help="Days of the fair.")] = None,
    zone: Annotated[str | None, typer.Option(metavar="ZONE", help="Time zone, such as Europe/Berlin.")] = None,
    home: Annotated[str | None, typer.Option(metavar="CODE", help="Home economy, an ISO 3166 code: DE.")] = None,
    organisations: Annotated[int | None, typer.Option(min=2, help="Organisations that register.")] = None,
    exhibitors: Annotated[int | None, typer.Option(min=1, help="Of these, with a stand.")] = None,
    visitors: Annotated[int | None, typer.Option(min=0, help="Different people on site; 0: online alone.")] = None,
    sessions: Annotated[int | None, typer.Option(min=0, help="Sessions of the programme.")] = None,
    on_site: Annotated[bool, typer.Option("--on-site", help="On site alone: without an online platform.")] = False,
    title: Annotated[str | None, typer.Option("--title", metavar="TEXT", help="Name of the fair for people.")] = None,
    kinds: Annotated[
        str | None,
        typer.Option(
            metavar="LIST",
            help="Kinds of organisations with their number, and of these with a stand: 'Sponsor=6:6, Media=20:0'.",
        ),
    ] = None,
    halls: Annotated[
        str | None, typer.Option(metavar="LIST", help="Zones of the halls with their stands: 'Makers=12, Lounge=6'.")
    ] = None,
    programme: Annotated[
        Path | None,
        typer.Option("--from-programme", metavar="FILE", help="A schedule.json or .ics: its days, rooms and sessions."),
    ] = None,
) -> None:
    """Make a folder for a fair of your own, which can be played at once.

    What is not stated is asked on a terminal, and has a usual answer. The folder is small and commented; what it does
    not state is a default of any fair.

    Examples:
    - `fair new my-fair` asks eleven questions.
    - `fair new my-fair --opens 2027-05-07 --days 4 --zone Europe/Berlin --home DE --organisations 4000` asks the rest.
    - `fair new my-fair --from-programme schedule.json` takes name, days, rooms and sessions from your programme.
    - `fair new my-fair --on-site` has no online platform: nobody visits, negotiates or watches online.
    - `fair new my-fair --kinds "Sponsor=6:6, Media=20:0" --halls "Makers=12, Lounge=6"` has kinds and zones of its own.
    """
    from faircli.console import note, say
    from faircli.user_files import show_reports
    from fairsim.inputs.sketch.asked import Sketch, read_list
    from fairsim.inputs.sketch.sketch import from_programme, write_fair

    if programme:
        _refuse_beside(programme, {"--opens": opens, "--days": days, "--sessions": sessions})
    time_zone, economy = zone and _zone(zone), home and _economy(home)
    of_kinds, zones = read_list(kinds or ""), read_list(halls or "")
    usual_day = date.today() + timedelta(days=180)  # noqa: DTZ011  # a suggestion for people, where they are
    empty = Sketch(
        opens.date() if opens else usual_day, days or 4, time_zone or "", economy or "", 0, 0, 0, sessions or 0
    )
    draft = from_programme(programme, empty) if programme else None
    ask = Asker()
    usual_title = (draft.title if draft else "") or folder.name.replace("-", " ").replace("_", " ").title()
    called = title or ask.whether("Name of the fair", usual_title, str)
    opens_on = draft.opens_on if draft else opens.date() if opens else ask("opens_on", "First day", usual_day, _date)
    length = draft.days if draft else days or ask("days", "Days", 4, _count)
    time_zone = time_zone or (draft.time_zone if draft else "") or ask("zone", "Time zone", "Europe/Berlin", _zone)
    economy = economy or ask("home", "Home economy (ISO 3166 code)", "DE", _economy)
    many = organisations or ask("organisations", "Organisations that register", 1000, _count)
    of_kinds = of_kinds or ask.whether(
        "Kinds with a number of their own, and of these with a stand (Sponsor=6:6, Media=20:0; Enter: none)",
        "",
        _list_up_to(many, "organisations register"),
    )
    usual_stands = sum(zone.number for zone in zones) or max(many // 3, 2)
    stands = exhibitors or ask("exhibitors", "Of all these, with a stand", usual_stands, _count)
    zones = zones or ask.whether(
        "Zones with their stands (Makers=12, Lounge=6; Enter: halls for all)",
        "",
        _list_up_to(stands, "organisations have a stand"),
    )
    who = "Different people on site (0: online alone)"
    people = visitors if visitors is not None else ask("visitors", who, many * 8, _count)
    held = draft.sessions if draft else sessions if sessions is not None else ask("sessions", "Sessions", 20, _count)
    sketch = (draft or empty)._replace(
        opens_on=opens_on, days=length, time_zone=time_zone, home=economy, organisations=many,
        exhibitors=stands, visitors=people, sessions=held, on_site=on_site, assumed=frozenset(ask.assumed),
        title=called, short_title=draft.short_title if draft and called == draft.title else "",
        organisation_kinds=of_kinds, zones=zones,
    )  # fmt: skip
    reports = write_fair(folder, sketch)
    say(f"wrote {folder}: ", ", ".join(sorted(file.name for file in folder.iterdir())))
    show_reports(reports, verbose=False)
    halls = ", halls in zones.csv" if (folder / "zones.csv").exists() else ""
    named = quote(str(folder))
    note(
        f"Names and kinds are in {folder}/fair.toml, numbers in parameters.csv{halls}. Play it: fair run"
        f" {named}. Check it after a change: fair check {named}."
    )


def _refuse_beside(programme: Path, stated: Mapping[str, object]) -> None:
    """Refuse what the file of the programme says, too."""
    for option, value in stated.items():
        if value is not None:
            raise typer.BadParameter(f"{option} is what {programme} says, too; leave one of them out")


class Asker:
    """Asks questions: on a terminal a person; elsewhere it takes the usual answer, and says so."""

    def __init__(self) -> None:
        self.assumed: set[str] = set()
        """What has the usual answer."""

    def __call__(self, what: str, question: str, usual: Any, read: Callable[[str], Any]) -> Any:
        """Return the answer."""
        from faircli.console import note

        if sys.stdin.isatty():
            answer = typer.prompt(question, default=str(usual), value_proc=read)
        else:
            note(f"{question}: {usual}, as nothing was stated")
            answer = usual
        if answer == usual:
            self.assumed.add(what)
        return answer

    def whether(self, question: str, usual: str, read: Callable[[str], Any]) -> Any:
        """Return the answer to what need not be known: elsewhere than on a terminal it is the usual one."""
        if not sys.stdin.isatty():
            return read(usual)
        return typer.prompt(question, default=usual, value_proc=read, show_default=bool(usual))


def _list_up_to(most: int, which: str) -> Callable[[str], Any]:
    """Return what reads a list of names whose numbers are no more than `most` together."""

    def read(text: str) -> Any:
        from fairfacts.errors import ScenarioError
        from fairsim.inputs.sketch.asked import read_list

        try:
            listed = read_list(text)
        except ScenarioError as fault:
            raise typer.BadParameter(str(fault)) from None
        if (total := sum(entry.number for entry in listed)) > most:
            raise typer.BadParameter(f"{total:,} are listed, and {most:,} {which}; write fewer")
        return listed

    return read


def _count(text: str) -> int:
    if not text.strip().isdecimal():
        raise typer.BadParameter("write a whole number, 0 or more")
    return int(text)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("write a day such as 2027-05-07") from None


def _zone(text: str) -> str:
    from fairfacts.errors import did_you_mean
    from fairsim.inputs.economies import time_zones

    if text not in (known := time_zones()):
        raise typer.BadParameter(f"{text!r} is no time zone; {did_you_mean(text, known)} (such as Europe/Berlin)")
    return text


def _economy(text: str) -> str:
    from fairsim.inputs.economies import economy_codes

    if text not in economy_codes():
        raise typer.BadParameter(f"{text!r} is no economy; write an ISO 3166 code such as DE")
    return text
