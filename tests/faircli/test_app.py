"""The commands by name: their help, and what is imported for it."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from importlib import import_module
from importlib.metadata import version
from keyword import iskeyword
from pathlib import Path

import pytest
import typer
from tests.faircli.fair import Fair, Played

from faircli.app import COMMANDS, STATUSES
from faircli.completion import LOGS, _files, complete_change, complete_fair, complete_scenario
from fairsim import VERSION

FOLDER = Path(inspect.getfile(import_module("faircli.commands"))).parent
SUBCOMMANDS = ("scenarios show", "scenarios card", "scenarios schema")
HEAVY = (
    *("simpy", "numpy", "scipy", "pandas", "fastapi", "uvicorn", "starlette", "httpx", "websockets", "sqlalchemy"),
    *("sqlmodel", "alembic", "duckdb", "matplotlib", "jinja2", "distributed", "pyabc", "icalendar"),
)


def test_each_command_has_a_module_of_its_name() -> None:
    modules = {path.stem.removesuffix("_") for path in FOLDER.glob("[!_]*.py")}
    assert modules == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_of_a_command_is_the_first_of_its_help(name: str) -> None:
    word = f"{name}_" if iskeyword(name) else name  # as Python has a word of its own of that name
    command = getattr(import_module(f"faircli.commands.{word}"), word)
    help_text = command.info.help if isinstance(command, typer.Typer) else command.__doc__
    assert COMMANDS[name] == help_text.splitlines()[0]


@pytest.mark.parametrize("name", [*COMMANDS, *SUBCOMMANDS])
def test_the_help_of_a_command_has_an_example_of_it_and_no_noise(fair: Fair, name: str) -> None:
    done = fair(*name.split(), "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"fair {name}" in done.stdout.partition("Example")[2]
    assert "<bool>" not in done.stdout


def test_the_help_of_all_names_every_command(fair: Fair) -> None:
    shown = fair("--help").stdout
    assert all(f" {name} " in shown for name in COMMANDS)
    assert STATUSES in " ".join(shown.split())
    assert "<bool>" not in shown


def test_the_versions_are_printed(fair: Fair) -> None:
    done = fair("--version")
    assert (done.returncode, done.stdout) == (0, f"cloudfair {version('cloudfair')}, model {VERSION}\n")


def imported(folder: Path, *arguments: str, **environment: str) -> set[str]:
    """The libraries of `HEAVY` that a command imports in a process of its own."""
    code = (
        "import sys\ntry:\n    from faircli.main import main\n    main()\nfinally:\n"
        f"    print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return set(eval(done.stderr.splitlines()[-1]))


def test_help_the_list_of_runs_and_completion_import_no_library_that_they_do_not_need(played: Played) -> None:
    fair, _ = played
    assert imported(fair.folder, "--help") == set()
    assert imported(fair.folder, "run", "--help") == set()
    assert imported(fair.folder, "runs") == set()
    words = {"_FAIR_COMPLETE": "complete_bash", "COMP_WORDS": "fair verify ciftis", "COMP_CWORD": "2"}
    assert imported(fair.folder, **words) == set()


def test_parameters_of_every_shipped_fair_are_completed() -> None:
    assert complete_change("organisations.trade_visitor.o") == ["organisations.trade_visitor.overseas_share="]


def test_files_are_completed_whatever_the_letters_of_their_suffix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("mine.TOML", "mine.toml", "mine.txt"):
        (tmp_path / name).write_text("")
    assert complete_scenario("mi") == ["mine.TOML", "mine.toml"]


def test_logs_are_completed_as_the_guide_names_them_and_wherever_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    logs = ["b.ndjson", "b.ndjson.gz", "b.ndjson.zst"]
    for name in (*logs, "b.gz", ".b.ndjson"):
        (tmp_path / "here" / name).touch()
    for folder in ("", "./", "../here/", f"{tmp_path}/here/"):
        assert _files(f"{folder}", *LOGS) == [f"{folder}{name}" for name in logs]
    assert _files("../h", *LOGS) == ["../here/"]
    assert _files(".b", *LOGS) == [".b.ndjson"]


@pytest.mark.slow
def test_fairs_are_completed_wherever_a_fair_or_a_scenario_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "fair.toml").touch()
    (tmp_path / "cities").mkdir()
    monkeypatch.chdir(tmp_path)
    assert complete_fair("ci") == ["cicpe2021", "ciftis2020", "city"]
    assert complete_scenario("ci") == [
        *("ciftis2020", "ciftis2020-as-planned"), *("cicpe2021", "city"), "cities/"
    ]  # fmt: skip
    for command in (["check"], ["figures"], ["scenarios", "card"], ["scenarios", "show"], ["run"]):
        words = {"_FAIR_COMPLETE": "complete_bash", "COMP_WORDS": f"fair {' '.join(command)} cicp"}
        done = subprocess.run(
            [sys.executable, "-m", "faircli"],
            env={**os.environ, **words, "COMP_CWORD": str(len(command) + 1)},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.stdout.split() == ["cicpe2021"], command


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("run", "--seed", "-1"), "'--seed': '-1' should be greater than or equal to 0"),
        (("run", "--seed", "1.5"), "'--seed': '1.5' should be a valid integer"),
        (("forecast", "--level", "high"), "'--level': 'high' should be a valid number"),
        (("export", "--to", "xlsx"), "'--to': 'xlsx' is not one of 'parquet', 'ndjson', 'csv', "),
        (("new", "x", "--opens", "tomorrow"), "'--opens': 'tomorrow' is no day; write one such as 2027-05-07"),
        (("new", "x", "--zone", "Berlin"), "'Berlin' is no time zone; did you mean Europe/Berlin?"),
        (("new", "x", "--home", "Germany"), "'Germany' is no economy; write an ISO 3166 code such as DE"),
        (("figures", "ciftis"), "ciftis is no fair; did you mean ciftis2020?"),
    ],
)
def test_a_value_that_an_option_does_not_take_is_refused_in_words(
    fair: Fair, arguments: tuple[str, ...], complaint: str
) -> None:
    done = fair(*arguments)
    assert done.returncode == 2
    assert complaint in " ".join(done.stderr.replace("│", " ").split())
    assert "parse" not in done.stderr


@pytest.mark.parametrize(("command", "option"), [(("watch",), "--from"), (("run", "ciftis2020"), "--to")])
def test_what_is_no_url_of_a_backend_is_refused(fair: Fair, command: tuple[str, ...], option: str) -> None:
    for url in ("localhost:8000", "nope"):
        done = fair(*command, option, url)
        assert done.returncode == 1
        assert f"{url} is no URL of a backend; write one such as http://127.0.0.1:8000" in done.stderr


def test_a_command_that_does_not_exist_is_refused_with_the_nearest(fair: Fair) -> None:
    done = fair("compair")
    assert done.returncode == 2
    assert "'compare'" in done.stderr
