"""What to do about what was found: alerts, messages, and when to try again. It does nothing of it."""
