"""Contours and peaks of a density surface."""
