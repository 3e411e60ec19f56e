"""Which area holds a point."""
