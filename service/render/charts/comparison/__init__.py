"""Charts that compare: each kind of table in the form that its numbers are for."""
