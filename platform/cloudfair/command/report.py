"""`fair report`: one page that says what was given, fitted and predicted, and how to play it again."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Mapping
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import msgspec
import typer

from cloudfair.command.counting import reading
from cloudfair.command.experiments import check_output
from cloudfair.command.options import DEFAULT_DATABASE, Database, Figures, Json
from cloudfair.command.show import err, out, print_json
from cloudfair.command.subjects import RunOrEnsemble, Subject, subject
from cloudfair.report.content import Calibrated, Content, Disturbance, Fact, Fitted, Met, Parameter, tables
from fairfacts.comparison import Row, counterpart_of, headline
from fairfacts.counting import RULES, Counting, counted
from fairfacts.disruptions import DisruptionBegun, DisruptionEnded, kind_of
from fairfacts.errors import LabError, ScenarioError
from fairfacts.figures import Figure, all_figures
from fairfacts.identities import audit
from fairfacts.measures import MEASURES
from fairfacts.resources import data
from fairfacts.series import HOUR_MS
from fairlab.calibrated import Calibration
from fairlab.keeping import SHIPPED, shipped_calibration
from fairsim import VERSION
from fairsim.parameters import FILE, load_rows
from fairsim.scenario import Scenario, load_scenario, read_scenario


def report(
    run: RunOrEnsemble = None,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="The page: one .html file that needs no network.")],
    png: Annotated[
        Path | None, typer.Option("--png", metavar="FOLDER", help="Write each plot as a PNG file there too.")
    ] = None,
    tables_to: Annotated[
        Path | None, typer.Option("--csv", metavar="FOLDER", help="Write each table as a CSV file there too.")
    ] = None,
    calibration: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What `fair calibrate -o` kept as .json; without it the shipped one."),
    ] = None,
    figures: Figures = None,
    database: Database = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Write a report of a kept run or of an ensemble: one page, for the screen and for A4.

    Reported beside simulated with role, interval and verdict; the fair by day and hour; the funnel of the negotiation;
    economies by hour; the halls; the audit of the figures; the parameters by class; and how to play it again.
    """
    check_output(output)
    if output.is_dir():
        raise LabError(f"-o {output}: is a folder; name a file in it, such as {output / 'report.html'}")
    known = all_figures(figures)
    calibrated = _calibrated(calibration)
    one = subject(run, database)
    content = content_of(one, known, calibrated)
    from cloudfair.report.page import render
    from cloudfair.report.plots import draw  # matplotlib takes its time: whoever asks waits for it

    with err.status("Drawing"):
        plots = draw(content)
        output.write_text(render(content, plots), encoding="utf-8")
    if png:
        for plot in plots.values():
            (_made(png) / f"{plot.name}.png").write_bytes(plot.png)
    if tables_to:
        for table in tables(content):
            table.save(_made(tables_to))
    if as_json:
        print_json({"report": str(output), "of": one.name, "headline": content.headline, "facts": content.facts})
        return
    out.print(f"{content.headline}\n[bold]{output}[/] says so, of {one.told}", highlight=False, soft_wrap=True)


