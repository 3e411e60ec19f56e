"""The world outside: command line, HTTP, files at rest, bytes out."""
