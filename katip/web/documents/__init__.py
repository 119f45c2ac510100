"""Documents of contracts: taking one or many, and asking for one that is not made yet."""
