"""What a table finds, by its kind: its title, its sentences, and its picture in words."""
