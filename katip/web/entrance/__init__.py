"""Coming in: start page, two-step sign-in, the stop page, and what every visitor may read."""
