"""Places that patrols can cover: hexagons, their ranking, persistence, capture and forecast."""
