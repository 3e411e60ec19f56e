"""Layers composed as maps for paper."""
