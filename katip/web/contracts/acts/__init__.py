"""One contract: its page with the whole story, and what each side may do to it."""
