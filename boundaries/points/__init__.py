"""Assignment of points to areas."""
