"""Rates with their intervals, and classes of values."""
