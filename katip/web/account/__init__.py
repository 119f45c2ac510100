"""*Hesabım*: a person's own sign-in, and the codes by which it is opened."""
