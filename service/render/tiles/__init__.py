"""Tiles and rasters."""
