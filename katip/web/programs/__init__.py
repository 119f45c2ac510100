"""*Programlar*: the tokens of the provider's own programs."""
