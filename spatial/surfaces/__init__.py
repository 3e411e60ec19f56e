"""What a density surface shows: contours and peaks."""
