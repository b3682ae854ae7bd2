"""The commands of `fair` by name, each imported when it is called.

`fair --help` and shell completion answer at once, as they import no command that they only name.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from keyword import iskeyword
from typing import Annotated, Any, Literal

import typer
from typer import _coercion
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

COMMANDS: Mapping[str, str] = {
    "run": "Play a scenario, keep every event, and show reported beside simulated.",
    "serve": "Serve the page, the runs and their live feeds until Ctrl-C.",
    "relay": "Serve live feeds of runs from NATS until Ctrl-C, without the database.",
    "watch": "Watch a run's measures as they change, until it ends.",
    "runs": "List the runs that are kept, the latest first.",
    "compare": "Show what was reported beside what was simulated, or two runs side by side.",
    "count": "Count the headlines of a run that has ended by other definitions, beside what was reported.",
    "report": "Write a report of a kept run or of an ensemble: one page, for the screen and for A4.",
    "forecast": "Forecast the final total of each headline, with an interval.",
    "verify": "Check that a log is whole and obeys the laws of a fair.",
    "ensemble": "Play a scenario many times, and show mean and intervals of every measure.",
    "branch": "Play a run again up to a moment, change it there, and show what differs.",
    "calibrate": "Fit a scenario's free parameters to its targets.",
    "posterior": "Draw parameters that are compatible with the targets.",
    "sensitivity": "Show which assumed parameters decide the headlines.",
    "query": "Ask a run in SQL: each type of event is a table.",
    "export": "Write a run's events for other tools: Parquet, CSV, NDJSON, CloudEvents, timetables.",
    "import": "Keep the log of a file, of any system, as a run.",
    "scenarios": "List the shipped scenarios, show one resolved, or the parameters of the model.",
    "fairs": "List the fairs that can be played: those that are shipped, and those in this folder.",
    "new": "Make a folder for a fair of your own, which can be played at once.",
    "check": "Check every file and row of a fair, and show what is documented, derived, assumed and calibrated in it.",
    "figures": "List the documented figures with their sources, or check that they fit together.",
}
"""Every command, with its line in `fair --help`: the first line of its own help."""

HELP = """A digital twin of a hybrid trade fair.

`fair run ciftis2020` plays the 2020 fair, keeps every event, and shows what was simulated beside what was reported.

`fair serve` opens the page and the live feed on http://127.0.0.1:8000.
"""
STATUSES = (
    "Exit status: 0 done; 1 failed, found a fault, or was interrupted and says how to go on;"
    " 2 bad arguments or a bad file; 130 interrupted by Ctrl-C."
)
STYLE: Literal["markdown"] = "markdown"
"""How Typer reads the help texts: it would take single brackets for styles otherwise."""
NOISE = ("bool", "str", "path", "file", "int", "int range", "float", "float range")
"""Types that the help does not show: a default, a range or an example says more."""


class Commands(TyperGroup):
    """A group that knows its commands by name and line, and imports one when it is resolved to be called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {
            name: TyperCommand(name=name, help=line, rich_markup_mode=STYLE) for name, line in COMMANDS.items()
        }

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Return the command that the arguments name, imported, and the arguments that are left for it."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command and load(str(name)), rest


def load(name: str) -> Any:
    """Return a command (a `TyperCommand`, or a `TyperGroup` of subcommands), imported from the module of its name."""
    word = f"{name}_" if iskeyword(name) else name
    command = getattr(import_module(f"faircli.commands.{word}"), word)
    if not isinstance(command, typer.Typer):
        single = typer.Typer(add_completion=False, rich_markup_mode=STYLE)
        single.command(name)(command)
        command = single
    return typer.main.get_command(command)


def _shown_type(parameter: TyperArgument | TyperOption, ctx: Any) -> str | None:
    """Return what the help shows of a parameter's type: its metavar or its choices, not `<bool>` or `<str>`."""
    if parameter.metavar is not None:
        return parameter.metavar if isinstance(parameter, TyperOption) else None
    shown = parameter.display_type(ctx)
    return None if shown.strip("<>").lower() in NOISE else shown


# Typer has no setting for it, and makes `--help` itself: the classes are changed, not each option
for _class in (TyperArgument, TyperOption):
    setattr(_class, "display_type_rich", _shown_type)  # noqa: B010  # mypy allows no assignment to a method


def _reason(fault: Any) -> str:
    """Return why an option does not take a value, and name it: Typer speaks of an input that cannot be parsed."""
    first = fault.errors()[0]
    reason = str(first["msg"]).removeprefix("Value error, ").partition(", unable to parse")[0]
    reason = reason.replace("does not match the formats '%Y-%m-%d'.", "is no day; write one such as 2027-05-07")
    return reason.replace("Input", repr(first["input"]), 1)


setattr(_coercion, "get_error_msg", _reason)  # noqa: B010  # as above


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        from fairsim import VERSION

        typer.echo(f"cloudfair {version('cloudfair')}, model {VERSION}")
        raise typer.Exit


def _fair(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the versions, and exit.")
    ] = False,
) -> None:
    """Take the options of `fair` itself."""
    del version


_typer = typer.Typer(
    name="fair", cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=STYLE, help=HELP
)
_typer.callback(help=HELP, epilog=STATUSES)(_fair)
app = typer.main.get_command(_typer)
