"""Development sites and what they will change."""
