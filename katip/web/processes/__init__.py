"""One step of one process: reading, deciding, the result."""
