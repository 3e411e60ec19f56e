"""Tables of measures of areas: deprivation, counts by area, an index against a reference."""