def _made(folder: Path) -> Path:
    """Return a folder, made where it is not there.

    Raises:
        LabError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise LabError(f"{folder}: is no folder and cannot be made one ({fault.strerror}); name another") from fault
    return folder


def content_of(one: Subject, figures: Mapping[str, Figure], calibrated: Calibrated | None) -> Content:
    """Return what the report of a run or an ensemble says."""
    rows = one.compare(figures.values())
    asked, heard = _asked(one), _heard(one)
    scenario, note = _scenario(asked, str(asked["sha256"]))
    return Content(
        title=scenario.title if scenario else one.run.scenario,
        question=scenario.question if scenario else "",
        subject=one.told,
        headline=headline(rows),
        rows=rows,
        emergent=one.emergent(),
        meanings=_meanings(figures, one.emergent()),
        unspoken=[figure.id for figure in figures.values() if counterpart_of(figure) is None],
        checks=audit(figures),
        counts=counted(heard.counting.counts(), RULES, figures, one.run.scale) if heard else [],
        snapshots=_snapshots(one),
        disturbances=heard.disturbances if heard else [],
        epoch=one.run.epoch,
        duration_ms=one.run.duration_ms,
        scale=one.run.scale,
        parameters=_parameters(scenario, asked) if scenario else [],
        scenario_note=note,
        calibrated=calibrated,
        facts=_facts(one, asked, heard),
        commands=_commands(one, asked) if scenario else [],
        economies=economy_names(),
    )


def _calibrated(path: Path | None) -> Calibrated | None:
    """Return what a calibration tells: that of a file, or the one that the shipped parameters are from.

    Raises:
        LabError: the file holds no calibration.
    """
    if path is None and not (data("seeds") / SHIPPED).is_file():
        return None
    found = Calibration.load(path) if path else shipped_calibration()
    checked = f", checked in {found.settings.check} fresh fairs" if found.settings.check else ""
    told = f"the calibration {f'in {path.name}' if path else 'of the shipped parameters'}"
    return Calibrated(
        told=f"{told}: {found.scenario}, seed {found.settings.seed}, {found.runs:,} runs{checked}",
        parameters=tuple(
            Fitted(one.name, one.value, one.low, one.high, one.unit, one.around, one.factor, one.moved)
            for one in found.parameters
        ),
        targets=tuple(
            Met(one.name, one.op, one.value, one.checked.mean if one.checked else None, one.error, one.reason)
            for one in found.targets
        ),
        singular_values=found.knowledge.singular_values,
        words=found.knowledge.words,
    )


def _meanings(figures: Mapping[str, Figure], emergent: list[Row]) -> dict[str, str]:
    """Return what each figure counts and where it stands, and what each measure that nobody reported means."""
    told = {
        figure.id: f"{figure.counts} ({figure.source} {figure.paragraph})" if figure.paragraph else figure.counts
        for figure in figures.values()
    }
    return told | {row.measure: MEASURES[row.measure].partition(" · ")[2] for row in emergent}


def _snapshots(one: Subject) -> list[dict[str, Any]]:
    if one.ensemble:
        return [replication.measures for replication in one.ensemble.replications]
    assert one.state is not None, "it is a run or an ensemble"
    return [one.state.snapshot()]


class Heard(NamedTuple):
    """What a run's log says beyond its measures."""

    counting: Counting
    disturbances: list[Disturbance]
    digest: str
    events: int


def _heard(one: Subject) -> Heard | None:
    """Return what the log of a run says, read whole; an ensemble keeps none."""
    if one.log is None:
        return None
    counting, sha256, position = Counting(), hashlib.sha256(), 0
    begun: dict[int, DisruptionBegun] = {}
    ended_ms: dict[int, int] = {}
    for events, ndjson in reading(one.log, one.name, "Reading the log"):
        sha256.update(ndjson)
        counting.hear(events)
        position += len(events)
        begun |= {event.disruption: event for event in events if isinstance(event, DisruptionBegun)}
        ended_ms |= {event.disruption: event.at_ms for event in events if isinstance(event, DisruptionEnded)}
    disturbances = [_disturbance(event, ended_ms.get(number)) for number, event in begun.items()]
    return Heard(counting, disturbances, sha256.hexdigest(), position)


def _disturbance(event: DisruptionBegun, ended_ms: int | None) -> Disturbance:
    said = msgspec.to_builtins(event.what)
    told = {name: value for name, value in said.items() if name not in ("kind", "lasts_min") and value is not None}
    more = ", ".join(f"{name.replace('_', ' ')} {_shown(value)}" for name, value in told.items())
    kind = kind_of(event.what).replace("_", " ")
    ended_h = None if ended_ms is None else ended_ms / HOUR_MS
    return Disturbance(f"{kind} ({more})" if more else kind, event.cause, event.at_ms / HOUR_MS, ended_h)


