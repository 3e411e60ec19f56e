"""Lines that meet: street segments, and which of them a point is nearest to."""
