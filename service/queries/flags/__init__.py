"""What may be asked about risk flags, and what rules of them may say."""
