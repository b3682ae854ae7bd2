"""Gathers what a report says of a run or an ensemble: from the log, the scenario, the figures and a calibration."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Container, Mapping, Sequence
from importlib.metadata import version
from typing import Any, NamedTuple

import msgspec

from cloudfair.store import tables
from faircli.reader import read_events
from faircli.report.content import Calibrated, Content, Disturbance, Fact, Fitted, Parameter, TargetFit
from faircli.resolve import Subject
from faircli.run_request import Request
from fairfacts.clock import HOUR_MS
from fairfacts.errors import ScenarioError
from fairfacts.evidence.comparison import Row
from fairfacts.evidence.counting import Counting, Rule, counted
from fairfacts.evidence.figures import Figure
from fairfacts.evidence.folder import KnownFair
from fairfacts.evidence.identities import audit
from fairfacts.evidence.summary import headline
from fairfacts.measures import MEASURES
from fairfacts.parts.disruptions import DisruptionBegun, DisruptionEnded, kind_of
from fairfacts.parts.fairs import ENGLISH, FairDescription, in_language
from fairfacts.parts.organisations import countries
from fairfacts.parts.runs import RunStarted
from fairlab.calibrated import Calibration
from fairlab.store import calibration_of, changed_since
from fairsim import VERSION
from fairsim.inputs.parameter_names import values_of
from fairsim.inputs.scenario import Scenario, load_scenario
from fairsim.inputs.scenario_files import read_scenario
from fairsim.inputs.values import plain

NOT_PLAYED = "These are events of another system: they were not made from parameters."


def content_of(
    subject: Subject, known: KnownFair, calibrated: Calibrated | None, names: Container[str] | None = None
) -> Content:
    """Return the content of the report of a run or an ensemble.

    Where `names` are given, no scenario but those is opened.
    """
    figures = known.figures
    rows = subject.compare(figures.values())
    request, log = _request(subject), _read_log(subject, known.rules)
    is_played = log is None or log.is_played
    scenario, note = _scenario(request, str(request["sha256"]), names) if is_played else (None, NOT_PLAYED)
    return Content(
        title=scenario.title if scenario else subject.run.scenario,
        question=scenario.question if scenario else "",
        subject=subject.line,
        system="" if is_played else subject.run.version,
        headline=known.missing if known.missing and not rows else headline(rows, subject.left_out(figures.values())),
        rows=rows,
        emergent=subject.emergent(),
        meanings=_meanings(figures, subject.emergent()),
        sources=list(dict.fromkeys(figure.source for figure in figures.values() if figure.source)),
        unspoken=[figure.id for figure in figures.values() if not figure.measure],
        checks=audit(figures, known.identities),
        counts=counted(log.counting.counts(), known.rules, figures, subject.run.scale) if log else [],
        snapshots=_snapshots(subject),
        disturbances=log.disturbances if log else [],
        began=subject.run.began,
        duration_ms=subject.run.duration_ms,
        scale=subject.run.scale,
        parameters=_parameters(scenario, request) if scenario else [],
        scenario_note=note,
        calibrated=calibrated,
        facts=_facts(subject, request, log),
        commands=_commands(subject, request) if scenario else [],
        economies=countries(),
        zones=subject.run.fair.zones,
    )


def fitted_of_fair(fair: FairDescription) -> Calibrated | None:
    """Return what the calibration behind a fair's own parameters found; None where none lies in its folder.

    Raises:
        LabError: it cannot be read.
    """
    calibration = calibration_of(fair.key)
    if calibration is None:
        return None
    fitted = fitted_of(calibration, f"of {in_language(fair.short_names, ENGLISH).text}")
    if changed := changed_since(fair.key, calibration):
        fitted = msgspec.structs.replace(
            fitted, line=f"{fitted.line}; the fair has other values of {', '.join(changed)} since"
        )
    return fitted


def fitted_of(calibration: Calibration, which: str) -> Calibrated:
    """Return what a calibration found; `which` says in words which one it is."""
    settings = calibration.settings
    played = f"{calibration.scenario}, seed {settings.seed}, {calibration.runs:,} runs"
    checked = f", checked in {settings.check} fresh fairs" if settings.check else ""
    return Calibrated(
        line=f"the calibration {which}: {played}{checked}",
        parameters=tuple(
            Fitted(each.name, each.value, each.low, each.high, each.unit, each.around, each.factor, each.moved)
            for each in calibration.parameters
        ),
        targets=tuple(
            TargetFit(
                each.name, each.op, each.value, each.checked.mean if each.checked else None, each.error, each.reason
            )
            for each in calibration.targets
        ),
        singular_values=calibration.identifiability.singular_values,
        words=calibration.identifiability.words,
    )


def _meanings(figures: Mapping[str, Figure], emergent: list[Row]) -> dict[str, str]:
    """Return what each figure counts and where it stands, and what each emergent measure means."""
    meanings = {
        figure.id: f"{figure.counts} ({figure.source} {figure.paragraph})" if figure.paragraph else figure.counts
        for figure in figures.values()
    }
    return meanings | {row.measure: MEASURES[row.measure].meaning for row in emergent}


def _snapshots(subject: Subject) -> list[dict[str, Any]]:
    if subject.ensemble:
        return [replication.measures for replication in subject.ensemble.replications]
    assert subject.state is not None, "it is a run or an ensemble"
    return [subject.state.snapshot()]


class LogContent(NamedTuple):
    """What a run's log holds beyond its measures."""

    counting: Counting
    disturbances: list[Disturbance]
    digest: str
    events: int
    is_played: bool
    """Whether a model played the fair; the events of another system are of one that took place."""


