"""Delta tables at rest, and their versions."""
