"""Boundary layers, and the checks that they must pass."""
