"""Markdown in the form that the documents of the repository have."""

import tomllib
from pathlib import Path

import mdformat

ROOT = Path(__file__).parents[2]


def formatted(text: str) -> str:
    """A document as `make format` leaves it."""
    options = tomllib.loads((ROOT / ".mdformat.toml").read_text("utf-8"))
    return str(mdformat.text(text, options=options, extensions=["gfm", "tables"]))
