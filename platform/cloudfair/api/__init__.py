"""The routes of the backend, one module for each job."""
