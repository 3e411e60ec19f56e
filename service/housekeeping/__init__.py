"""Deletion, purging, backup, restore and upgrade of a data folder."""
