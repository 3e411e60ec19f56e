"""Neighbours of areas as a table."""
