"""Series of values over time: process limits, special causes and step changes."""
