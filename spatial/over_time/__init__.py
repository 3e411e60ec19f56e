"""Change between periods and over many."""
