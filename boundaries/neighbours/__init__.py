"""Neighbours of areas by contiguity, and their cache."""