def _asked(one: Subject) -> dict[str, Any]:
    """Return what decides the run or the ensemble."""
    if one.ensemble:
        told = one.ensemble
        return {
            "scenario": told.scenario,
            "changes": list(told.changes),
            "seed": told.seed,
            "scale": told.scale,
            "sha256": told.parameters_sha256,
        }
    assert one.kept is not None, "it is a run or an ensemble"
    request = msgspec.json.decode(one.kept.request) or {}
    defaults = {"scenario": one.kept.scenario, "changes": [], "sha256": ""}
    kept = {name: getattr(one.kept, name) for name in ("seed", "replication", "scale")}
    return defaults | kept | request


def _scenario(asked: dict[str, Any], sha256: str) -> tuple[Scenario | None, str]:
    """Return the scenario as it was played, and what is to be known of that."""
    try:
        scenario = load_scenario(asked["scenario"], changes=asked["changes"], scale=asked["scale"])
    except ScenarioError as fault:
        return None, f"The parameters cannot be shown: {fault}."
    if sha256 and scenario.sha256() != sha256:
        return (
            scenario,
            "The scenario, or the model's parameters, have changed since this was played: these are today's.",
        )
    return scenario, ""


def _parameters(scenario: Scenario, asked: dict[str, Any]) -> list[Parameter]:
    """Return every parameter as it was played, with where the scenario says another value than the shipped one."""
    said = read_scenario(asked["scenario"], asked["changes"])
    played: dict[str, dict[str, Any]] = msgspec.to_builtins(scenario.parameters)
    found = []
    for name, row in load_rows().items():
        part, _, field = name.partition(".")
        told = said.values[name][1] if name in said.values else FILE
        found.append(
            Parameter(
                name=name,
                value=_shown(played[part][field]),
                unit=row.unit,
                range="" if row.low is None else f"{row.low:g} to {row.high:g}",
                kind=row.kind,
                source=row.source,
                changed="" if told == FILE else told.partition(" ")[0],
            )
        )
    return found


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " ".join(map(_shown, value))
    return f"{value:.10g}" if isinstance(value, float) else f"{value}"


def _facts(one: Subject, asked: dict[str, Any], heard: Heard | None) -> list[Fact]:
    """Return what decides the run or the ensemble, by name."""
    told = {
        "scenario": asked["scenario"],
        "changes": " ".join(f"--set {change}" for change in asked["changes"]) or "none",
        "seed": str(asked["seed"]),
        "scale": f"{asked['scale']:g}",
        "parameters, SHA-256": asked["sha256"],
        "release of the model": one.run.version,
    }
    if one.ensemble:
        told |= {"replications": str(len(one.ensemble.replications)), "digest": one.ensemble.digest}
    if heard:
        told |= {
            "replication": str(asked["replication"]),
            "run": one.name,
            "events": f"{heard.events:,}",
            "digest of the log": heard.digest,
        }
    told |= {"report written by": f"cloudfair {version('cloudfair')}, model {VERSION}, NumPy {version('numpy')}"}
    return [Fact(name, value) for name, value in told.items() if value]


def _commands(one: Subject, asked: dict[str, Any]) -> list[str]:
    """Return the commands that play the same again."""
    decided = [asked["scenario"], "--seed", str(asked["seed"]), "--scale", f"{asked['scale']:g}"]
    decided += [word for change in asked["changes"] for word in ("--set", change)]
    if one.ensemble:
        count = str(len(one.ensemble.replications))
        return [
            shlex.join(["fair", "ensemble", *decided, "-n", count, "-o", "again.json"]),
            "fair report again.json -o report.html",
        ]
    replication = ["--replication", str(asked["replication"])] if asked["replication"] else []
    return [
        shlex.join(["fair", "run", *decided, *replication]),
        "fair verify         # the same digest, and every law of a fair",
        "fair report -o report.html",
    ]


def economy_names() -> dict[str, str]:
    """Return the English names of countries and regions by their ISO 3166 codes, as the time zone database has them."""
    lines = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if not line.startswith("#"))
