"""Publishing a dataset: its records counted in cells, and the cells put through its policy."""
