"""Tables of harm."""
