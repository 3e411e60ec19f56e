"""Maps composed for paper."""
