"""What is published of a dataset that is protected, and incidents made from it alone."""
