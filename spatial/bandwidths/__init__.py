"""Rules that choose a bandwidth."""
