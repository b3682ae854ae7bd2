"""The parts of the fair as processes, one module each."""
