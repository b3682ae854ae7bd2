"""Negotiations at exhibitors' desks: requested, declined, lapsed or taken up, talked, ended."""
