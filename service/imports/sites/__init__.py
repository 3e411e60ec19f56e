"""Development sites."""
