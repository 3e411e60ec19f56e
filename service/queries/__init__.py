"""Pydantic models of requests."""
