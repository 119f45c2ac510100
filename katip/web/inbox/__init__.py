"""Everything that waits for a person, across all they may act for."""
