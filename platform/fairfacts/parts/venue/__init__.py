"""The exhibition on site: zones and their stands, gates and their queues, and the people inside."""
