"""The read side: what each service of the fair shows of a run at any moment, one module a service."""
