"""What the log adds up to, in memory: live measures, any point in time, the read model."""
