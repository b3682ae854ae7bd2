"""Live streams of sessions: delegates and the public join when one begins, or drop in; they stay, leave, return."""
