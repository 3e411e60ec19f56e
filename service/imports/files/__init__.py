"""Reads files as supplied: delimited text, dates, numbers, coordinates, GeoJSON."""
