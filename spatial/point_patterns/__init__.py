"""Point patterns: where points centre, and how near they lie to one another."""
