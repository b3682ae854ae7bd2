"""The desks of all exhibitors: their staff, their hours, and requests that go to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, get_args

import numpy as np

from fairfacts.clock import HOUR_MS
from fairsim.engine.draws import Floats, Keys, named
from fairsim.engine.kernel import Process
from fairsim.inputs.parameters import Negotiations
from fairsim.inputs.scenario import Scenario
from fairsim.parts.negotiations.attempts import AttemptDraws, Attempts
from fairsim.parts.negotiations.desk import Desk
from fairsim.parts.negotiations.directory import Directory
from fairsim.parts.negotiations.exchange import Exchange
from fairsim.parts.negotiations.meetings import Meetings
from fairsim.parts.negotiations.negotiation import Negotiation
from fairsim.parts.negotiations.shifts import Shift
from fairsim.parts.organisations import Organisations
from fairsim.parts.part import Context, Part
from fairsim.parts.platform import Platform
from fairsim.parts.signing import OfficeHours

Manner = Literal["prompt", "slow", "silent"]
"""How a desk answers: while it is open, when somebody looks at its requests now and then, or never."""
MANNERS: tuple[Manner, ...] = get_args(Manner)
MOST_LOOKS = 1 << 12
"""Number of looks after which the draws of a desk would be those of the next."""


class Desks(Part):
    """The desks of all exhibitors."""

    def __init__(
        self,
        context: Context,
        organisations: Organisations,
        platform: Platform,
        hours: OfficeHours,
        meetings: Meetings,
        intend: Callable[[Negotiation, str], None],
    ) -> None:
        """Set up no desk yet. `intend` is called with each negotiation that ends in an intent, and its sector."""
        super().__init__(context)
        self.exchange = Exchange(context, platform, meetings, intend)
        self._organisations, self._hours = organisations, hours
        self._attempts = AttemptDraws(context, organisations)
        self._desks: dict[int, Desk] = {}
        self._on_shift: dict[Shift, list[Desk]] = {}
        """The desks by the hours that they keep."""
        self._exhibitors = context.draws.stream("negotiations.exhibitors")
        self._looks = context.draws.stream("negotiations.looks")
        self._setting = 0
        """How often the desks were given their manners and hours. What was set before no longer holds."""
        self._directory = Directory(np.empty(0, np.int64), np.empty(0), organisations)

    @property
    def _parameters(self) -> Negotiations:
        return self._context.parameters.negotiations

    def reconfigure(self, before: Scenario) -> None:
        """Give the desks other staff, other hours and another popularity."""
        listed = self._directory.exhibitors
        if not len(listed) or before.parameters.negotiations == self._parameters:
            return
        self._on_shift = {}
        self._setting += 1
        self._directory = Directory(listed, self._popularity(listed), self._organisations)
        for exhibitor, staff, shift, manner in self._staffed(listed):
            desk = self._desks[exhibitor]
            is_open = self._keep(desk, shift, manner)
            desk.send_away(desk.staff - staff)
            desk.staff = staff
            if desk.is_open != is_open:
                (desk.open if is_open else desk.close)()

    def set_up(self, numbers: range) -> None:
        """Set up the desks of the exhibitors among these organisations, and list them in the directory."""
        register, organisations = self._organisations.register, self._organisations
        exhibitors = np.arange(numbers.start, numbers.stop)[register.exhibits[numbers.start : numbers.stop]]
        for exhibitor, staff, shift, manner in self._staffed(exhibitors):
            economy = organisations.economies[register.economy[exhibitor]]
            sector = organisations.sectors[register.sector[exhibitor]].name
            desk = Desk(self.exchange, exhibitor, economy.code, economy.overseas, sector, staff, is_open=False)
            self.exchange.desks[exhibitor] = self._desks[exhibitor] = desk
            desk.is_open = self._keep(desk, shift, manner)
        listed = np.concatenate([self._directory.exhibitors, exhibitors])
        self._directory = Directory(listed, self._popularity(listed), organisations)

    def ask(self, negotiation: Negotiation) -> None:
        """Take a request to the exhibitor that was drawn for its wish."""
        self.exchange.ask(negotiation)

    def draw_attempts(self, wishes: Keys, requesters: Keys) -> list[Attempts]:
        """Return the attempts at these wishes, the first attempts first."""
        return self._attempts.draw(wishes, requesters, self._directory)

    def break_off(self, talks: int, again_ms: Callable[[int, str], int]) -> None:
        """Break off this number of talks, the latest first.

        `again_ms` returns for a wish's key and an economy after what time the requester asks again, 0 for never.
        """
        for negotiation in list(self.exchange.talks)[: -talks - 1 : -1] if talks else ():
            after_ms = 0 if negotiation.is_last else again_ms(negotiation.key, negotiation.requester.economy)
            negotiation.desk.fail(negotiation, after_ms)

    def cut_staff(self, share: float, concerns: Callable[[str], bool]) -> Callable[[], None]:
        """Send a share of the negotiators of some economies away; return the function that brings them back."""
        away: list[tuple[Desk, int]] = []
        for exhibitor, desk in self._desks.items():
            if concerns(desk.economy):
                # rounded by chance: the share is then right where most desks have one negotiator
                chance = self._exhibitors.scalar_uniform(exhibitor, AWAY)
                away.append((desk, int(desk.staff * share + chance)))
        for desk, count in away:
            desk.send_away(count)

        def bring_back() -> None:
            for desk, count in away:
                desk.send_away(-count)

        return bring_back

    def _popularity(self, exhibitors: Keys) -> Floats:
        """Return the interest in exhibitors, mean 1: a power of a uniform rank gives Zipf's law (exponent below 1)."""
        exponent = self._parameters.popularity_zipf
        return (1 - exponent) * self._exhibitors.uniform(exhibitors, POPULARITY) ** -exponent

    def _staffed(self, exhibitors: Keys) -> Iterable[tuple[int, int, Shift, Manner]]:
        """Return each exhibitor with its number of negotiators, its hours and how it answers."""
        parameters, zones = self._parameters, self._organisations.zones()
        staff = np.maximum(np.rint(self._popularity(exhibitors) * parameters.negotiators_mean), 1).astype(np.int64)
        at_night = self._exhibitors.uniform(exhibitors, NIGHT) < parameters.night_share
        places = self._organisations.zone_of(exhibitors).tolist()
        shifts = [Shift(zones[place], night) for place, night in zip(places, at_night.tolist(), strict=True)]
        answering = 1 - parameters.never_share
        shares = [answering * parameters.prompt_share, answering]
        manners = np.searchsorted(shares, self._exhibitors.uniform(exhibitors, MANNER), side="right")
        return zip(exhibitors.tolist(), staff.tolist(), shifts, named(MANNERS, manners), strict=True)

    def _keep(self, desk: Desk, shift: Shift, manner: Manner) -> bool:
        """Let a desk be kept in a manner and at hours from now on; return whether it is open now."""
        desk.stays_late = shift.at_night
        if manner == "prompt":
            return self._keep_shift(desk.exhibitor, shift)
        if manner == "slow":
            self._look_later(desk, self._setting, 0)
        return False

    def _look_later(self, desk: Desk, setting: int, looks: int) -> None:
        """Somebody looks at a desk's requests now and then, in office hours."""
        mean_ms = self._parameters.late_mean_h * HOUR_MS
        work_ms = max(round(self._looks.scalar_exponential(desk.exhibitor * MOST_LOOKS + looks, mean_ms)), 1)
        at_ms = self._hours.after(desk.economy, self.env.now, work_ms)
        self.env.at(at_ms, self._look, (desk, setting, looks))

    def _look(self, look: tuple[Desk, int, int]) -> None:
        desk, setting, looks = look
        if setting == self._setting:
            desk.look()
            self._look_later(desk, setting, looks + 1)

    def _keep_shift(self, exhibitor: int, shift: Shift) -> bool:
        """Let a desk keep these hours from now on; return whether it is open now."""
        if shift not in self._on_shift:
            desks = self._on_shift[shift] = []
            self.env.process(self._keep_hours(shift, desks))
        self._on_shift[shift].append(self._desks[exhibitor])
        return self._next_change(shift)[1] == "close"

    def _keep_hours(self, shift: Shift, desks: list[Desk]) -> Process:
        """Open and close the desks of a shift day after day; those of 24 hours stay open."""
        while not shift.never_closes(self._parameters):
            at_ms, change = self._next_change(shift)
            yield self.env.timeout(at_ms - self.env.now)
            if self._on_shift.get(shift) is not desks:  # the hours have changed since
                return
            for desk in desks:
                (desk.open if change == "open" else desk.close)()

    def _next_change(self, shift: Shift) -> tuple[int, str]:
        return shift.next_change(self._parameters, self._context.scenario.epoch, self.env.now)


# substreams of `negotiations.exhibitors`
POPULARITY, NIGHT, AWAY, MANNER = range(4)
