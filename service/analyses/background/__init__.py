"""The map behind the layers, as clients draw it."""
