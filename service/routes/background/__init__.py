"""Routes of the map behind the layers."""
