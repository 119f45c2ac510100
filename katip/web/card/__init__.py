"""The workplace card: what the register knows, and what the employer declares."""
