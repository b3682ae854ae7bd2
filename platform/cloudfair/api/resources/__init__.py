"""The read routes, one module for each service of the fair."""
