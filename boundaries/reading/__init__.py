"""Boundary files: read, recognised, cleaned."""
