"""How dear a password is to check: for whoever guesses, and for whoever has a country sign in within two hours."""

from argon2.low_level import Type, hash_secret
from django.contrib.auth.hashers import Argon2PasswordHasher

_LEAST = 8
"""KiB: Argon2 takes no less for one lane"""


class PasswordHasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes and one lane, which OWASP's cheat sheet on storing passwords asks at least.

    Django's own figures take 100 MiB, eight lanes and six times as much of a core, for anybody who sends a number and a
    password; here a password alone opens nothing. One that was kept by other figures is hashed anew when it is right.
    """

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Fill as many blocks as the kept figures fill fewer than today's: a wrong password answers as late as any.

        Argon2's work is its memory times its passes (RFC 9106, 3.4). For one that was kept by dearer figures nothing
        can be done here (docs/security/README.md, Passwords).
        """
        kept = self.decode(encoded)
        lacking = self.time_cost * self.memory_cost - kept["time_cost"] * kept["memory_cost"]
        if lacking >= _LEAST:
            memory = min(lacking, self.memory_cost)
            hash_secret(password.encode(), self.salt().encode(), round(lacking / memory), memory, 1, 32, Type.ID)
