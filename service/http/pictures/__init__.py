"""Routes of pictures."""
