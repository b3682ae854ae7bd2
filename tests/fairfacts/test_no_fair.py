"""No code of the platform knows a fair: words of shipped fairs stand in examples alone, each of which is named here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.fairsim.test_no_fair import KNOWN, ROOT, known

from fairfacts.resources import scenario_names

PLATFORM = ROOT / "platform"
RUN, FAIR, MOMENT = "ciftis2020-s7-abcd", "ciftis2020", "2020-09-05T10:30:00+08:00"
EXAMPLES = {
    "cloudfair/api/analysis.py": {RUN},
    "cloudfair/api/as_of.py": {MOMENT},
    "cloudfair/api/launcher.py": {FAIR},
    "cloudfair/api/resources/agreements.py": {"CN"},
    "cloudfair/api/resources/answer.py": {MOMENT},
    "cloudfair/api/resources/negotiations.py": {"CN"},
    "cloudfair/api/resources/results.py": {"CN"},
    "cloudfair/api/resources/stands.py": {"CN"},
    "cloudfair/export/cloudevents.py": {f"/runs/{RUN}", "CN"},
    "faircli/app.py": {FAIR},
    "faircli/commands/branch.py": {"2020-09-05"},
    "faircli/commands/calibrate.py": {"2020-09-05"},
    "faircli/commands/ensemble.py": {"2020-09-05"},
    "faircli/commands/forecast.py": {"2020-09-06T12:00"},
    "faircli/commands/run.py": {FAIR},
    "faircli/commands/runs.py": {FAIR},
    "faircli/defaults.py": {FAIR},
    "faircli/reader.py": {FAIR},
    "faircli/watching.py": {FAIR},
}
"""By module, what it shows as an example; `defaults` has the fair of a command that is told none."""
MODULES = [path for path in sorted(PLATFORM.rglob("*.py")) if "node_modules" not in path.parts]
PAGE = [
    path
    for kind in ("ts", "tsx", "css")
    for path in sorted((PLATFORM / "web" / "src").rglob(f"*.{kind}"))
    if "generated" not in path.parts and not path.name.endswith(".test.ts")
]

WORDS = sorted((PLATFORM / "web" / "src" / "text" / "words").glob("*.json"))


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(PLATFORM)))
def test_no_code_of_the_platform_knows_a_fair(module: Path):
    assert known(module) == EXAMPLES.get(str(module.relative_to(PLATFORM)), set())


def test_no_code_of_the_page_knows_a_fair():
    found = [(path.name, line) for path in PAGE for line in path.read_text(encoding="utf-8").splitlines()]
    assert [(name, line) for name, line in found if KNOWN.search(line) or '"CN"' in line] == []


@pytest.mark.parametrize("path", WORDS, ids=lambda path: path.stem)
def test_no_words_of_the_page_are_of_a_fair_but_what_shipped_scenarios_are_called(path: Path):
    words = json.loads(path.read_text(encoding="utf-8"))
    for section in ("scenario", "question"):
        assert words.pop(section, {}).keys() <= set(scenario_names())
    texts = [text for section in words.values() for pair in section.items() for text in map(str, pair)]
    assert [text for text in texts if KNOWN.search(text)] == []
