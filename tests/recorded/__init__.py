"""Answers of the application as they were once recorded, and the comparison with those of now."""
