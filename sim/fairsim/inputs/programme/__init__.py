"""Imported programmes: the sessions of a timetable, laid into the days of a fair."""
