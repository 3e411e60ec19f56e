"""The interfaces that the Open Geospatial Consortium specifies."""
