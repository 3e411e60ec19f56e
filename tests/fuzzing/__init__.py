"""Importers fed with damaged files: each reads, or refuses by name."""
