"""Charts of tables as they are drawn: the form of each kind, and its bytes."""
