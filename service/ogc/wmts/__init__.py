"""Web Map Tile Service 1.0.0."""
