"""Programs that speak for an organisation: their tokens, and what they asked once already."""
