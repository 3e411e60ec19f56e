"""Importers: one module per kind of data, one function per file format."""
