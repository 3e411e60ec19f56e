"""Who asked what: the audit log, and how many new questions a key has asked today."""
