"""The parts of the fair: their events and their measures, one module each."""
