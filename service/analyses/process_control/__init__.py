"""A series of counts: whether it is under control, and where its level has changed."""
