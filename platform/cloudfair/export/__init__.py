"""The log in the formats of other programs: CloudEvents, NATS, Parquet, SQL."""
