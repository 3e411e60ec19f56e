"""Simulations where the truth is known: how often a test calls nothing something, and covers.

`make simulate` runs them at length and writes their tables into `docs/methods.md`; the tests
beside them run the same functions briefly, and hold the tables to what the document promises.
"""
