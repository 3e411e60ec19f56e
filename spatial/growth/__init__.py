"""Planned homes and the communities around them."""
