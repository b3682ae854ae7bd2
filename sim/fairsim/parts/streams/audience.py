"""The audience of a stream: who joins, when, and for how long."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fairfacts.clock import MINUTE_MS
from fairfacts.parts.platform import CHANNELS
from fairsim.engine.arrivals import gaps_ms
from fairsim.engine.draws import Floats, Keys, RandomStream, named, packed, whole_ms
from fairsim.engine.kernel import Arrivals
from fairsim.inputs.parameters import Streams as StreamsParameters
from fairsim.parts.demand import Demand
from fairsim.parts.organisations import Organisations
from fairsim.parts.part import Context
from fairsim.parts.streams.live import LiveStream, Viewer


class Audiences:
    """Plays the audiences of streams: delegates who are registered, and the public."""

    def __init__(self, context: Context, organisations: Organisations, demand: Demand) -> None:
        self._context, self._organisations, self._demand = context, organisations, demand
        self._registered = context.draws.stream("streams.audience")
        self._public = context.draws.stream("streams.public")
        self._codes = [economy.code for economy in organisations.economies]
        self._home = np.array([not economy.overseas for economy in organisations.economies])
        self._trade = np.array([economy.weight for economy in organisations.economies])

    @property
    def _parameters(self) -> StreamsParameters:
        return self._context.parameters.streams

    def play(self, stream: LiveStream) -> None:
        """Play the rest of a stream's audience; what was drawn for it earlier is dropped."""
        stream.drawn += 1
        stream.tries_ms = []
        register, parameters = self._organisations.register, self._parameters
        factors = self._demand.by_economy("online")
        registered, public = self._interested(stream), self._public_weights()
        for draw, mean, weights, multiplied in (
            (self._registered, parameters.audience_mean, registered, registered * factors[register.economy]),
            (self._public, parameters.public_audience_mean, public, public * factors),
        ):
            if all_weights := weights.sum():
                viewers = round(self._appeal(stream) * mean * multiplied.sum() / all_weights)
                stream.audience = max(stream.audience, viewers)
                if viewers:
                    arrivals = self._arrivals(stream, draw, viewers, multiplied, public=draw is self._public)
                    self._context.env.add_arrivals(arrivals)

    def _interested(self, stream: LiveStream) -> Floats:
        """Return the interest of each organisation's delegates who were registered when the stream began."""
        register = self._organisations.register
        registered = np.where(register.registered_ms <= stream.started_ms, register.delegates, 0).astype(np.float64)
        return registered * stream.interest.weights(register.sector, register.economy)

    def _public_weights(self) -> Floats:
        """Return the share of each economy in the public: those overseas by trade in services."""
        abroad = self._trade * ~self._home
        share = self._parameters.public_overseas_share
        weights: Floats = np.where(self._home, 1 - share, share * abroad / max(abroad.sum(), 1e-9))
        return weights

    def _appeal(self, stream: LiveStream) -> float:
        """Return the interest in a stream relative to the mean: as stated, or by Zipf's law over a uniform rank."""
        if stream.interest.factor:
            return stream.interest.factor
        exponent = self._parameters.audience_zipf
        rank = self._registered.scalar_uniform(stream.session)
        appeal: float = (1 - exponent) * rank**-exponent
        return min(appeal, self._parameters.appeal_max)

    def _arrivals(
        self, stream: LiveStream, draw: RandomStream, viewers: int, weights: Floats, *, public: bool
    ) -> Arrivals:
        """Viewers join a stream one after the other, most of them at its begin."""
        drawn, since_ms = stream.drawn, self._context.env.now - stream.started_ms
        keys, joins = self._joins(stream, draw, viewers, since_ms)
        cumulative = np.cumsum(weights)
        who = np.searchsorted(cumulative, draw.uniform(keys, WHO) * cumulative[-1], side="right")
        economies = who if public else self._organisations.register.economy[who]
        channels = named(CHANNELS, (draw.uniform(keys, CHANNEL) < self._parameters.app_share).astype(np.int64))
        stays = self._stays(draw, keys, stream.length_ms)
        for person, economy, channel, key, (stay_ms, comes_back), gap_ms in zip(
            packed(who), packed(economies), channels, packed(keys), stays, gaps_ms(joins, since_ms), strict=True
        ):
            yield gap_ms
            if drawn != stream.drawn:
                return
            stream.join(Viewer(None if public else person, self._codes[economy], channel, key, stay_ms, comes_back))

    def _joins(
        self, stream: LiveStream, draw: RandomStream, viewers: int, since_ms: int
    ) -> tuple[Keys, NDArray[np.int64]]:
        """Return the keys of the viewers who join from `since_ms` on, and when (ms after the begin), in order."""
        keys = stream.first_key + np.arange(viewers)
        joins = np.rint(draw.exponential(keys, self._parameters.join_mean_min * MINUTE_MS, JOIN)).astype(np.int64)
        order = np.argsort(joins, kind="stable")
        order = order[joins[order] >= since_ms]
        return keys[order], joins[order]

    def _stays(self, draw: RandomStream, keys: Keys, length_ms: int) -> Iterator[tuple[int, tuple[int, int] | None]]:
        """Return how long each viewer stays, and for some, how long they are away then and stay again (ms)."""
        parameters = self._parameters
        mean = parameters.stay_median_share * length_ms * np.exp(parameters.stay_sigma**2 / 2)
        first = whole_ms(draw.lognormal(keys, mean, parameters.stay_sigma, STAY))
        away = whole_ms(draw.exponential(keys, parameters.return_mean_min * MINUTE_MS, AWAY))
        again = whole_ms(draw.lognormal(keys, mean, parameters.stay_sigma, STAY_AGAIN))
        returns = (draw.uniform(keys, RETURN) < parameters.return_share).tolist()
        return (
            (stay, (absence, second) if back else None)
            for stay, absence, second, back in zip(packed(first), packed(away), packed(again), returns, strict=True)
        )


# substreams of `streams.audience` and `streams.public`, by viewer; the first one is by session
JOIN, WHO, STAY, AWAY, STAY_AGAIN, RETURN, CHANNEL = 1, 2, 3, 5, 6, 8, 9
