"""What happened: append-only events. Knows people only as plain ids."""
