"""What passes between the floors: answers, queries, provenance, errors. No files, no HTTP."""
