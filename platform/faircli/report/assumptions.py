"""Which assumptions decide the headlines: a table of a report, from the result of `fair sensitivity`."""

from __future__ import annotations

from faircli.report.content import Content, Table

LEADING = 5
"""Assumptions of a headline that are shown."""


def sensitivities(content: Content) -> list[Table]:
    """Return which assumptions move each headline most, and what of its variance they explain; none if not known."""
    if content.sensitivity is None:
        return []
    columns = ("headline", "parameter", "moves it by", "of the variance", "with interactions")
    rows = []
    for measure, effects in content.sensitivity.moving.items():
        for effect in effects[:LEADING]:
            share = content.sensitivity.share_of(measure, effect.parameter)
            shares = (share.first, share.total) if share else (None, None)
            rows.append((measure, effect.parameter, effect.mean_absolute, *shares))
    return [Table("sensitivity", columns, rows)]
