"""Cross-tables: cells, rows to compare with, projected steps, and a dataset beside."""
