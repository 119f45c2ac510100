"""What waits for whom: a process, its ordered steps, its decisions. Kinds are registered by rooms above."""
