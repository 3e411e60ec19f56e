"""Profiles of areas: what is known of one, or of two side by side."""