def _read_log(subject: Subject, rules: Sequence[Rule]) -> LogContent | None:
    """Return what the whole log of a run holds; an ensemble has no log."""
    if subject.log is None:
        return None
    counting, sha256, position, is_played = Counting(rules), hashlib.sha256(), 0, True
    begun: dict[int, DisruptionBegun] = {}
    ended_ms: dict[int, int] = {}
    for events, ndjson in read_events(subject.log, subject.name, "Reading the log"):
        if position == 0 and isinstance(events[0], RunStarted):
            is_played = events[0].is_played
        sha256.update(ndjson)
        counting.handle(events)
        position += len(events)
        begun |= {event.disruption: event for event in events if isinstance(event, DisruptionBegun)}
        ended_ms |= {event.disruption: event.at_ms for event in events if isinstance(event, DisruptionEnded)}
    disturbances = [_disturbance(event, ended_ms.get(number)) for number, event in begun.items()]
    return LogContent(counting, disturbances, sha256.hexdigest(), position, is_played)


def _disturbance(event: DisruptionBegun, ended_ms: int | None) -> Disturbance:
    fields = msgspec.to_builtins(event.what).items()
    details = {name: value for name, value in fields if name not in ("kind", "lasts_min") and value is not None}
    more = ", ".join(f"{name.replace('_', ' ')} {plain(value)}" for name, value in details.items())
    kind = kind_of(event.what).replace("_", " ")
    ended_h = None if ended_ms is None else ended_ms / HOUR_MS
    return Disturbance(f"{kind} ({more})" if more else kind, event.cause, event.at_ms / HOUR_MS, ended_h)


def _request(subject: Subject) -> dict[str, Any]:
    """Return what decides the run or the ensemble."""
    if subject.ensemble:
        ensemble = subject.ensemble
        return {
            "scenario": ensemble.scenario,
            "changes": list(ensemble.changes),
            "seed": ensemble.seed,
            "scale": ensemble.scale,
            "sha256": ensemble.parameters_sha256,
        }
    assert subject.row is not None, "it is a run or an ensemble"
    return _kept_request(subject.row)


def _kept_request(run: tables.Run) -> dict[str, Any]:
    """Return what decides a run, as far as its sender said it as `fair run` does."""
    own = {"scenario": run.scenario, "changes": [], "sha256": ""}
    row = {name: getattr(run, name) for name in ("seed", "replication", "scale")}
    sent = msgspec.json.decode(run.request)
    try:
        request = msgspec.convert({**own, **sent, **row} if isinstance(sent, dict) else own | row, Request)
    except msgspec.ValidationError:
        return own | row
    return {name: getattr(request, name) for name in (*own, *row)}


def _scenario(request: dict[str, Any], sha256: str, names: Container[str] | None) -> tuple[Scenario | None, str]:
    """Return the scenario as it was played, and a note where it is not sure."""
    if names is not None and request["scenario"] not in names:
        return None, (
            f"The parameters cannot be shown: {request['scenario']} is no scenario of this backend;"
            " fair report shows them where its file is."
        )
    try:
        scenario = load_scenario(request["scenario"], changes=request["changes"], scale=request["scale"])
    except ScenarioError as fault:
        return None, f"The parameters cannot be shown: {fault}."
    if sha256 and scenario.sha256() != sha256:
        return (
            scenario,
            "The scenario, or the model's parameters, have changed since this was played: these are today's.",
        )
    return scenario, ""


def _parameters(scenario: Scenario, request: dict[str, Any]) -> list[Parameter]:
    """Return every parameter as it was played, with where the scenario says another value than the shipped subject."""
    written = read_scenario(request["scenario"], request["changes"])
    played, parameters = dict(values_of(scenario.parameters)), []
    for name, row in scenario.fair.rows.items():
        changed = written.values[name][1] if name in written.values else ""
        parameters.append(
            Parameter(
                name=name,
                value=plain(msgspec.to_builtins(played[name])),
                unit=row.unit,
                range="" if row.low is None else f"{row.low:g} to {row.high:g}",
                kind=row.kind,
                source=row.source,
                changed=changed.partition(" ")[0],
            )
        )
    return parameters


def _facts(subject: Subject, request: dict[str, Any], log: LogContent | None) -> list[Fact]:
    """Return the facts that decide the run or the ensemble."""
    facts = {
        "scenario": request["scenario"],
        "changes": " ".join(f"--set {change}" for change in request["changes"]) or "none",
        "seed": str(request["seed"]),
        "scale": f"{request['scale']:g}",
        "parameters, SHA-256": request["sha256"],
        "release of the model" if log is None or log.is_played else "sent by": subject.run.version,
    }
    if subject.ensemble:
        facts |= {"replications": str(len(subject.ensemble.replications)), "digest": subject.ensemble.digest}
    if log:
        facts |= {
            "replication": str(request["replication"]),
            "run": subject.name,
            "events": f"{log.events:,}",
            "digest of the log": log.digest,
        }
    facts |= {"report written by": f"cloudfair {version('cloudfair')}, model {VERSION}, NumPy {version('numpy')}"}
    return [Fact(name, value) for name, value in facts.items() if value]


def _commands(subject: Subject, request: dict[str, Any]) -> list[str]:
    """Return the commands that play the same again."""
    options = [request["scenario"], "--seed", str(request["seed"]), "--scale", f"{request['scale']:g}"]
    options += [word for change in request["changes"] for word in ("--set", change)]
    if subject.ensemble:
        count = str(len(subject.ensemble.replications))
        return [
            shlex.join(["fair", "ensemble", *options, "-n", count, "-o", "again.json"]),
            "fair report again.json -o report.html",
        ]
    replication = ["--replication", str(request["replication"])] if request["replication"] else []
    return [
        shlex.join(["fair", "run", *options, *replication]),
        "fair verify         # the same digest, and every law of a fair",
        "fair report -o report.html",
    ]
