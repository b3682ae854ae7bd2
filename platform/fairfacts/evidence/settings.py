"""Settings: what runs were started with, and where two of them differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from fairfacts.clock import DAY_MS, MINUTE_MS

ALWAYS = ("scenario", "seed", "replication", "scale", "version")
PARAMETERS = "parameters"
"""The setting that stands for parameters that nobody set otherwise: files of the fair, or the model, have changed."""
SHOWN = 12
"""How many digits of a SHA-256 are shown: enough to tell two apart."""


class SettingDifference(msgspec.Struct, frozen=True):
    """A setting that two runs do not share."""

    setting: str
    """scenario, seed, replication, scale, version, fair, branch (of which run, and from when on), the name of a
    parameter, as `--set` takes it, or parameters: those that the fair's files state have changed from one run to the
    other, as their SHA-256 tells."""
    a: str
    """As a text; empty where the run has none, or plays what its own fair states."""
    b: str


class Settings(msgspec.Struct, frozen=True):
    """What a run or an ensemble was started with."""

    always: dict[str, str]
    """The settings that every run has: `ALWAYS`."""
    fair: str = ""
    """Key of the fair; empty where it is not known."""
    overrides: dict[str, tuple[str, str]] = {}
    """By setting: the fair's own value, and the one that is played."""
    sha256: str = ""
    """Of everything that is played but the seed; empty where it is not known."""
    branch: str = ""
    """Of which run it is a branch, and from which moment on; empty where it is none."""

    def against(self, other: Settings) -> list[SettingDifference]:
        """Return the settings in which another run differs from this one, those of `ALWAYS` first.

        If both play the same fair and only one overrides a setting, the other has the fair's own value.
        """
        differing = [SettingDifference(name, self.always[name], other.always[name]) for name in ALWAYS]
        if self.fair and other.fair:
            differing.append(SettingDifference("fair", self.fair, other.fair))
        differing.append(SettingDifference("branch", self.branch, other.branch))
        is_same_fair = self.fair == other.fair
        for name in [*self.overrides, *(name for name in other.overrides if name not in self.overrides)]:
            a, b = (side.overrides.get(name) for side in (self, other))
            usual = ((a or b) or ("", ""))[0] if is_same_fair else ""
            differing.append(SettingDifference(name, a[1] if a else usual, b[1] if b else usual))
        differing = [difference for difference in differing if difference.a != difference.b]
        is_told = any(difference.setting not in ("seed", "replication") for difference in differing)
        if self.sha256 and other.sha256 and self.sha256 != other.sha256 and not is_told:
            differing.append(SettingDifference(PARAMETERS, self.sha256[:SHOWN], other.sha256[:SHOWN]))
        return differing


class _Branch(msgspec.Struct, frozen=True):
    """From where on a branch goes another way."""

    of: str
    at_ms: int

    def text(self) -> str:
        """Return it in words."""
        day, minutes = self.at_ms // DAY_MS + 1, self.at_ms % DAY_MS // MINUTE_MS
        return f"{self.of} from day {day} {minutes // 60:02}:{minutes % 60:02} on"


class _StoredRequest(msgspec.Struct, frozen=True):
    """The part of a run's stored request that says how it was started."""

    fair: str = ""
    overrides: dict[str, tuple[str, str]] | None = None
    """None in a run that began before they were stored: what its scenario file changed is not known then."""
    changes: list[str] = []
    """What `--set` said."""
    sha256: str = ""
    branch: _Branch | None = None

    def known(self) -> dict[str, tuple[str, str]]:
        """Return what is known of its overrides."""
        if self.overrides is not None:
            return self.overrides
        changes = (change.partition("=") for change in self.changes)
        return {name: ("", value) for name, _, value in changes}


def settings_of(run: Mapping[str, Any], request: object) -> Settings:
    """Return what a run was started with.

    Args:
        run: its columns, those of `ALWAYS` among them.
        request: what its sender stored with it; a request that is not from `fair run` is ignored.
    """
    always = {name: f"{run[name]:.15g}" if name == "scale" else str(run[name]) for name in ALWAYS}
    try:
        stored = msgspec.convert(request, _StoredRequest)
    except msgspec.ValidationError:
        stored = _StoredRequest()
    branch = stored.branch.text() if stored.branch else ""
    return Settings(always, stored.fair, stored.known(), stored.sha256, branch)
