"""From a file somebody sent to rows we can answer for, one module per format."""
