"""The month on the pages: what changed, why, and what asks for an answer."""
