"""One machine instead of Azure: rows in SQLite, wake-ups in memory, the desired state from a file."""
