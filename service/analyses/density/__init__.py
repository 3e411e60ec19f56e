"""Density surfaces and heat maps."""
