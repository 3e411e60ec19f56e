"""Kernel density on grids and tiles."""
