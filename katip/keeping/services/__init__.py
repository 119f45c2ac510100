"""The room's writes: one use case a file."""
