"""Commands that print or save an answer."""
