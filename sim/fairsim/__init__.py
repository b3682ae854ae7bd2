"""The model: plays a hybrid trade fair with SimPy and emits everything that happens as events of `fairfacts`."""

VERSION = "0.1.0"
"""Release of the model; it is part of every log, as one scenario, seed and version give one log."""
