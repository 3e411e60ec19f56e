"""Files of the repository that are made from the types of answers, and the test that they are."""
