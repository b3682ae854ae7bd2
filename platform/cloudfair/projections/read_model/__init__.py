"""The read model: every thing that the services of the fair show of a run."""
