"""Slow, obvious versions of every kernel: the formula, written out, with no cleverness."""
