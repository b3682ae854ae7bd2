"""The engine: clock, event list, random numbers, arrivals."""
