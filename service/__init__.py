"""The world outside: command line, HTTP, files at rest, bytes out."""

__version__ = "0.1.0"
