"""The lists of contracts."""
