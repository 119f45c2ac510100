"""A person's own data as one download: what is in it (`parts`), how it is written (`write`), and the words of it."""
