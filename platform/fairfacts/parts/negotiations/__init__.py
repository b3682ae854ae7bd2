"""Online negotiations: requested of an exhibitor, then declined, lapsed, arranged or taken up, and talked about."""
