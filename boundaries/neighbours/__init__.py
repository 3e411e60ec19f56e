"""Which areas touch."""
