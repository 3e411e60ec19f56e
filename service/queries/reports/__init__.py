"""Queries of assessments and of pictures for them."""
