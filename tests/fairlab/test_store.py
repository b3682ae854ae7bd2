"""Where a calibration lies and is written: in the folder of the fair whose parameters it fits."""

from __future__ import annotations

import csv
import json
import tomllib
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from tests.full_disk import full_disk

from fairfacts.errors import LabError
from fairfacts.resources import data
from fairlab import store
from fairlab.calibrated import Calibration
from fairlab.store import calibration_of, changed_since, folder_to_write, write_parameters, write_scenario
from fairsim.inputs.fair import load_fair
from fairsim.inputs.scenario import load_scenario
from fairsim.inputs.sketch.asked import Sketch
from fairsim.inputs.sketch.sketch import write_fair

SHIPPED = calibration_of("ciftis2020")
assert SHIPPED is not None
RATE, OTHER = (one for one in SHIPPED.parameters if one.name.startswith("visits."))
FOUND = msgspec.structs.replace(
    SHIPPED,
    parameters=(RATE, OTHER),
    targets=tuple(one for one in SHIPPED.targets if one.name.startswith("negotiations.")),
)
SKETCH = Sketch(date(2027, 3, 12), 1, "America/New_York", "US", 40, 20, 100, 2)
TARGETS = [target.name for target in FOUND.targets]


def interval(name: str) -> str:
    return next(f"{one.low:.5g} {one.high:.5g}" for one in FOUND.parameters if one.name == name)


def test_values_are_written_with_intervals_and_what_they_were_fitted_to(tmp_path: Path) -> None:
    header = "name,value,unit,low,high,class,figures,scales,source"
    other = 'streams.audience_zipf,0.6,exponent,0,0.95,assumed,,,"a, b"'
    rate = f"{RATE.name},9,visits,0,20,assumed,{TARGETS[0]},,guessed"
    figures = (data("seeds") / "ciftis2020" / "figures.csv").read_bytes()
    (tmp_path / "figures.csv").write_bytes(figures)
    (tmp_path / "parameters.csv").write_text("\n".join([header, other, rate]) + "\n")
    write_parameters(FOUND, tmp_path)
    text = (tmp_path / "parameters.csv").read_text()
    assert text.splitlines()[:2] == [f"{header},interval", f"{other},"]
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["name"] for row in rows] == ["streams.audience_zipf", RATE.name, OTHER.name]
    for row, fitted in zip(rows[1:], FOUND.parameters, strict=True):
        assert row["value"] == f"{fitted.value:.5g}"
        assert (row["class"], row["source"], row["interval"]) == ("calibrated", fitted.reason, interval(fitted.name))
    assert rows[1]["figures"].split() == TARGETS
    assert rows[2]["figures"].split() == TARGETS[1:]
    assert (rows[1]["unit"], rows[1]["high"]) == ("visits", "20")
    assert Calibration.load(tmp_path / "calibration.json") == FOUND


def test_table_of_a_spreadsheet_is_written_as_it_was_read(tmp_path: Path) -> None:
    lines = [
        "\ufeff name ;value;class;source;;",
        "",
        f'{RATE.name};9;assumed;"a; b";;',
        ";;;;;",
        "x.y;0.6;assumed;c, d;;",
    ]
    (tmp_path / "parameters.csv").write_bytes("\r\n".join(lines).encode())
    write_parameters(FOUND, tmp_path)
    rows = list(csv.DictReader((tmp_path / "parameters.csv").read_text().splitlines()))
    assert [row["name"] for row in rows] == [RATE.name, "x.y", OTHER.name]
    assert (rows[0]["value"], rows[0]["interval"]) == (f"{RATE.value:.5g}", interval(RATE.name))
    assert (rows[1]["value"], rows[1]["source"], "" in rows[1]) == ("0.6", "c, d", False)


def test_table_stays_as_it_is_where_the_disk_is_full(tmp_path: Path) -> None:
    table = "name,value,class,source,figures\n"
    (tmp_path / "parameters.csv").write_text(table)
    with full_disk(), pytest.raises(LabError, match=r"parameters.csv: cannot be written .* -o my.toml"):
        write_parameters(FOUND, tmp_path)
    with full_disk(), pytest.raises(LabError, match=r"fitted.toml: cannot be written .* name another file"):
        write_scenario(FOUND, tmp_path / "fitted.toml")
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("parameters.csv", table)]


def test_table_with_a_fault_stays_as_it_is(tmp_path: Path) -> None:
    table = f'name,value,source\n{RATE.name},9,"not closed\nx.y,0.6,\n'
    (tmp_path / "parameters.csv").write_text(table)
    with pytest.raises(LabError, match="line 2: a quoted cell is not closed"):
        write_parameters(FOUND, tmp_path)
    assert (tmp_path / "parameters.csv").read_text() == table
    (tmp_path / "parameters.csv").unlink()
    (tmp_path / "parameters.csv").mkdir()
    with pytest.raises(LabError, match=r"parameters.csv: cannot be read \(Is a directory\)"):
        write_parameters(FOUND, tmp_path)


def test_calibration_of_a_fair_of_ones_own_lies_in_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_fair(tmp_path / "mine", SKETCH)
    reported = (data("seeds") / "ciftis2020" / "figures.csv").read_text(encoding="utf-8").splitlines()
    rows = [row for row in reported if row.startswith(("id,", *(f"{target}," for target in TARGETS)))]
    (tmp_path / "mine" / "figures.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    fair = load_fair("mine")
    assert calibration_of(fair.key) is None
    write_parameters(FOUND, folder_to_write(fair))
    assert (calibration_of(fair.key), changed_since(fair.key, FOUND)) == (FOUND, [])
    row = load_fair("mine").rows[RATE.name]
    assert (row.kind, row.value, set(TARGETS) <= set(row.figures)) == ("calibrated", f"{RATE.value:.5g}", True)
    table = (tmp_path / "mine" / "parameters.csv").read_text(encoding="utf-8")
    other = table.replace(f"{RATE.name},{RATE.value:.5g}", f"{RATE.name},77")
    (tmp_path / "mine" / "parameters.csv").write_text(other, encoding="utf-8")
    assert changed_since(fair.key, FOUND) == [RATE.name]


def test_shipped_fair_without_a_calibration_has_none() -> None:
    assert calibration_of("cicpe2021") is None
    assert calibration_of("../ciftis2020") is None


def test_shipped_fair_of_an_installed_package_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "data", lambda _: Path("/lib/fairfacts/_data/seeds"))
    with pytest.raises(LabError, match=r"the fair cicpe2021 is shipped with the package, .* -o my.toml"):
        folder_to_write(SimpleNamespace(key="cicpe2021"))  # type: ignore[arg-type]  # its key alone is read


def test_texts_of_a_scenario_are_written_as_they_were(tmp_path: Path) -> None:
    texts = {"title": 'One\nof "two"\\lines \x7f', "question": "\u516c\u5e73?\t\x01"}
    base = tmp_path / "base.toml"
    lines = ['extends = "ciftis2020"', *(f"{key} = {json.dumps(text)}" for key, text in texts.items())]
    base.write_text("\n".join(lines).replace("\x7f", "\\u007f"))
    write_scenario(msgspec.structs.replace(FOUND, scenario=str(base)), tmp_path / "fitted.toml")
    written = tomllib.loads((tmp_path / "fitted.toml").read_text(encoding="utf-8"))
    assert {key: written[key] for key in texts} == texts
    assert load_scenario(str(tmp_path / "fitted.toml")).title == texts["title"]


def test_shipped_parameters_are_those_of_their_calibration() -> None:
    assert changed_since("ciftis2020", SHIPPED) == []
