"""Commands of the operator, a file each. Thin: parse, ask, call, show."""
