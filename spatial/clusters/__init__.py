"""Clusters of points: found, described, and held against the clustering of the population."""
