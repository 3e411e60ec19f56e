"""The files of a Delta table: its log and its data files, on disk and checked when read."""
