"""What is wrong with a data folder, and how it is mended."""
