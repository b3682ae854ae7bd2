"""What all routes share: problems, limits, metrics, logging, schemas."""
