"""Sentences of answers."""
