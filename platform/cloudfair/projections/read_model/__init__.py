"""The read model: everything that the services of the fair show of a run."""
