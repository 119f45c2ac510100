"""Pages of what people are told: the list, their choices, leaving by a link, and providers that nobody knows."""
