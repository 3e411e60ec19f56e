"""Spatial weights and regular tessellations."""
