"""Boundary layers: reading, checking, caching, generalising and looking up areas."""
