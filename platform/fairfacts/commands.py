"""Commands: what an operator says to a run while it is played.

`pause`, `resume`, `speed` and `stop` change when things happen on the wall's clock, never what happens: they show in no
log. A `disrupt` shows in it as `disruption.begun`, at the moment at which it took effect, and is played again there
when the run is taken up again: one scenario, seed, release and set of disruptions give one log.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from fairfacts.disruptions import AnyDisruption

Pace = Annotated[float, msgspec.Meta(gt=0, le=1e9)] | Literal["max"]
"""Simulated seconds a second, or as fast as can be."""


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag=str.lower, forbid_unknown_fields=True):
    """What every command has: its kind."""


class Pause(Command, frozen=True, kw_only=True):
    """Stand still until `resume`, or `stop`."""


class Resume(Command, frozen=True, kw_only=True):
    """Go on after a pause."""


class Speed(Command, frozen=True, kw_only=True):
    """Go on at another speed; a pause stays one."""

    speed: Pace


class Stop(Command, frozen=True, kw_only=True):
    """End the playing here; the run can be taken up again."""


class Disrupt(Command, frozen=True, kw_only=True):
    """Something goes wrong, or is changed, from now on."""

    disruption: AnyDisruption


AnyCommand = Pause | Resume | Speed | Stop | Disrupt


class KeptCommand(msgspec.Struct, frozen=True):
    """A command as the run is told it: numbered by run, from 0."""

    number: int
    command: AnyCommand
    applied_at_ms: int | None = None
    """The simulated moment at which the run obeyed, or refused."""
    refused: str | None = None
    """Why it could not obey."""
