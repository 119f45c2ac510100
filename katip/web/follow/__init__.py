"""The provider's board: where each offer stands, who was told of it and when, and what can be done about it."""
