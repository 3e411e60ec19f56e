"""Clusters of incidents, with what they look like on the ground and whether they are chance."""
