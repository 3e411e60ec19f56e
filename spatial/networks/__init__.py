"""What is near: street segments, nearest shapes, and the ground within a distance."""
