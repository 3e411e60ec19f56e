"""Every sentence of answers, made from numbers that carry their gaps and their certainty."""
