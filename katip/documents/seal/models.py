"""By which keys this installation sealed, from when to when, and what waits for a timestamp. No private key is here."""

from typing import ClassVar

from django.db import models

from katip.core.rows import NONE, Rows


class SealKey(models.Model):
    """Mühür anahtarı: a certificate under which documents were sealed. It stays as long as its seals."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"

    key_id = models.CharField(max_length=64, unique=True)
    """SHA-256 of its certificate, in hex"""
    chain = models.TextField()
    """its certificate and those above it, PEM"""
    used_from = models.DateTimeField()
    used_until = models.DateTimeField(null=True)
    """when another took its place"""
    revoked_since = models.DateTimeField(null=True)
    """since when somebody else may have used it, as far as is known; marked by the operator"""

    class Meta:
        """The newest first is what is mostly asked for."""

        ordering: ClassVar = ["-used_from"]

    def __str__(self) -> str:
        return self.key_id[:16]


class WaitingSeal(models.Model):
    """A sealed file whose timestamp the authority did not give; the row goes when it has it."""

    grants: ClassVar[str] = "SELECT, INSERT, DELETE"
    visible: ClassVar[Rows] = Rows(NONE)

    file_id = models.BigIntegerField(unique=True)
    """of the `DocumentFile`"""
    since = models.DateTimeField()

    class Meta:
        """The oldest first."""

        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return str(self.file_id)
