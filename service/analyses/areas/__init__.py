"""One answer per area: choropleths, hotspots, change over time."""
