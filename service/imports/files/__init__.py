"""Files as they come: delimited text, dates, numbers, coordinates, GeoJSON."""
