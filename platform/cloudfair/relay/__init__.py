"""The relay: the live feeds of runs, from the frames in NATS JetStream. It has no database, and folds nothing."""
