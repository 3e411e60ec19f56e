"""Local and global statistics of areas, their null distributions and corrections."""
