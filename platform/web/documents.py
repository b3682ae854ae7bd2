"""Writes to standard output, as JSON, what the page's types and lists are made from.

`openapi` and `asyncapi` are the backend's own documents. `facts` has the formats of the measures that are no counts,
the gauges, what means, quantiles and shares are of, the limits of density, the fields of each kind of disruption, and
the keys of the backend's sentences. Each key and each field needs a name in each language.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

from cloudfair.api import asyncapi
from cloudfair.app import create_app
from cloudfair.settings import Settings
from fairfacts.evidence.identities import Finding
from fairfacts.evidence.summary import KEYS as SENTENCES
from fairfacts.measures import GAUGES, all_measures
from fairfacts.parts.alarms import DENSITY_LIMIT, DENSITY_NEAR
from fairfacts.parts.balances import BALANCES
from fairfacts.parts.disruptions import DISRUPTIONS, kind_of
from fairsim.disruptions.disruptions import KINDS
from fairsim.inputs.fair import default_rows

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
RELEASE = "0"
"""Stands in the documents in place of the release, so that the files made from them outlast it."""
USUAL_FORMAT = "count"
OTHER_NOTICES = ("not_done", "venue_full")
"""Keys of the notices that announce no disruption: one that was impossible, and that the halls are full."""
DOCUMENTATION = ("/docs", "/openapi.json")
"""Routes that the OpenAPI document does not describe."""


def facts(paths: Iterable[str]) -> dict[str, Any]:
    """Return what the backend, the language and the model define, and the page needs.

    Args:
        paths: all routes of the backend.
    """
    measures = all_measures()
    return {
        "routes": sorted({*DOCUMENTATION, *(f"/{path.split('/')[1]}" for path in paths)}),
        "formats": {each["path"]: each["format"] for each in measures if each["format"] != USUAL_FORMAT},
        "gauges": list(GAUGES),
        "of": {each["path"]: each["of"] for each in measures if each["of"]},
        "fields": {kind_of(each): list(each.__struct_fields__) for each in sorted(DISRUPTIONS, key=kind_of)},
        "limits": {"density": {"tight": DENSITY_NEAR, "over": DENSITY_LIMIT}},
        "keys": {
            "measure": [each["path"] for each in measures if each["shape"] == "number"],
            "scenario": sorted(path.stem for path in SCENARIOS.glob("*.toml")),
            "disruption": sorted(map(kind_of, DISRUPTIONS)),
            "notice": sorted([*OTHER_NOTICES, *_announced()]),
            "finding": list(get_args(Finding)),
            "evidence": [*SENTENCES, "missing"],
            "balance": list(BALANCES),
            "parameter": list(default_rows()),
        },
    }


def _announced() -> Iterator[str]:
    """Yield the keys of the notices of disruptions: the kind, and with `_over` behind it that of its end."""
    for kind in KINDS:
        if kind.BEGUN:
            yield kind_of(kind.WHAT)
        if kind.OVER:
            yield f"{kind_of(kind.WHAT)}_over"


def main() -> None:
    """Write the documents of a backend without runs."""
    with TemporaryDirectory() as folder:
        openapi = create_app(Settings(database=f"{folder}/fair.db")).openapi()
    documents = {"openapi": openapi, "asyncapi": asyncapi.document(RELEASE), "facts": facts(openapi["paths"])}
    json.dump(documents, sys.stdout)


if __name__ == "__main__":
    main()
