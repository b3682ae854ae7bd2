"""Online visits: a delegate logs in, looks at stands, asks for negotiations, and leaves."""
