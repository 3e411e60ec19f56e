"""Where incidents centre, and how near they lie to one another."""
