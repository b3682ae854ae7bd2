"""The files of a sketch, with the comments that tell an organiser what to change."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable

from fairsim.inputs.rows import PARAMETERS
from fairsim.inputs.sketch.asked import Listed, Sketch

OTHERS = "organisation"
"""Kind of all organisations that no other kind has."""
EXHIBITORS_PER_ZONE = 400
"""So that a hall of the sketch is one of a usual size."""
ZONE_COLUMNS = ("zone", "en", "kind", "sector", "net_m2", "attraction", "class", "source")


def toml_of(name: str, sketch: Sketch) -> str:
    """Return `fair.toml`."""
    title = sketch.title or name.replace("-", " ").replace("_", " ").title()
    kinds = sketch.kinds or {"session": "Session"}
    programme = (
        f"# The programme that is played. Without this line, programme.*.count sessions are laid out.\n"
        f"programme = {_quoted(sketch.programme.name)}\n"
        if sketch.programme
        else ""
    )
    return f"""# What the fair is. How much of everything there is stands in {PARAMETERS}; what neither file states is a
# default of any fair: fair scenarios show {name}. Names may be given in several languages:
# {{ en = "...", zh = "..." }}. After a change, fair check {name} names what is wrong, and how to mend it.
name = {{ en = {_quoted(title)} }}
short_name = {{ en = {_quoted(sketch.short_title or title)} }}   # on the page
time_zone = {_quoted(sketch.time_zone)}
home = {_quoted(sketch.home)}      # ISO 3166 code of the economy in which the fair is; all others are overseas
{programme}
# Kinds of organisations, as many as you have. One of them is all others. For one more, copy its table, leave others
# out, and write a row into {PARAMETERS}: organisations.KEY.count,6 (and organisations.KEY.exhibitor_share,0.5 if
# another share of them has a stand).
{"".join(_organisation_kind(kind) for kind in sketch.organisation_kinds)}[[organisations]]
key = "{OTHERS}"
name = {{ en = "Organisation" }}
called = {{ en = "{{sector}} organisation {{number}} ({{place}})" }}
others = true

# Kinds of sessions; programme.KEY.count says how many. online and streamed are "never", "some" or "always".
{"".join(_session_kind(key, _capital(name), on_site=sketch.on_site) for key, name in kinds.items())}
# Occasions on which results are announced that were arranged in advance. Remove the marks to have one.
# [[occasions]]
# key = "opening"
# name = {{ en = "Opening" }}

# Kinds of zones; each zone of the halls is a row of zones.csv, which holds net_m2 / venue.stand_m2 stands.
[[zone_kinds]]
key = "hall"
name = {{ en = "Hall" }}

# Names of the gates, one for each number of venue.gate_lanes. Remove the marks to have them.
# [[gates]]
# key = "main"
# name = {{ en = "Main entrance" }}
"""


def _organisation_kind(kind: Listed) -> str:
    return f"""[[organisations]]
key = "{kind.key}"
name = {{ en = {_quoted(kind.name)} }}
called = {{ en = {_quoted(f"{_plain(kind.name)} {{number}} ({{place}})")} }}

"""


def _session_kind(key: str, name: str, *, on_site: bool) -> str:
    never = 'online = "never"\nstreamed = "never"\n' if on_site else ""
    return f"""[[sessions]]
key = "{key}"
name = {{ en = {_quoted(name)} }}
title = {{ en = {_quoted(f"{_plain(name)} {{number}}: {{about}}")} }}
{never}
"""


def _capital(name: str) -> str:
    """Return a name as the programme writes it, with a capital letter."""
    return name.strip()[:1].upper() + name.strip()[1:]


def _plain(name: str) -> str:
    """Return a name for a pattern, where braces stand for what is filled in."""
    return name.replace("{", "(").replace("}", ")")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "")


def sectors_of(sketch: Sketch) -> str:
    """Return `sectors.csv`: the tracks of the programme."""
    tracks = sketch.tracks or {"general": "General"}
    rows = [(key, _capital(name), "1", "1", "assumed", "all alike") for key, name in tracks.items()]
    return csv_of(("sector", "en", "weight", "value_factor", "class", "source"), rows)


def zones_of(sketch: Sketch, stand_m2: float) -> str:
    """Return `zones.csv`: the zones that were listed, or halls for all exhibitors."""
    source = f"stands of {stand_m2:g} m2 (UFI 2010)"
    zones = [(zone.key, zone.name, zone.number) for zone in sketch.zones] or list(_halls(sketch.exhibitors))
    rows = [
        (key, name, "hall", "", str(math.ceil(max(stands, 1) * stand_m2)), "1", "derived", source)
        for key, name, stands in zones
    ]
    return csv_of(ZONE_COLUMNS, rows)


def _halls(exhibitors: int) -> Iterable[tuple[str, str, int]]:
    count = max(1, math.ceil(exhibitors / EXHIBITORS_PER_ZONE))
    for n in range(1, count + 1):
        yield f"hall_{n}", f"Hall {n}", exhibitors // count + (n <= exhibitors % count)


def csv_of(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return the text of a table."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()
