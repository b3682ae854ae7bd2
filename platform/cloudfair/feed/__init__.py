"""The feed: the measures of a run, or of two, streamed to watchers."""
