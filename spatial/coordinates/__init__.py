"""Coordinate systems, grids, masks and point arrays."""
