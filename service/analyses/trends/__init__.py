"""Trends: incidents and measures over time."""
