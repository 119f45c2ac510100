"""How dear a password is to check: for whoever guesses, and for whoever has a country sign in within two hours."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class PasswordHasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes and one lane, which OWASP's cheat sheet on storing passwords asks at least.

    Django's own figures take 100 MiB, eight lanes and six times as much of a core, for anybody who sends a number and a
    password; here a password alone opens nothing. One that was kept by other figures is hashed anew when it is right.
    """

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1
