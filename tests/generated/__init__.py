"""Files of the repository that are made from the code, and the test that they are."""
