"""Experiments: the model played many times without a backend, and what its measures then say."""
