"""Conditional requests (RFC 9110, section 13): whether a client's copy is still good."""

from __future__ import annotations


def is_known(etag: str, if_none_match: str | None) -> bool:
    """Return whether a header If-None-Match names an entity tag: weak ones count as well, and `*` names any."""
    if not if_none_match:
        return False
    named = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return "*" in named or etag.removeprefix("W/") in named


def is_meant(etag: str, if_match: str | None) -> bool:
    """Return whether a header If-Match, if there is one, names an entity tag or `*`; weak tags do not count."""
    return if_match is None or not {etag, "*"}.isdisjoint(each.strip() for each in if_match.split(","))
