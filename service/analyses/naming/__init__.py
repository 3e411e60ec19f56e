"""What places are called, and the streets that they are in."""
