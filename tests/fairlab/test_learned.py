"""The profile of a fair of one's own, learned from small runs."""

from __future__ import annotations

from fairlab.profile import HEADLINES, profile

HOURS = 5
STEADY = tuple(float(10 * hour) for hour in range(HOURS + 1))
NONE = (0.0,) * (HOURS + 1)


def test_what_never_comes_in_a_fair_is_expected_to_stay_none() -> None:
    course = dict.fromkeys(HEADLINES, STEADY) | {"streams.views": NONE, "agreements.signed": (0.0,) * HOURS + (1.0,)}
    found = profile({0.25: [course, course], 1.0: [course, course]}, [course])
    views, signed, requests = (found[name] for name in ("streams.views", "agreements.signed", "negotiations.initiated"))
    assert (views.share, views.total, views.dispersion) == ((1.0,) * (HOURS + 1), 0.0, 0.0)
    assert (signed.share[-2:], signed.dispersion) == ((0.0, 1.0), 1.0)
    assert requests.share == (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
