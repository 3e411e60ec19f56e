"""Tables as layers of a map: tiles, TileJSON, legends."""
