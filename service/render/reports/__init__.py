"""Reports as documents: Word, PDF and HTML of the same blocks."""
