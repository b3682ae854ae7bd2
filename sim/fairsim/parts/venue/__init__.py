"""The exhibition on site: stands in zones, people at the gates, inside the halls, and out again."""
